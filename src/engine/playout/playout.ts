/**
 * Puts a source that may come late, early, twice or not at all onto the house clock: whatever arrives, every rung and
 * the sound get every house unit, in order, on time. No I/O and no clock of its own: `tick` brings the time.
 */
import {
  AAC_FRAME_SAMPLES,
  AUDIO_SAMPLE_RATE,
  audioTrack,
  firstUnitOf,
  mulDivFloor,
  toNumber,
  unitAt,
  unixMsOf,
  videoTrack,
  type HouseGrid,
} from '../timeline/index.js';
import { Anchor } from './anchor.js';
import { blackFrame, type Frame } from './frame-cutter.js';
import { Lane } from './lane.js';
import { Slots, type Available } from './slots.js';
import { SoundBuffer } from './sound-buffer.js';

export interface PlayoutOptions {
  readonly grid: HouseGrid;
  readonly jitterMs: number;
  /** Sizes of the video rungs, one lane each; empty for an audio-only stream. */
  readonly lanes: readonly { readonly width: number; readonly height: number }[];
  readonly onVideo: (lane: number, unit: number, frame: Frame) => void;
  readonly onAudio: (unit: number, block: Buffer) => void;
  /** Decides the first segment of the stream, when the first media arrives. */
  readonly chooseFirstSegment: (nowMs: number) => number;
}

export interface PlayoutCounts {
  /** House units the source did not fill. */
  filledVideo: number;
  filledAudio: number;
  anchorMoves: number;
}

/** A lane that lags behind the others within one decoder gets this long, then repeats its last frame. */
const LANE_PATIENCE_MS = 400;

export class Playout {
  readonly counts: PlayoutCounts = { filledVideo: 0, filledAudio: 0, anchorMoves: 0 };
  private readonly video;
  private readonly audio;
  private readonly lanes: readonly Lane[];
  private readonly sound = new SoundBuffer();
  private anchor: Anchor | undefined;
  private slots: { readonly video: Slots; readonly audio: Slots } | undefined;
  /** Until the first frame has been shown, units before the source's beginning show that first frame. */
  private padding = true;

  constructor(private readonly options: PlayoutOptions) {
    this.video = videoTrack(options.grid);
    this.audio = audioTrack(options.grid);
    this.lanes = options.lanes.map(
      ({ width, height }, index) =>
        new Lane(blackFrame(width, height), (unit, frame) => options.onVideo(index, unit, frame)),
    );
  }

  /** A connection to the source begins: its frames and samples count from 0. */
  beginConnection(): void {
    this.anchor = undefined;
    this.sound.restart();
    for (const lane of this.lanes) lane.restart();
  }

  /** A frame of rung `lane` arrived. */
  pushVideo(lane: number, frame: Frame, nowMs: number): void {
    this.lanes[lane]!.arrive(frame);
    // The last rung of the cascade is done last: when it has a frame, the others have it too.
    if (lane === this.lanes.length - 1) {
      const anchor = this.join(nowMs);
      const houseFrame = anchor.frame + this.lanes[lane]!.arrived - 1;
      this.observe('video', unixMsOf(this.video, houseFrame) - nowMs, nowMs);
    }
    this.tick(nowMs);
  }

  /** Decoded sound arrived: stereo s16le at 48 kHz. */
  pushAudio(bytes: Buffer, nowMs: number): void {
    this.sound.push(bytes);
    if (this.lanes.length === 0) this.join(nowMs);
    if (!this.anchor) return;
    const endUnit = (this.houseSampleOfSourceStart() + this.sound.end) / AAC_FRAME_SAMPLES;
    this.observe('audio', unixMsOf(this.audio, endUnit) - nowMs, nowMs);
    this.tick(nowMs);
  }

  /** Lets every unit go whose time has come. Call it on arrival and every few milliseconds. */
  tick(nowMs: number): void {
    if (!this.slots) return;
    for (const { unit, filled } of this.slots.video.decide(this.availableVideo(), nowMs)) this.assign(unit, filled);
    for (const lane of this.lanes) lane.advance(nowMs);
    for (const { unit, filled } of this.slots.audio.decide(this.availableAudio(), nowMs)) this.emitAudio(unit, filled);
  }

  private join(nowMs: number): Anchor {
    this.anchor ??= new Anchor(unitAt(this.video, nowMs), nowMs, {
      frameMs: 1000 / toNumber(this.options.grid.fps),
      jitterMs: this.options.jitterMs,
    });
    this.slots ??= this.firstSlots(this.options.chooseFirstSegment(nowMs));
    return this.anchor;
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

  private observe(lane: 'video' | 'audio', leadMs: number, nowMs: number): void {
    if (this.anchor!.observe(lane, leadMs, nowMs) !== 0) this.counts.anchorMoves += 1;
  }

  private availableVideo(): Available | undefined {
    const arrived = this.lanes.at(-1)?.arrived ?? 0;
    if (!this.anchor || arrived === 0) return undefined;
    const { frame } = this.anchor;
    return { first: this.padding ? 0 : frame, last: frame + arrived - 1 };
  }

  private assign(unit: number, filled: boolean): void {
    const sourceFrame = filled ? undefined : Math.max(0, unit - this.anchor!.frame);
    if (sourceFrame !== undefined && sourceFrame > 0) this.padding = false;
    if (filled) this.counts.filledVideo += 1;
    const giveUpAtMs = unixMsOf(this.video, unit) + this.options.jitterMs + LANE_PATIENCE_MS;
    for (const lane of this.lanes) lane.assign({ unit, sourceFrame, giveUpAtMs });
  }

  private availableAudio(): Available | undefined {
    if (!this.anchor) return undefined;
    const start = this.houseSampleOfSourceStart();
    return {
      first: Math.floor(start / AAC_FRAME_SAMPLES),
      last: Math.floor((start + this.sound.end) / AAC_FRAME_SAMPLES) - 1,
    };
  }

  private emitAudio(unit: number, filled: boolean): void {
    if (filled) {
      this.counts.filledAudio += 1;
      if (this.anchor) this.sound.forgetBefore((unit + 1) * AAC_FRAME_SAMPLES - this.houseSampleOfSourceStart());
      this.options.onAudio(unit, this.sound.silence());
      return;
    }
    this.options.onAudio(unit, this.sound.read(unit * AAC_FRAME_SAMPLES - this.houseSampleOfSourceStart()));
  }

  /** The house sample at which the source's sample 0 sits: picture and sound share one anchor, so they stay together. */
  private houseSampleOfSourceStart(): number {
    const { num, den } = this.options.grid.fps;
    return mulDivFloor(this.anchor!.frame, AUDIO_SAMPLE_RATE * den, num);
  }
}
