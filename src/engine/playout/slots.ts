/**
 * Decides, house unit by house unit, whether the source fills it or the playout does. Units leave in order, each
 * exactly once, and each at its due time at the latest: nothing downstream ever waits for a source. PURE.
 */
import { unixMsOf, type TrackGrid } from '../timeline/index.js';

export interface Slot {
  readonly unit: number;
  /** The source had nothing for this unit when it was due. */
  readonly filled: boolean;
}

/** House units the source can give now, first and last included. */
export interface Available {
  readonly first: number;
  readonly last: number;
}

export class Slots {
  /** The next unit to leave. */
  next: number;

  constructor(
    private readonly track: TrackGrid,
    firstUnit: number,
    /** Milliseconds after a unit's time at which it leaves, come what may. */
    private readonly allowanceMs: number,
  ) {
    this.next = firstUnit;
  }

  /** All units that leave now. A unit the source has goes at once, though no sooner than one unit before its time. */
  decide(available: Available | undefined, nowMs: number): Slot[] {
    const slots: Slot[] = [];
    for (;;) {
      const unit = this.next;
      const has = available !== undefined && unit >= available.first && unit <= available.last;
      const leaves = unixMsOf(this.track, has ? unit - 1 : unit) + (has ? 0 : this.allowanceMs) <= nowMs;
      if (!leaves) return slots;
      slots.push({ unit, filled: !has });
      this.next += 1;
    }
  }
}
