/**
 * Puts a source that may come late, early, twice or not at all onto the house clock: whatever arrives, every rung and
 * the sound get every house unit, in order, on time. No I/O and no clock of its own: `tick` brings the time.
 */
import {
  AAC_FRAME_SAMPLES,
  AUDIO_SAMPLE_RATE,
  audioTrack,
  firstUnitOf,
  toNumber,
  unitAt,
  unixMsOf,
  videoTrack,
  type HouseGrid,
} from '../timeline/index.js';
import { Anchor, type AnchorVerdict, type Lead, type SourceLane } from './anchor.js';
import { blackFrame, type Frame } from './frame.js';
import { Lane, type Filling } from './lane.js';
import { Slots, type Available, type Slot } from './slots.js';
import { SoundBuffer } from './sound-buffer.js';
import { SourceOrigin } from './source-origin.js';
import type { Staircase } from './staircase.js';

export interface PlayoutOptions {
  readonly grid: HouseGrid;
  readonly jitterMs: number;
  /** Sizes of the video rungs, one lane each; empty for an audio-only stream. */
  readonly lanes: readonly { readonly width: number; readonly height: number }[];
  readonly onVideo: (lane: number, unit: number, frame: Frame) => void;
  readonly onAudio: (unit: number, block: Buffer) => void;
  /** Decides the first segment of the stream, when the first media arrives. */
  readonly chooseFirstSegment: (nowMs: number) => number;
  /** Told of every unit the source fills; says what fills the others. */
  readonly staircase: Staircase;
  /** What the connection on air delivers makes no sense any longer: only a new one helps. Told once per connection. */
  readonly onBroken: (reason: string) => void;
}

export interface PlayoutCounts {
  /** House units the source did not fill. */
  filledVideo: number;
  filledAudio: number;
  /** Frames of sources that arrived and were never shown. */
  droppedVideo: number;
  anchorMoves: number;
}

/** A lane that lags behind the others within one decoder gets this long, then repeats its last frame. */
const LANE_PATIENCE_MS = 400;
/** Sound that a slide may need beyond an AAC frame. */
const SPARE_SAMPLES = 8;

/** The connection on air, placed on the house clock. */
interface Joined {
  readonly anchor: Anchor;
  readonly origin: SourceOrigin;
  broken: boolean;
}

export class Playout {
  readonly counts: PlayoutCounts = { filledVideo: 0, filledAudio: 0, droppedVideo: 0, anchorMoves: 0 };
  private readonly video;
  private readonly audio;
  private readonly frameMs;
  private readonly lanes: readonly Lane[];
  private readonly sound = new SoundBuffer();
  /** The newest lead of each lane, ms: how long before its house time media arrives. */
  private leads: { video?: number; audio?: number } = {};
  private joined: Joined | undefined;
  /** What the connection before needed. */
  private heldBackMs = 0;
  private slots: { readonly video: Slots; readonly audio: Slots } | undefined;
  /** Until the first frame has been shown, units before the source's beginning show that first frame. */
  private padding = true;

  constructor(private readonly options: PlayoutOptions) {
    this.video = videoTrack(options.grid);
    this.audio = audioTrack(options.grid);
    this.frameMs = 1000 / toNumber(options.grid.fps);
    this.lanes = options.lanes.map(
      ({ width, height }, index) =>
        new Lane(blackFrame(width, height), (unit, frame) => options.onVideo(index, unit, frame)),
    );
  }

  /**
   * A connection to the source begins: its frames count from 0. Its sound counts from `firstSample`, told from the
   * beginning of frame 0, where the connection was running already.
   */
  beginConnection(firstSample = 0): void {
    this.heldBackMs = this.joined?.anchor.heldBackMs ?? this.heldBackMs;
    this.joined = undefined;
    this.leads = {};
    this.sound.restart(firstSample);
    for (const lane of this.lanes) lane.restart();
  }

  /** How long before its house time media of the connection on air arrived last, ms. */
  get leadMs(): { readonly video?: number; readonly audio?: number } {
    return this.leads;
  }

  /** What rung `lane` shows when the staircase says so. */
  useSlate(lane: number, frame: Frame): void {
    this.lanes[lane]!.slate = frame;
  }

  /** A frame of rung `lane` arrived. */
  pushVideo(lane: number, frame: Frame, nowMs: number): void {
    this.lanes[lane]!.arrive(frame);
    // The last rung of the cascade is done last: when it has a frame, the others have it too.
    if (lane === this.lanes.length - 1) {
      const joined = this.join(nowMs);
      const lead = this.originMs(joined) + (this.lanes[lane]!.arrived - 1) * this.frameMs - nowMs;
      this.observe(joined, 'video', { first: lead, last: lead }, nowMs);
    }
    this.tick(nowMs);
  }

  /** Decoded sound arrived: stereo s16le at 48 kHz. */
  pushAudio(bytes: Buffer, nowMs: number): void {
    const from = this.sound.end;
    this.sound.push(bytes);
    const joined = this.lanes.length === 0 ? this.join(nowMs) : this.joined;
    if (!joined) return;
    const leadOf = (sample: number): number => this.originMs(joined) + (sample * 1000) / AUDIO_SAMPLE_RATE - nowMs;
    this.observe(joined, 'audio', { first: leadOf(from), last: leadOf(this.sound.end) }, nowMs);
    this.tick(nowMs);
  }

