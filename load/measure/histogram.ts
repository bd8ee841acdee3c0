/**
 * Counts of durations in fixed memory, whatever is recorded: 32 steps to each power of two, so a value read back is at
 * most 1/32 above what was recorded.
 */

const STEPS = 32;
/** Up to 2^31 − 1 microseconds, 35 minutes; longer counts as that. */
const LONGEST_US = 2 ** 31 - 1;
const BUCKETS = 26 * STEPS + STEPS;

/** What travels between processes. */
export interface HistogramCounts {
  readonly counts: Uint32Array;
  readonly sumMs: number;
  readonly maxMs: number;
}

export class Histogram {
  private readonly counts = new Uint32Array(BUCKETS);
  private total = 0;
  private sumMs = 0;
  private maxMs = 0;

  get count(): number {
    return this.total;
  }

  /** Longest value recorded in milliseconds, exact; 0 when there is none. */
  get max(): number {
    return this.maxMs;
  }

  /** Mean in milliseconds, exact; NaN when nothing was recorded. */
  get mean(): number {
    return this.sumMs / this.total;
  }

  /** Counts one duration in milliseconds; below zero counts as zero. */
  record(ms: number): void {
    const bounded = ms > 0 ? ms : 0;
    this.counts[bucketOf(bounded)]!++;
    this.total += 1;
    this.sumMs += bounded;
    if (bounded > this.maxMs) this.maxMs = bounded;
  }

  /** The value in milliseconds that `share` (0..1) of all recorded values do not exceed; NaN when there is none. */
  percentile(share: number): number {
    if (this.total === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(share * this.total));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      seen += this.counts[bucket]!;
      if (seen >= rank) return Math.min(topOf(bucket), this.maxMs);
    }
    return this.maxMs;
  }

  add({ counts, sumMs, maxMs }: HistogramCounts): void {
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const count = counts[bucket]!;
      this.counts[bucket]! += count;
      this.total += count;
    }
    this.sumMs += sumMs;
    this.maxMs = Math.max(this.maxMs, maxMs);
  }

  /** Everything recorded since the last time, which is forgotten here. */
  take(): HistogramCounts {
    const taken = { counts: this.counts.slice(), sumMs: this.sumMs, maxMs: this.maxMs };
    this.counts.fill(0);
    this.total = this.sumMs = this.maxMs = 0;
    return taken;
  }
}

/** The first 32 buckets are a microsecond wide; each further row of 32 is twice as coarse. */
function bucketOf(ms: number): number {
  const us = Math.min(Math.round(ms * 1000), LONGEST_US);
  if (us < STEPS) return us;
  const shift = 31 - Math.clz32(us) - 5;
  return shift * STEPS + (us >>> shift);
}

/** Largest value of a bucket in milliseconds. */
function topOf(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / STEPS) - 1);
  return ((bucket - shift * STEPS + 1) * 2 ** shift - 1) / 1000;
}
