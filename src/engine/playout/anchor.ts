/**
 * Whether a source's time sits well on the house clock, judged by when its media really arrives: a path that became
 * slower or faster, bursts, a clock that drifts, timestamps that jump. Says by how much to move it, and how gently.
 * PURE: arrival times are arguments.
 */

export interface AnchorOptions {
  /** Length of a house frame, ms: what arrives this early is not early. */
  readonly frameMs: number;
  /** How late media may come before it is replaced, ms. */
  readonly jitterMs: number;
  /** The lane that tells a backlog at the beginning: the picture, or the sound where there is none. */
  readonly mainLane: SourceLane;
  /** How much later than it arrives the source is to be played from the beginning on, ms: what it needed the last time. */
  readonly heldBackMs?: number;
  /** After joining, every early frame moves the anchor at once: a backlog delivered in a burst is skipped. */
  readonly joinMs?: number;
  /** Afterwards only what whole windows show moves it: persistence, not jitter. */
  readonly windowMs?: number;
}

export type SourceLane = 'video' | 'audio';

/** How long before its house time media arrived, ms (negative: after it), for the first and last unit of an arrival. */
export interface Lead {
  readonly first: number;
  readonly last: number;
}

export type AnchorVerdict =
  /**
   * Play the source later (positive) or sooner by so many milliseconds: `slide` so slowly that nobody notices, because
   * nothing is lost yet, or `jump`, because it is.
   */
  | { readonly kind: 'slide' | 'jump'; readonly byMs: number }
  /** Its timestamps make no sense any longer: only a new connection helps. */
  | { readonly kind: 'broken'; readonly reason: string };

/** Media this far ahead is not early, it belongs to another time: it is skipped to at once. */
const AHEAD_MS = 1_000;
/** Skipping this much within one window: timestamps run away. */
const RUNAWAY_MS = 6_000;
/** Picture and sound further apart than this cannot be held until they meet. */
const SPREAD_MS = 2_000;
/** More than this was a bad day of the path, not a habit of the source. */
const MOST_HELD_BACK_MS = 400;
/** How many windows are remembered. */
const WINDOWS = 5;
/** So many times the allowance too late is a hiccup, not a habit. */
const HICCUP_ALLOWANCES = 3;
/** Slides take long; what is further off than this is jumped. */
const LONGEST_SLIDE_MS = 250;

export class Anchor {
  private readonly joinMs: number;
  private readonly windowMs: number;
  /** Of the window in progress: the luckiest and unluckiest of each lane. */
  private readonly lanes = new Map<SourceLane, { luckiest: number; worst: number }>();
  /** The lead of the least lucky arrival of each window, over all lanes, ms: below minus the allowance it was lost. */
  private windows: number[] = [];
  private windowEndsAt: number;
  private skippedMs = 0;
  private held: number;

  constructor(
    private readonly joinedAtMs: number,
    private readonly options: AnchorOptions,
  ) {
    this.joinMs = options.joinMs ?? 1_500;
    this.windowMs = options.windowMs ?? 2_000;
    this.windowEndsAt = joinedAtMs + this.joinMs;
    this.held = options.heldBackMs ?? 0;
  }

  /** How long before its house time the main lane arrives when all is well, ms: its sound needs that, or its bursts. */
  get heldBackMs(): number {
    return Math.min(MOST_HELD_BACK_MS, Math.max(0, this.held));
  }

  /** Media of `lane` arrived. What is said is taken for done: later leads are measured after the move. */
  observe(lane: SourceLane, lead: Lead, nowMs: number): AnchorVerdict | undefined {
    const joining = nowMs < this.joinedAtMs + this.joinMs;
    const early = lead.last - (this.options.heldBackMs ?? 0);
    if (joining && lane === this.options.mainLane && early >= this.options.frameMs) {
      // What came before the newest frame was the backlog: it says nothing about what is to come.
      this.lanes.clear();
      return { kind: 'jump', byMs: -early };
    }
    this.remember(lane, lead);
    const ahead = this.skipAhead();
    if (ahead || nowMs < this.windowEndsAt) return ahead;
    this.windowEndsAt = nowMs + this.windowMs;
    return this.judgeWindow();
  }

  private remember(lane: SourceLane, { first, last }: Lead): void {
    const known = this.lanes.get(lane);
    this.lanes.set(lane, {
      luckiest: Math.max(known?.luckiest ?? last, last),
      worst: Math.min(known?.worst ?? first, first),
    });
  }

  /** Every lane far ahead: the source's time has jumped forward. */
  private skipAhead(): AnchorVerdict | undefined {
    const ahead = Math.min(...[...this.lanes.values()].map(({ luckiest }) => luckiest));
    if (ahead < AHEAD_MS) return undefined;
    this.skippedMs += ahead;
    if (this.skippedMs > RUNAWAY_MS) {
      return { kind: 'broken', reason: `its timestamps ran ${Math.round(this.skippedMs / 1000)} s ahead of the clock` };
    }
    this.forget();
    return { kind: 'jump', byMs: -ahead };
  }

  private judgeWindow(): AnchorVerdict | undefined {
    const verdict = this.verdictOfWindow();
    const main = this.lanes.get(this.options.mainLane);
    if (main) this.held = main.luckiest + (verdict && verdict.kind !== 'broken' ? verdict.byMs : 0);
    this.lanes.clear();
    return verdict;
  }

  private verdictOfWindow(): AnchorVerdict | undefined {
    const lanes = [...this.lanes.values()];
    this.skippedMs = 0;
    const luckiest = lanes.map((lane) => lane.luckiest);
    const spread = Math.max(...luckiest) - Math.min(...luckiest);
    if (spread > SPREAD_MS) {
      return { kind: 'broken', reason: `its picture and sound are ${Math.round(spread / 1000)} s apart` };
    }
    this.windows = [...this.windows, Math.min(...lanes.map(({ worst }) => worst))].slice(-WINDOWS);
    const byMs = this.moveFor(Math.min(...luckiest));
    if (byMs === 0) return undefined;
    const losing = byMs > 0 && this.recurrentWorst() < -this.options.jitterMs;
    this.windows = this.windows.map((worst) => worst + byMs);
    return { kind: losing || Math.abs(byMs) > LONGEST_SLIDE_MS ? 'jump' : 'slide', byMs };
  }

  private moveFor(luckiest: number): number {
    const { frameMs, jitterMs } = this.options;
    // Even the luckiest arrival used up half of the allowance: the path is slower than it was.
    if (luckiest < -jitterMs / 2) return -luckiest;
    // Again and again something comes with little of the allowance left: bursts, key frames, or a slow drift.
    const worst = this.recurrentWorst();
    if (worst < -0.75 * jitterMs) return -worst - jitterMs / 2;
    // For as long as is remembered, even the least lucky came more than a frame too soon.
    const soonest = Math.min(...this.windows);
    return this.windows.length === WINDOWS && soonest > frameMs ? -soonest : 0;
  }

  /**
   * What at least three windows show, or all there are: a hiccup, which may lie across two of them, moves nothing. What is
   * little beyond the allowance is no hiccup: two windows of it are enough.
   */
  private recurrentWorst(): number {
    const sorted = [...this.windows].sort((a, b) => a - b);
    const [, inTwo] = sorted;
    if (inTwo !== undefined && inTwo > -HICCUP_ALLOWANCES * this.options.jitterMs) return inTwo;
    return sorted[Math.min(2, sorted.length - 1)]!;
  }

  private forget(): void {
    this.lanes.clear();
    this.windows = [];
  }
}
