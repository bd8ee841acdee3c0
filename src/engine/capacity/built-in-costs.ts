/** Costs taken for granted until this machine has been measured: those of a slow one, so that too little is promised. PURE. */
import type { MachineCosts } from './cost.js';

/** How much longer x264 takes than at veryfast, without B frames and look-ahead, as streams use it. */
const SLOWER_THAN_VERYFAST: Readonly<Record<string, number>> = {
  ultrafast: 0.5,
  superfast: 0.8,
  veryfast: 1,
  faster: 1.8,
  fast: 3.2,
  medium: 4.5,
  slow: 8.5,
  slower: 10,
  veryslow: 14,
};

/** A preset that is not in the table is taken for the slowest. */
export function presetFactor(preset: string): number {
  return SLOWER_THAN_VERYFAST[preset] ?? Math.max(...Object.values(SLOWER_THAN_VERYFAST));
}

export function builtInCosts(preset: string): MachineCosts {
  const factor = presetFactor(preset);
  return {
    encodeFrame: 0.0015 * factor,
    encodeMegapixel: 0.012 * factor,
    decodeMegapixel: 0.006,
    scaleMegapixel: 0.003,
    soundSecond: 0.04,
  };
}