  /** Lets every unit go whose time has come. Call it on arrival and every few milliseconds. */
  tick(nowMs: number): void {
    if (!this.slots) return;
    for (const slot of this.slots.video.decide(this.availableVideo(), nowMs)) this.assign(slot, nowMs);
    for (const lane of this.lanes) lane.advance(nowMs);
    this.counts.droppedVideo = this.lanes.at(-1)?.dropped ?? 0;
    for (const slot of this.slots.audio.decide(this.availableAudio(), nowMs)) this.emitAudio(slot, nowMs);
  }

  private join(nowMs: number): Joined {
    this.joined ??= {
      anchor: new Anchor(nowMs, {
        ...{ frameMs: this.frameMs, jitterMs: this.options.jitterMs },
        mainLane: this.lanes.length > 0 ? 'video' : 'audio',
        heldBackMs: this.heldBackMs,
      }),
      origin: new SourceOrigin(unitAt(this.video, nowMs + this.heldBackMs), this.options.grid.fps),
      broken: false,
    };
    this.slots ??= this.firstSlots(this.options.chooseFirstSegment(nowMs));
    return this.joined;
  }

  private firstSlots(segment: number): { video: Slots; audio: Slots } {
    const { jitterMs } = this.options;
    const blockMs = (AAC_FRAME_SAMPLES * 1000) / AUDIO_SAMPLE_RATE;
    return {
      video: new Slots(this.video, firstUnitOf(this.video, segment), jitterMs),
      // One AAC frame early, for the encoder to prime on; and a block is whole only when its last sample is here.
      audio: new Slots(this.audio, firstUnitOf(this.audio, segment) - 1, jitterMs + blockMs),
    };
  }

  private observe(joined: Joined, lane: SourceLane, lead: Lead, nowMs: number): void {
    this.leads[lane] = lead.last;
    if (joined.broken) return;
    const verdict = joined.anchor.observe(lane, lead, nowMs);
    if (verdict) this.obey(joined, verdict);
  }

  private obey(joined: Joined, verdict: AnchorVerdict): void {
    if (verdict.kind === 'broken') {
      joined.broken = true;
      return this.options.onBroken(verdict.reason);
    }
    this.counts.anchorMoves += 1;
    const { origin } = joined;
    const aheadMs = origin.aheadMs + verdict.byMs;
    // While it slides, what comes late is still too late: more than half of the allowance is not waited for.
    if (verdict.kind === 'slide' && aheadMs <= this.options.jitterMs / 2) return origin.slide(verdict.byMs);
    origin.jump(aheadMs);
    this.sound.breakHere();
  }

  /** When the source's time 0 is, or will be once what is sliding has arrived, Unix ms. */
  private originMs({ origin }: Joined): number {
    return unixMsOf(this.audio, origin.sample / AAC_FRAME_SAMPLES) + origin.aheadMs;
  }

  private availableVideo(): Available | undefined {
    const arrived = this.lanes.at(-1)?.arrived ?? 0;
    if (!this.joined || arrived === 0) return undefined;
    const { frame } = this.joined.origin;
    return { first: this.padding ? 0 : frame, last: frame + arrived - 1 };
  }

  private assign({ unit, filled }: Slot, nowMs: number): void {
    // Padding is assigned long after its time; its first picture is waited for all the same.
    const giveUpAtMs = Math.max(unixMsOf(this.video, unit) + this.options.jitterMs, nowMs) + LANE_PATIENCE_MS;
    const filling = filled ? this.fillVideo(nowMs) : this.playVideo(unit, nowMs);
    for (const lane of this.lanes) lane.assign({ unit, filling, giveUpAtMs });
  }

  private fillVideo(nowMs: number): Filling {
    this.counts.filledVideo += 1;
    return this.options.staircase.step(nowMs) === 'slate' ? 'slate' : 'repeat';
  }

  private playVideo(unit: number, nowMs: number): Filling {
    const sourceFrame = Math.max(0, unit - this.joined!.origin.frame);
    if (sourceFrame > 0) this.padding = false;
    this.options.staircase.played(nowMs);
    return { sourceFrame };
  }

  private availableAudio(): Available | undefined {
    if (!this.joined) return undefined;
    const start = this.joined.origin.sample;
    return {
      first: Math.floor(start / AAC_FRAME_SAMPLES),
      last: Math.floor((start + this.sound.end - SPARE_SAMPLES) / AAC_FRAME_SAMPLES) - 1,
    };
  }

  private emitAudio({ unit, filled }: Slot, nowMs: number): void {
    const { origin } = this.joined ?? {};
    const from = unit * AAC_FRAME_SAMPLES - (origin?.sample ?? 0);
    const moved = origin?.step() ?? 0;
    if (!filled) {
      if (this.lanes.length === 0) this.options.staircase.played(nowMs);
      this.options.onAudio(unit, this.sound.read(from, AAC_FRAME_SAMPLES - moved));
      return;
    }
    this.counts.filledAudio += 1;
    if (origin) this.sound.forgetBefore(from + AAC_FRAME_SAMPLES);
    this.options.onAudio(unit, this.sound.silence());
  }
}
