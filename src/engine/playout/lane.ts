/**
 * One rung's queue between the intake and its encoder. Which source frame fills which house unit is decided once for
 * all rungs; a lane only carries it out, so every rung shows the same picture at the same instant. PURE.
 */
import type { Frame } from './frame.js';

/** What fills a house unit: a source frame of the connection on air, the last frame again, or the slate. */
export type Filling = { readonly sourceFrame: number } | 'repeat' | 'slate';

/** A decided house unit. */
export interface Assignment {
  readonly unit: number;
  readonly filling: Filling;
  /** When the lane stops waiting for a source frame, Unix ms. */
  readonly giveUpAtMs: number;
}

/** Frames held beyond this are a burst nobody will see: two seconds of the fastest house rate. */
const MAX_HELD = 120;

export class Lane {
  private readonly held = new Map<number, Frame>();
  private readonly assigned: Assignment[] = [];
  private nextSourceFrame = 0;
  private last: Frame;
  private shown = -1;
  /** Frames of sources that arrived and were never shown. */
  dropped = 0;
  /** Shown in place of a lost source; until it has been made, the last frame is. */
  slate: Frame | undefined;

  constructor(
    nothing: Frame,
    /** Keeps the frame it wants beyond the call. */
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
    this.forgetBefore(this.nextSourceFrame);
    this.nextSourceFrame = 0;
    this.shown = -1;
    this.assigned.forEach((assignment, index) => {
      if (typeof assignment.filling === 'object') this.assigned[index] = { ...assignment, filling: 'repeat' };
    });
    this.advance(0);
  }

  /** Takes a frame over. */
  arrive(frame: Frame): void {
    this.held.set(this.nextSourceFrame, frame);
    this.nextSourceFrame += 1;
    if (this.held.size > MAX_HELD) this.forget(this.held.keys().next().value!);
  }

  assign(assignment: Assignment): void {
    this.assigned.push(assignment);
  }

  /** Emits every assigned unit whose frame is here, or is not waited for any longer. */
  advance(nowMs: number): void {
    for (let head = this.assigned[0]; head !== undefined; head = this.assigned[0]) {
      const { filling } = head;
      if (typeof filling === 'object') {
        const { sourceFrame } = filling;
        const frame = this.held.get(sourceFrame);
        const mayStillCome = sourceFrame >= this.nextSourceFrame && nowMs < head.giveUpAtMs;
        if (!frame && mayStillCome) return;
        this.forgetBefore(sourceFrame);
        if (frame) this.show(sourceFrame, frame);
      }
      this.assigned.shift();
      this.emit(head.unit, filling === 'slate' ? (this.slate ?? this.last) : this.last);
    }
  }

  private show(sourceFrame: number, frame: Frame): void {
    frame.keep();
    this.last.release();
    this.last = frame;
    this.shown = sourceFrame;
  }

  private forgetBefore(sourceFrame: number): void {
    for (const index of this.held.keys()) {
      if (index >= sourceFrame) return;
      this.forget(index);
    }
  }

  private forget(sourceFrame: number): void {
    this.held.get(sourceFrame)?.release();
    this.held.delete(sourceFrame);
    if (sourceFrame > this.shown) this.dropped += 1;
  }
}
