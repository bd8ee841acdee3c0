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

export class Waiters {
  private readonly waiting = new Set<Waiter>();

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

  /** Something changed: lets go everyone whose condition now holds. */
  wake(): void {
    for (const waiter of this.waiting) if (waiter.isMet()) waiter.settle(true);
  }

  /** Lets everyone go, met or not. */
  release(): void {
    for (const waiter of this.waiting) waiter.settle(false);
  }
}
