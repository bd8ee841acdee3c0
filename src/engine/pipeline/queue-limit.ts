/** How many units may wait for an encoder. It bounds memory, for they are raw, and lateness: beyond it, it is too slow. PURE. */

export const MAX_QUEUED_UNITS = 45;
/** What the first encoder of a stream may have waiting: up to two segments of padding, given to it at once. */
const MAX_QUEUED_AT_START = 1_500;
/** When it is first looked at whether it works that off, and how often from then on. */
const FIRST_LOOK_MS = 4_000;
const LOOK_EVERY_MS = 2_000;
/** Of what waited at one look, so much may wait at the next: it has caught up after four, or never does. */
const NEARER = 3 / 4;

/** Instants are ms of one clock. */
export class QueueLimit {
  private catchesUp: boolean;
  private lookAt: number;
  private most = 0;
  private mayWait: number | undefined;

  /** Of an encoder that is fed from `now` on; `isFirst`: it begins with the stream's padding. */
  constructor(now: number, isFirst: boolean) {
    this.catchesUp = isFirst;
    this.lookAt = now + FIRST_LOOK_MS;
  }

  /** Whether `queued` units are more than may wait now. Ask with every unit. */
  isExceeded(now: number, queued: number): boolean {
    if (this.catchesUp && now >= this.lookAt) this.look(now, queued);
    this.most = Math.max(this.most, queued);
    return queued > (this.catchesUp ? MAX_QUEUED_AT_START : MAX_QUEUED_UNITS);
  }

  private look(now: number, queued: number): void {
    const comesNearer = this.mayWait === undefined ? queued < this.most : queued <= this.mayWait;
    this.catchesUp = comesNearer && queued > MAX_QUEUED_UNITS;
    this.mayWait = queued * NEARER;
    this.lookAt = now + LOOK_EVERY_MS;
  }
}
