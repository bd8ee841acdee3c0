/** Peak and average segment bit rate of what was fetched (rfc8216bis 4.1). PURE. */

export interface SegmentSize {
  readonly msn: number;
  readonly seconds: number;
  readonly bytes: number;
}

export class BitRates {
  private readonly segments: SegmentSize[] = [];

  add(segment: SegmentSize): void {
    if (segment.seconds > 0) this.segments.push(segment);
  }

  get seconds(): number {
    return this.segments.reduce((sum, { seconds }) => sum + seconds, 0);
  }

  /** Bit/s; undefined when nothing was seen. */
  get averageBps(): number | undefined {
    const bytes = this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
    return this.seconds > 0 ? (bytes * 8) / this.seconds : undefined;
  }

  /**
   * Bit/s of the run of neighbouring segments that is largest for its duration, among runs of half to one and a half
   * target durations and half a second.
   */
  peakBps(targetDuration: number): number | undefined {
    let peak: number | undefined;
    for (let first = 0; first < this.segments.length; first += 1) {
      let [seconds, bytes] = [0, 0];
      for (let at = first; at < this.segments.length; at += 1) {
        const { msn, seconds: more, bytes: moreBytes } = this.segments[at]!;
        if (msn !== this.segments[first]!.msn + at - first) break;
        seconds += more;
        bytes += moreBytes;
        if (seconds > 1.5 * targetDuration + 0.5) break;
        if (seconds >= 0.5 * targetDuration) peak = Math.max(peak ?? 0, (bytes * 8) / seconds);
      }
    }
    return peak;
  }
}
