/** The 90 kHz clock of a transport stream (ISO/IEC 13818-1 2.4.3.7): house time, taken modulo 2^33. */

/** Ticks per second of PTS, DTS and the PCR base. */
export const TS_CLOCK_HZ = 90_000;

/** PTS, DTS and the PCR base have 33 bits: they come round every 26.5 hours. */
export const TS_WRAP_TICKS = 2 ** 33;

/**
 * Track ticks as 90 kHz ticks, rounded to the nearest. Whole seconds are split off first, so it is exact for times of
 * this century in every timescale: 48 kHz and the house's 90 kHz lose nothing, 24000 and 60000 at most half a tick.
 */
export function toTsTicks(ticks: number, timescale: number): number {
  const seconds = Math.floor(ticks / timescale);
  return seconds * TS_CLOCK_HZ + Math.round(((ticks - seconds * timescale) * TS_CLOCK_HZ) / timescale);
}

/** The 33 bits of a time that go on the wire, also for times before zero. */
export function wrapTicks(ticks: number): number {
  const rest = ticks % TS_WRAP_TICKS;
  return rest < 0 ? rest + TS_WRAP_TICKS : rest;
}
