/** How a stream's pipeline fares: what `explain` and the metrics are made of. Plain values, told every second. */
import type { PlayoutCounts } from '../playout/index.js';

export interface PipelineVitals {
  readonly playout: PlayoutCounts;
  /** How long before its house time media of the source on air arrives, ms; undefined while none does. */
  readonly leadMs: { readonly video?: number; readonly audio?: number };
  readonly rungs: readonly RungVitals[];
  /** The stream's share of what its thread holds, bytes: raw pictures and media on their way. */
  readonly heldBytes: number;
  /** Its share of that thread's JavaScript heap in use, bytes. */
  readonly heapBytes: number;
}

export interface RungVitals {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly restarts: number;
  /** House units that wait for the encoder. */
  readonly queuedUnits: number;
  /** From a unit's arrival at the encoder to its fragment, ms: median of the last second, undefined while it is silent. */
  readonly encodeMs: number | undefined;
  /** What was published: parts, or whole segments where the stream has no parts. */
  readonly parts: number;
  /** Of these, gaps. */
  readonly gaps: number;
  /** Media in the segments published so far, bytes. */
  readonly mediaBytes: number;
  /** From the instant a part's media ends to its announcement: parts counted by the bounds of PUBLISH_DELAY_BOUNDS_MS. */
  readonly publishDelays: readonly number[];
  /** All these delays together, ms. */
  readonly publishDelaySumMs: number;
}

/** Upper bounds of the buckets parts are counted in, ms; what is later than all of them is counted in one more. */
export const PUBLISH_DELAY_BOUNDS_MS = [50, 100, 150, 200, 300, 500, 1_000, 2_000] as const;

/** Counts by upper bounds; one more for what is beyond all of them. */
export class BoundedCounts {
  readonly counts: number[];
  /** Of all values counted. */
  sum = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  add(value: number): void {
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    this.counts[bucket < 0 ? this.bounds.length : bucket]! += 1;
    this.sum += value;
  }
}
