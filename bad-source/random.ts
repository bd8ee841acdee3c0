/** Chance that can be repeated: the same seed always gives the same numbers. PURE. */

/** Numbers from 0 up to, not including, 1. */
export type Random = () => number;

/** mulberry32: 32 bits of state, more than enough for delays and losses. `seed` is a whole number. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
