/** Stretches or squeezes a little sound by a few samples: stereo s16le. PURE. */

const CHANNELS = 2;
const BYTES = 2;

/** Samples needed before the first and after the last one. */
export const RESAMPLE_MARGIN = 2;

/**
 * `consumed` samples, which have RESAMPLE_MARGIN more on either side in `input`, as `produced` samples: cubic (Hermite)
 * interpolation, which leaves speech and music as they are where the two lengths differ by less than a percent.
 */
export function resample(input: Buffer, consumed: number, produced: number): Buffer {
  const output = Buffer.alloc(produced * CHANNELS * BYTES);
  for (let sample = 0; sample < produced; sample += 1) {
    const position = (sample * consumed) / produced;
    const whole = Math.floor(position);
    const fraction = position - whole;
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      const at = (offset: number): number =>
        input.readInt16LE(((whole + RESAMPLE_MARGIN + offset) * CHANNELS + channel) * BYTES);
      const value = Math.round(hermite(at(-1), at(0), at(1), at(2), fraction));
      output.writeInt16LE(Math.max(-32_768, Math.min(32_767, value)), (sample * CHANNELS + channel) * BYTES);
    }
  }
  return output;
}

/** The cubic through `from` and `to` whose slopes are those of their neighbours. */
function hermite(before: number, from: number, to: number, after: number, fraction: number): number {
  const slopeFrom = (to - before) / 2;
  const slopeTo = (after - from) / 2;
  const cubic = 2 * (from - to) + slopeFrom + slopeTo;
  const square = -3 * (from - to) - 2 * slopeFrom - slopeTo;
  return ((cubic * fraction + square) * fraction + slopeFrom) * fraction + from;
}
