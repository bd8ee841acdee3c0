/** When a delivery that failed is tried again: often at first, for three days in all. PURE. */

const HOUR = 3600;

/** Seconds from one attempt to the next: four times as long each time, and from then on every eight hours. */
export const RETRY_SECONDS: readonly number[] = [
  ...[5, 20, 80, 320, 1280, 5120, 20_480],
  ...Array.from({ length: 8 }, () => 8 * HOUR),
];

export const MOST_ATTEMPTS = RETRY_SECONDS.length + 1;

/** Each wait is up to this much longer or shorter, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * Seconds until the next attempt after `attempts` that failed; undefined when it is given up. `random` is from 0 to 1.
 * A receiver that asks for more time (Retry-After, seconds) gets it, up to the longest wait of the plan.
 */
export function secondsToNextAttempt(attempts: number, random: number, askedFor = 0): number | undefined {
  const planned = RETRY_SECONDS[attempts - 1];
  if (planned === undefined) return undefined;
  const jittered = planned * (1 + JITTER * (2 * random - 1));
  return Math.max(jittered, Math.min(askedFor, 8 * HOUR));
}
