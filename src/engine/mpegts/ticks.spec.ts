import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toTsTicks, TS_WRAP_TICKS, wrapTicks } from './ticks.js';

describe('the clock of a transport stream', () => {
  it('is exact for house times of this century, in every timescale of the house', () => {
    const frame = fc.integer({ min: 0, max: 2 ** 38 });
    fc.assert(
      fc.property(frame, fc.constantFrom([90_000, 3000], [48_000, 1024], [24_000, 1001], [60_000, 1001]), (n, row) => {
        const [timescale, unit] = row as [number, number];
        const exact = (BigInt(n) * BigInt(unit) * 90_000n * 2n + BigInt(timescale)) / (2n * BigInt(timescale));
        expect(BigInt(toTsTicks(n * unit, timescale))).toBe(exact);
      }),
    );
  });

  it('comes round every 26.5 hours, and never leaves its 33 bits', () => {
    expect(TS_WRAP_TICKS / 90_000 / 3600).toBeCloseTo(26.5, 1);
    expect([-1, 0, TS_WRAP_TICKS - 1, TS_WRAP_TICKS].map(wrapTicks)).toEqual([
      TS_WRAP_TICKS - 1,
      0,
      TS_WRAP_TICKS - 1,
      0,
    ]);
  });
});
