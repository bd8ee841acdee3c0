/** Counts values by upper bounds: what a histogram is made of, at a few nanoseconds a value. PURE. */
export class Buckets {
  readonly counts: number[];
  sum = 0;

  /** `bounds`: upper bounds, ascending; what is beyond all of them is counted in one bucket more. */
  constructor(private readonly bounds: readonly number[]) {
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket += 1;
    this.counts[bucket]! += 1;
    this.sum += value;
  }
}
