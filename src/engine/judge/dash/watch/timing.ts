/** The time of the machine that watches; tests have another. */
import { setTimeout as delay } from 'node:timers/promises';

export interface Timing {
  /** Unix ms. */
  readonly now: () => number;
  /** Resolves after so many milliseconds, or when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const realTiming: Timing = {
  now: Date.now,
  sleep: (ms, signal) => delay(Math.max(0, ms), undefined, { signal }).catch(() => undefined),
};
