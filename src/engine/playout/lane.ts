/**
 * One rung's queue between the intake and its encoder. Which source frame fills which house unit is decided once for
 * all rungs; a lane only carries it out, so every rung shows the same picture at the same instant. PURE.
 */
import type { Frame } from './frame-cutter.js';

/** A decided house unit: the source frame of the current connection to show, or undefined for the last one again. */
export interface Assignment {
  readonly unit: number;
  readonly sourceFrame: number | undefined;
  /** When the lane stops waiting for that frame, Unix ms. */
  readonly giveUpAtMs: number;
}

/** Frames held beyond this are a burst nobody will see. */
const MAX_HELD = 90;

export class Lane {
  private readonly held = new Map<number, Frame>();
  private readonly assigned: Assignment[] = [];
  private nextSourceFrame = 0;
  private last: Frame;

  constructor(
    nothing: Frame,
    private readonly emit: (unit: number, frame: Frame) => void,
  ) {
    this.last = nothing;
  }

  /** How many frames of this connection have arrived. */
  get arrived(): number {
    return this.nextSourceFrame;
  }

  /** A new connection: its frames count from 0 again; what the old one still owed is repeated instead. */
  restart(): void {
    this.held.clear();
    this.nextSourceFrame = 0;
    this.assigned.forEach((assignment, index) => {
      this.assigned[index] = { ...assignment, sourceFrame: undefined };
    });
    this.advance(0);
  }

  arrive(frame: Frame): void {
    this.held.set(this.nextSourceFrame, frame);
    this.nextSourceFrame += 1;
    if (this.held.size > MAX_HELD) this.held.delete(this.held.keys().next().value!);
  }

  assign(assignment: Assignment): void {
    this.assigned.push(assignment);
  }

  /** Emits every assigned unit whose frame is here, or is not waited for any longer. */
  advance(nowMs: number): void {
    for (let head = this.assigned[0]; head !== undefined; head = this.assigned[0]) {
      if (head.sourceFrame !== undefined) {
        const frame = this.held.get(head.sourceFrame);
        const mayStillCome = head.sourceFrame >= this.nextSourceFrame && nowMs < head.giveUpAtMs;
        if (!frame && mayStillCome) return;
        if (frame) this.last = frame;
        this.forgetBefore(head.sourceFrame);
      }
      this.assigned.shift();
      this.emit(head.unit, this.last);
    }
  }

  private forgetBefore(sourceFrame: number): void {
    for (const index of this.held.keys()) {
      if (index >= sourceFrame) return;
      this.held.delete(index);
    }
  }
}
