/** How long to wait before a child is started again: capped, jittered, forgotten after a healthy while. PURE. */

export interface RestartPolicy {
  readonly firstMs: number;
  readonly capMs: number;
  /** Alive this long, a child has earned a fresh start. */
  readonly healthyMs: number;
}

export const INTAKE_RESTARTS: RestartPolicy = { firstMs: 500, capMs: 4_000, healthyMs: 10_000 };
export const ENCODER_RESTARTS: RestartPolicy = { firstMs: 50, capMs: 4_000, healthyMs: 10_000 };
/** One that was too slow is given longer rests: it costs its siblings the processor, and its viewers a gap, each time. */
export const SLOW_ENCODER_RESTARTS: RestartPolicy = { firstMs: 250, capMs: 8_000, healthyMs: 30_000 };

/**
 * The delay before attempt `failures + 1`, in milliseconds. Doubles up to the cap; `random` in [0, 1) spreads it over
 * the upper half, so a hundred streams do not come back in one instant.
 */
export function restartDelayMs(policy: RestartPolicy, failures: number, random: number): number {
  const full = Math.min(policy.capMs, policy.firstMs * 2 ** Math.min(failures, 16));
  return Math.round(full / 2 + (full / 2) * random);
}

/** Failures in a row, after a run that lasted `aliveMs`. */
export function failuresAfter(policy: RestartPolicy, failures: number, aliveMs: number): number {
  return aliveMs >= policy.healthyMs ? 1 : failures + 1;
}
