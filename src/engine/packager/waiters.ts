/** Held requests: each waits for a condition of its own, all are looked at once per change. Wait, wake, re-check. */

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
   * Settles true as soon as `isMet` holds after a `wake`, false after `limitMs` or when `signal` aborts (a viewer that
   * leaves frees its hold at once).
   */
  wait(isMet: () => boolean, limitMs: number, signal?: AbortSignal): Promise<boolean> {
    if (isMet()) return Promise.resolve(true);
    if (signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const settle = (met: boolean): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', leave);
        this.waiting.delete(waiter);
        resolve(met);
      };
      const leave = (): void => settle(false);
      const waiter: Waiter = { isMet, settle };
      const timer = setTimeout(leave, limitMs);
      signal?.addEventListener('abort', leave);
      this.waiting.add(waiter);
    });
  }

  /** Something changed: lets go everyone whose condition now holds. */
  wake(): void {
    for (const waiter of [...this.waiting]) if (waiter.isMet()) waiter.settle(true);
  }

  /** Lets everyone go, met or not. */
  release(): void {
    for (const waiter of [...this.waiting]) waiter.settle(false);
  }
}
