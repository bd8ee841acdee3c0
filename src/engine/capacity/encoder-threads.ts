/** How many threads an encoder gets. PURE. */
import type { DisplaySize } from '../ladder/index.js';
import { builtInCosts } from './built-in-costs.js';
import { megapixels } from './cost.js';

/** Of one core: what is left is for hiccups, and to catch up. */
const SHARE_OF_A_CORE = 0.85;
/** Each slice of a picture is coded without looking at the others: more of them cost more bits than they save time. */
const MOST_THREADS = 4;

/**
 * As many as a slow machine needs to keep pace, and no more: rungs run beside each other anyway, and two slices of 1080p
 * cost a tenth more than one.
 */
export function encoderThreads(picture: DisplaySize & { readonly fps: number }, preset: string, cores: number): number {
  const { encodeFrame, encodeMegapixel } = builtInCosts(preset);
  const needed = picture.fps * (encodeFrame + megapixels(picture) * encodeMegapixel);
  return Math.max(1, Math.min(Math.ceil(needed / SHARE_OF_A_CORE), MOST_THREADS, cores));
}
