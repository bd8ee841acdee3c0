/** Held requests: each waits for a condition of its own, all are looked at once per change. Wait, wake, re-check. */

/**
 * Who waits: anything that says `close` once when it leaves, as an HTTP response does. Not an AbortSignal: thousands
 * of holds end in the same instant, and making and aborting a signal for each cost more than answering it.
 */
export interface Viewer {
  /** It has left already. */
  readonly destroyed: boolean;
  once(event: 'close', leave: () => void): unknown;
  off(event: 'close', leave: () => void): unknown;
}

interface Waiter {
  readonly isMet: () => boolean;
  readonly settle: (met: boolean) => void;
}

/**
 * So many are let go at a time. Node sends what was written in an instant when all of that instant is done: of thousands
 * let go at once nobody would get a byte before the last answer is made. This way who reads them works beside us.
 */
const AT_ONCE = 64;

export class Waiters {
  private readonly waiting = new Set<Waiter>();
  /** Those whose condition is met and who have not been let go yet, in the order they came. */
  private due: Waiter[] = [];

  /** Who still waits for something to change. */
  get count(): number {
    return this.waiting.size;
  }

  /**
   * Settles true as soon as `isMet` holds after a `wake`, false after `limitMs` or when the viewer closes (who leaves
   * frees the hold at once).
   */
  wait(isMet: () => boolean, limitMs: number, viewer?: Viewer): Promise<boolean> {
    if (isMet()) return Promise.resolve(true);
    if (viewer?.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (met: boolean): void => {
        clearTimeout(timer);
        viewer?.off('close', leave);
        this.waiting.delete(waiter);
        resolve(met);
      };
      const leave = (): void => settle(false);
      const waiter: Waiter = { isMet, settle };
      const timer = setTimeout(leave, limitMs);
      viewer?.once('close', leave);
      this.waiting.add(waiter);
    });
  }

  /** Something changed: lets go everyone whose condition now holds, and nothing else happens in between. */
  wake(): void {
    const goesOn = this.due.length > 0;
    for (const waiter of this.waiting) {
      if (!waiter.isMet()) continue;
      this.waiting.delete(waiter);
      this.due.push(waiter);
    }
    if (!goesOn) this.letGo();
  }

  private letGo(): void {
    for (const waiter of this.due.splice(0, AT_ONCE)) waiter.settle(true);
    // This tick comes before those that send what is being made now, and its promises after them: made, sent, made, sent.
    if (this.due.length > 0) queueMicrotask(() => process.nextTick(() => this.letGo()));
  }

  /** Lets everyone go, met or not. */
  release(): void {
    for (const waiter of this.waiting) waiter.settle(false);
  }
}
