/** What one track has in one media object, on the track's own clock: all that rules of time need to know. PURE. */
import type { TrackKind } from './expectation.js';

export interface TrackSpan {
  /** For evidence: `video track 1`, `audio PID 257`. The same in every object. */
  readonly name: string;
  readonly kind: TrackKind;
  /** Ticks per second. */
  readonly timescale: number;
  /** Decode time of the first sample. */
  readonly startTicks: number;
  /** Decode time the next object has to begin at. */
  readonly endTicks: number;
  /** Of the sample shown first, edit list applied. */
  readonly earliestTicks: number;
  /** How long all of it is shown. */
  readonly durationTicks: number;
  /** The longest frame. */
  readonly frameTicks: number;
  readonly startsWithKey: boolean;
  readonly hasKey: boolean;
  /** How far from `endTicks` the next object may begin: 0 where samples carry exact durations. */
  readonly jitterTicks: number;
  /** Frames by which a told duration may differ from what is there. */
  readonly toldFrames: number;
  /** Where the clock begins again at 0 (2^33 in MPEG-TS). */
  readonly wrapTicks?: number;
}

/** How much later `to` is than `from` on the span's clock; across a wrap the shorter way round. */
export function ticksBetween({ wrapTicks }: TrackSpan, from: number, to: number): number {
  const distance = to - from;
  if (wrapTicks === undefined) return distance;
  const positive = ((distance % wrapTicks) + wrapTicks) % wrapTicks;
  return positive >= wrapTicks / 2 ? positive - wrapTicks : positive;
}

/** The track whose time is the object's time: the video, or else the first there is. */
export const leadingSpan = (spans: readonly TrackSpan[]): TrackSpan | undefined =>
  spans.find(({ kind }) => kind === 'video') ?? spans[0];

export const secondsOf = (ticks: number, { timescale }: TrackSpan): number => ticks / timescale;
