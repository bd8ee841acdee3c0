/** Who joins when, as what kind of player, and watches what: the same in every run, whatever the number of processes. */
import type { RenditionChoice } from './options.js';

/** Milliseconds from the start of the run until viewer `index` of `viewers` joins: evenly over the ramp. */
export function joinsAfterMs(index: number, viewers: number, rampSeconds: number): number {
  return ((index + 0.5) / viewers) * rampSeconds * 1000;
}

/** The seconds over which viewers join when nobody said: two target durations, no more than half the run. */
export function defaultRamp(targetDurationSeconds: number, runSeconds: number): number {
  return Math.min(2 * targetDurationSeconds, runSeconds / 2);
}

/** A number in [0, 1) that is the viewer's own for this purpose; neighbours have nothing in common. */
export function viewerChance(index: number, purpose: number): number {
  let mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(purpose + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

/**
 * Index of the rendition a viewer starts with. `bandwidths` in bit/s, in any order. Random weighs each rendition by its
 * rank from the bottom (1, 2, 3 …): most viewers have a decent line, some do not. Adaptive starts at the bottom.
 */
export function chooseRendition(bandwidths: readonly number[], choice: RenditionChoice, chance: number): number {
  const ranked = bandwidths.map((_, index) => index).sort((a, b) => bandwidths[a]! - bandwidths[b]!);
  switch (choice) {
    case 'lowest':
    case 'adaptive':
      return ranked[0]!;
    case 'highest':
      return ranked.at(-1)!;
    case 'random': {
      const weights = (ranked.length * (ranked.length + 1)) / 2;
      let left = chance * weights;
      return ranked.find((_, rank) => (left -= rank + 1) < 0) ?? ranked.at(-1)!;
    }
  }
}

/** The highest rendition whose bandwidth leaves room on a line of `throughput` bit/s; the lowest when none does. */
export function affordableRendition(bandwidths: readonly number[], throughput: number): number {
  const SAFE_SHARE = 0.7;
  const lowest = chooseRendition(bandwidths, 'lowest', 0);
  return bandwidths.reduce(
    (best, bandwidth, index) => (bandwidth <= throughput * SAFE_SHARE && bandwidth > bandwidths[best]! ? index : best),
    lowest,
  );
}
