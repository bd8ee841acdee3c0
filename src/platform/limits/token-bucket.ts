/** How often somebody may do something: so many at once, and as many again a minute. PURE but for its own counts. */

/** Sums of fractions of a millisecond are not exact; nobody is told to wait for that. */
const SLACK_MS = 1;

/** A token bucket for everybody, kept as the one instant at which it will be full again (GCRA). */
export class TokenBuckets {
  private readonly fullAtMs = new Map<string, number>();
  private readonly everyMs: number;

  /** At most `most` parties are remembered; beyond them, the one that was counted longest ago is forgotten. */
  constructor(
    private readonly perMinute: number,
    private readonly most = 10_000,
  ) {
    this.everyMs = 60_000 / perMinute;
  }

  /** Counts one more of `who`: 0 when it is within the limit, otherwise the seconds until the next one would be. */
  take(who: string, nowMs: number): number {
    const fullAtMs = Math.max(nowMs, this.fullAtMs.get(who) ?? nowMs);
    const waitMs = fullAtMs - (this.perMinute - 1) * this.everyMs - nowMs;
    const within = waitMs <= SLACK_MS;
    // A refusal costs nothing: whoever waits as long as told is let in.
    this.keep(who, within ? fullAtMs + this.everyMs : fullAtMs);
    return within ? 0 : Math.ceil((waitMs - SLACK_MS) / 1000);
  }

  get size(): number {
    return this.fullAtMs.size;
  }

  private keep(who: string, fullAtMs: number): void {
    // Taken out first: a map keeps its order, and the first in it is then the oldest.
    this.fullAtMs.delete(who);
    this.fullAtMs.set(who, fullAtMs);
    if (this.fullAtMs.size > this.most) this.fullAtMs.delete(this.fullAtMs.keys().next().value!);
  }
}
