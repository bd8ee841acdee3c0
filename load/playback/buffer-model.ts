/**
 * A player's buffer without the player: media of each track is appended, time passes at rate 1, and when one track has
 * nothing left the picture stands still until there is enough again. No timers: everything is worked out when asked.
 */

export type PlaybackState = 'starting' | 'playing' | 'stalled' | 'ended';

export interface BufferOptions {
  readonly tracks: number;
  /** Seconds that must be buffered ahead before the picture moves, at the start and after a stall. */
  readonly resumeSeconds: number;
}

/** Sums of part durations differ from what they stand for in the last digits. */
const ROUNDING_SECONDS = 1e-6;

export class BufferModel {
  private current: PlaybackState = 'starting';
  /** Seconds from the start position to the end of what each track has. */
  private readonly ends: number[];
  private played = 0;
  private playedAtMs = 0;
  private stalledAtMs = 0;
  private stalledMs = 0;
  private stallCount = 0;
  private complete = false;

  constructor(private readonly options: BufferOptions) {
    this.ends = new Array<number>(options.tracks).fill(0);
  }

  get state(): PlaybackState {
    return this.current;
  }

  /** How often the buffer has run dry. */
  get stalls(): number {
    return this.stallCount;
  }

  /** Seconds the picture has stood still after it had moved, a stall that lasts included. */
  stalledSeconds(nowMs: number): number {
    this.advance(nowMs);
    const lasting = this.current === 'stalled' ? nowMs - this.stalledAtMs : 0;
    return (this.stalledMs + lasting) / 1000;
  }

  /** Seconds of media played since the start position. */
  position(nowMs: number): number {
    this.advance(nowMs);
    return this.played;
  }

  /** Seconds of media ahead of the playhead. */
  ahead(nowMs: number): number {
    this.advance(nowMs);
    return this.bufferedEnd() - this.played;
  }

  /** Seconds from the start position to the end of one track's media. */
  endOf(track: number): number {
    return this.ends[track]!;
  }

  /** More media of one track, in seconds; negative to take back what was guessed too long, or to place its start. */
  append(track: number, seconds: number, nowMs: number): void {
    this.advance(nowMs);
    this.ends[track]! += seconds;
    this.resume(nowMs);
  }

  /** Nothing more will be appended: running dry is the end from here on. */
  finish(nowMs: number): void {
    this.complete = true;
    this.advance(nowMs);
    this.resume(nowMs);
  }

  /** The player seeks: what was buffered is thrown away, each track starts `leads` seconds from the new position. */
  seek(leads: readonly number[], nowMs: number): void {
    this.advance(nowMs);
    if (this.current === 'playing') this.stall(nowMs);
    leads.forEach((lead, track) => (this.ends[track] = this.played + lead));
  }

  /** Brings the playhead to now, noting when it ran dry on the way. */
  advance(nowMs: number): void {
    if (this.current !== 'playing') return;
    const reached = this.played + (nowMs - this.playedAtMs) / 1000;
    const end = this.bufferedEnd();
    if (reached <= end) {
      this.played = reached;
      this.playedAtMs = nowMs;
      return;
    }
    const dryAtMs = this.playedAtMs + (end - this.played) * 1000;
    this.played = end;
    if (this.complete) this.current = 'ended';
    else this.stall(Math.min(Math.max(dryAtMs, this.playedAtMs), nowMs));
  }

  private stall(atMs: number): void {
    this.current = 'stalled';
    this.stalledAtMs = atMs;
    this.stallCount += 1;
  }

  private resume(nowMs: number): void {
    if (this.current !== 'starting' && this.current !== 'stalled') return;
    const ahead = this.bufferedEnd() - this.played;
    if (ahead < this.options.resumeSeconds - ROUNDING_SECONDS && !(this.complete && ahead > 0)) {
      if (this.complete) this.current = 'ended';
      return;
    }
    if (this.current === 'stalled') this.stalledMs += nowMs - this.stalledAtMs;
    this.current = 'playing';
    this.playedAtMs = nowMs;
  }

  private bufferedEnd(): number {
    let end = this.ends[0]!;
    for (let track = 1; track < this.ends.length; track += 1) end = Math.min(end, this.ends[track]!);
    return end;
  }
}
