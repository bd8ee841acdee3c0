/**
 * Which of a stream's sources are open and which one is on air: the next one when the one on air is lost, back to a
 * preferred one when that has proved itself, or the one an operator asked for. PURE.
 */

/** An open source as it stands. Sources are told by their place in the list; the first is the preferred one. */
export interface OpenSource {
  readonly index: number;
  /** Since when it has delivered without a break, Unix ms; undefined while it does not. */
  readonly deliveringSinceMs: number | undefined;
}

export interface Situation {
  readonly open: readonly OpenSource[];
  /** The viewers see nothing of the source on air. */
  readonly absent: boolean;
  /** The patience with what is being tried has run out. */
  readonly wantsNext: boolean;
}

export interface Choice {
  readonly open: readonly number[];
  readonly close: readonly number[];
  /** Cut to this one: it is delivering. */
  readonly goOnAir?: number;
  /** Another source is being tried from now on. */
  readonly triesNext: boolean;
}

/** Where each source of a list is in the list that takes its place; undefined: it is not. */
export type Places = readonly (number | undefined)[];

export interface SourceChoiceOptions {
  /** How many sources there are. */
  readonly count: number;
  /** How long a preferred source must have delivered before it takes over again, ms; null: only when asked. */
  readonly failBackAfterMs: number | null;
}

/** Enough to know that a source asked for is really there. */
const SETTLED_MS = 500;

export class SourceChoice {
  private current = 0;
  /** The one tried in place of a lost one. */
  private candidate: number | undefined;
  /** The one an operator asked for: it stays on air until it is lost, or the choice is left to us again. */
  private wanted: number | undefined;

  constructor(private options: SourceChoiceOptions) {}

  /** The source on air. */
  get onAir(): number {
    return this.current;
  }

  /** Whether an operator's wish stands. */
  get pinned(): boolean {
    return this.wanted !== undefined;
  }

  /** Cut to this source as soon as it delivers; undefined leaves the choice to the list's order again. */
  want(index: number | undefined): void {
    this.wanted = index;
  }

  /**
   * The list is another from now on. What was on air, tried or asked for stays so where it is still in the list; if the
   * one on air is not, the first of the new list takes its place, whether it delivers or not: true is answered then.
   */
  rearrange(options: SourceChoiceOptions, places: Places): boolean {
    const placeOf = (index: number | undefined): number | undefined =>
      index === undefined ? undefined : places[index];
    const current = placeOf(this.current);
    this.options = options;
    this.candidate = placeOf(this.candidate);
    this.wanted = placeOf(this.wanted);
    this.current = current ?? 0;
    return current === undefined;
  }

  decide(situation: Situation, nowMs: number): Choice {
    const triesNext = this.tryNext(situation);
    const goOnAir = this.nextOnAir(situation, nowMs);
    if (goOnAir !== undefined) {
      this.current = goOnAir;
      this.candidate = undefined;
    } else if (!situation.absent) {
      this.candidate = undefined;
    }
    const needed = this.needed();
    const open = situation.open.map(({ index }) => index);
    return {
      open: [...needed].filter((index) => !open.includes(index)),
      close: open.filter((index) => !needed.has(index)),
      ...(goOnAir !== undefined && { goOnAir }),
      triesNext,
    };
  }

  private tryNext({ wantsNext }: Situation): boolean {
    if (!wantsNext || this.options.count === 1) return false;
    // A wish that was not granted in all that time, or whose source is lost, stands no longer.
    this.wanted = undefined;
    this.candidate = ((this.candidate ?? this.current) + 1) % this.options.count;
    return true;
  }

  private nextOnAir({ open, absent }: Situation, nowMs: number): number | undefined {
    const deliversFor = (index: number): number => {
      const since = open.find((source) => source.index === index)?.deliveringSinceMs;
      return since === undefined ? -1 : nowMs - since;
    };
    const { wanted, current } = this;
    if (wanted !== undefined && wanted !== current && deliversFor(wanted) >= SETTLED_MS) return wanted;
    const others = open.map(({ index }) => index).filter((index) => index !== current);
    const inOrder = others.sort((a, b) => a - b);
    if (absent && deliversFor(current) < 0) {
      const there = inOrder.find((index) => deliversFor(index) >= 0);
      if (there !== undefined) return there;
    }
    const { failBackAfterMs } = this.options;
    if (failBackAfterMs === null || this.pinned) return undefined;
    return inOrder.find((index) => index < current && deliversFor(index) >= failBackAfterMs);
  }

  /** The one on air, the ones tried or asked for, and those it would rather have. */
  private needed(): Set<number> {
    const { current, candidate, wanted, options } = this;
    const preferred =
      options.failBackAfterMs === null || this.pinned ? [] : Array.from({ length: current }, (_, i) => i);
    return new Set([current, candidate, wanted, ...preferred].filter((index) => index !== undefined));
  }
}
