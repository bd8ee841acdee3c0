/**
 * Where a source's time sits on the house clock: source frame 0 is house frame `frame`. Chosen from when frames really
 * arrive, moved by whole frames when the path turns out slower or faster. PURE: arrival times are arguments.
 */

export interface AnchorOptions {
  /** Length of a house frame, ms. */
  readonly frameMs: number;
  /** How late a frame may come before it is replaced, ms. */
  readonly jitterMs: number;
  /** After joining, every early frame moves the anchor at once: a backlog delivered in a burst is skipped. */
  readonly joinMs?: number;
  /** Afterwards only what a whole window shows moves it: persistence, not jitter. */
  readonly windowMs?: number;
}

interface Leads {
  earliest: number;
  latest: number;
}

export class Anchor {
  private readonly joinMs: number;
  private readonly windowMs: number;
  private readonly leads = new Map<string, Leads>();
  private windowEndsAt: number;

  /** `frame` is the house frame in progress when source frame 0 arrived, at `joinedAtMs`. */
  constructor(
    public frame: number,
    private readonly joinedAtMs: number,
    private readonly options: AnchorOptions,
  ) {
    this.joinMs = options.joinMs ?? 1_500;
    this.windowMs = options.windowMs ?? 2_000;
    this.windowEndsAt = joinedAtMs + this.joinMs + this.windowMs;
  }

  /**
   * Tells that media of `lane` arrived `leadMs` before its house time (negative: after it). Gives the frames the
   * anchor was moved by: negative, the source is played sooner (frames skipped); positive, later (frames repeated).
   */
  observe(lane: string, leadMs: number, nowMs: number): number {
    if (nowMs < this.joinedAtMs + this.joinMs) return this.skipBacklog(lane, leadMs);
    this.remember(lane, leadMs);
    if (nowMs < this.windowEndsAt) return 0;
    const move = this.moveFor([...this.leads.values()]);
    this.leads.clear();
    this.windowEndsAt = nowMs + this.windowMs;
    this.frame += move;
    return move;
  }

  /** Sound often comes in larger bites than the picture, so only the picture tells a backlog from jitter. */
  private skipBacklog(lane: string, leadMs: number): number {
    if (lane !== 'video' || leadMs < this.options.frameMs) return 0;
    const move = -Math.floor(leadMs / this.options.frameMs);
    this.frame += move;
    return move;
  }

  private remember(lane: string, leadMs: number): void {
    const known = this.leads.get(lane);
    this.leads.set(lane, {
      earliest: Math.max(known?.earliest ?? leadMs, leadMs),
      latest: Math.min(known?.latest ?? leadMs, leadMs),
    });
  }

  private moveFor(lanes: readonly Leads[]): number {
    const { frameMs, jitterMs } = this.options;
    // Late: even the luckiest frame of some lane used up half of the allowance.
    const worst = Math.min(...lanes.map(({ earliest }) => earliest));
    if (worst < -jitterMs / 2) return Math.ceil(-worst / frameMs);
    // Early: even the unluckiest frame of every lane came more than a frame too soon.
    const slack = Math.min(...lanes.map(({ latest }) => latest));
    return slack > frameMs ? -Math.floor(slack / frameMs) : 0;
  }
}
