/** Time for everything that waits: Unix milliseconds that never run backwards. */
export interface Clock {
  /** Unix milliseconds, fractions kept. */
  now(): number;
}

/**
 * The wall clock as it was when the process started, carried on by the monotonic clock: a stepped system time cannot
 * make a stream jump or reuse a number. (The kernel steers both at the same rate, so it does not drift away.)
 */
export class SystemClock implements Clock {
  private readonly offset = Date.now() - monotonicMs();

  now(): number {
    return this.offset + monotonicMs();
  }

  /** How far the system's wall clock has been stepped since the start, in milliseconds. */
  stepMs(): number {
    return Date.now() - this.now();
  }
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
