/** What a worker counts between two reports. Memory is the same for one viewer and for thousands. */
import type { Answer } from '../http/request.js';
import { Histogram, type HistogramCounts } from './histogram.js';

export const COUNTERS = [
  ...(['requests', 'playlists', 'media', 'unchanged', 'connections'] as const),
  ...(['playlistBytes', 'mediaBytes', 'stalls', 'stallSeconds', 'seeks', 'switches'] as const),
  ...(['status2xx', 'status3xx', 'status4xx', 'status5xx'] as const),
] as const;
export type Counter = (typeof COUNTERS)[number];

/** Milliseconds each. README.md says what they mean. */
export const TIMINGS = ['playlist', 'firstByte', 'media', 'startup', 'liveOffset'] as const;
export type Timing = (typeof TIMINGS)[number];

export interface MeasuresTaken {
  readonly counters: Readonly<Record<Counter, number>>;
  readonly timings: Readonly<Record<Timing, HistogramCounts>>;
  readonly errors: Readonly<Record<string, number>>;
}

/** Kinds of error are few; a server that invents names for them does not make a report grow. */
const MAX_ERROR_KINDS = 64;

const nothing = (): Record<Counter, number> =>
  Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Record<Counter, number>;

export class Measures {
  private counters = nothing();
  private errors: Record<string, number> = {};
  readonly timings = Object.fromEntries(TIMINGS.map((name) => [name, new Histogram()])) as Record<Timing, Histogram>;

  get(counter: Counter): number {
    return this.counters[counter];
  }

  get errorsByKind(): Readonly<Record<string, number>> {
    return this.errors;
  }

  count(counter: Counter, by: number): void {
    this.counters[counter] += by;
  }

  error(kind: string, by = 1): void {
    const name = kind in this.errors || Object.keys(this.errors).length < MAX_ERROR_KINDS ? kind : 'other';
    this.errors[name] = (this.errors[name] ?? 0) + by;
  }

  /** Any answer from the network. */
  answered({ status }: Answer): void {
    this.counters.requests += 1;
    if (status < 300) this.counters.status2xx += 1;
    else if (status < 400) this.counters.status3xx += 1;
    else if (status < 500) this.counters.status4xx += 1;
    else this.counters.status5xx += 1;
  }

  /** Media that is here as a whole; `timed` unless the request was held, which says nothing about the transfer. */
  mediaReceived({ bytes, sentAtMs, firstByteAtMs, doneAtMs }: Answer, timed: boolean): void {
    this.counters.media += 1;
    this.counters.mediaBytes += bytes;
    if (!timed) return;
    this.timings.firstByte.record(firstByteAtMs - sentAtMs);
    this.timings.media.record(doneAtMs - sentAtMs);
  }

  add(taken: MeasuresTaken): void {
    for (const name of COUNTERS) this.counters[name] += taken.counters[name];
    for (const name of TIMINGS) this.timings[name].add(taken.timings[name]);
    for (const [kind, times] of Object.entries(taken.errors)) this.error(kind, times);
  }

  /** Everything since the last time, which is forgotten here. */
  take(): MeasuresTaken {
    const { counters, errors } = this;
    this.counters = nothing();
    this.errors = {};
    const timings = Object.fromEntries(TIMINGS.map((name) => [name, this.timings[name].take()]));
    return { counters, errors, timings: timings as Record<Timing, HistogramCounts> };
  }
}
