/** What one viewer sees: the buffer model, and the figures that come of it. */
import { EPOCH_OFFSET_MS, nowMs } from '../clock.js';
import type { Measures } from '../measure/measures.js';
import { BufferModel, type PlaybackState } from './buffer-model.js';

export interface PlaybackOptions {
  readonly tracks: number;
  readonly resumeSeconds: number;
  readonly measures: Measures;
  /** When the viewer opened the stream, on `nowMs`. */
  readonly joinedAtMs: number;
}

export class Playback {
  private readonly model: BufferModel;
  /** Time of day of the start position, in seconds since 1970. */
  private startsAt: number | undefined;
  private hasPlayed = false;
  private counted = { stalls: 0, stallSeconds: 0 };
  /** Added to this machine's time of day for the server's, in milliseconds. */
  clockOffsetMs = 0;

  constructor(private readonly options: PlaybackOptions) {
    this.model = new BufferModel(options);
  }

  get state(): PlaybackState {
    return this.model.state;
  }

  get stalls(): number {
    return this.model.stalls;
  }

  /** More media of one track. `mediaEnd` is the time of day, in seconds since 1970, that its end was made at. */
  append(track: number, seconds: number, mediaEnd?: number): void {
    const atMs = nowMs();
    this.model.append(track, seconds, atMs);
    if (mediaEnd !== undefined) this.startsAt = mediaEnd - this.model.endOf(track);
    if (this.hasPlayed || this.model.state !== 'playing') return;
    this.hasPlayed = true;
    this.options.measures.timings.startup.record(atMs - this.options.joinedAtMs);
  }

  /** The player jumps: each track's next media begins `leads` seconds after the new position, or before it. */
  seek(leads: readonly number[]): void {
    this.startsAt = undefined;
    this.model.seek(leads, nowMs());
  }

  finish(): void {
    this.model.finish(nowMs());
  }

  /** Counts what has happened since the last time, and where playback is now. */
  sample(atMs: number): void {
    const { measures } = this.options;
    const stallSeconds = this.model.stalledSeconds(atMs);
    measures.count('stalls', this.model.stalls - this.counted.stalls);
    measures.count('stallSeconds', stallSeconds - this.counted.stallSeconds);
    this.counted = { stalls: this.model.stalls, stallSeconds };
    if (this.model.state !== 'playing' || this.startsAt === undefined) return;
    const timeOfDayMs = atMs + EPOCH_OFFSET_MS + this.clockOffsetMs;
    measures.timings.liveOffset.record(timeOfDayMs - (this.startsAt + this.model.position(atMs)) * 1000);
  }
}
