import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.js';

const filled = (values: readonly number[]) => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
};

describe('a histogram of durations', () => {
  it('gives every percentile at most a thirty-second too high, and never too low', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.032, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, share) => {
          const exact = [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)]!;
          const read = filled(values).percentile(share);
          // Values are kept in whole microseconds.
          expect(read).toBeGreaterThanOrEqual(exact - 0.0006);
          expect(read).toBeLessThanOrEqual(exact * (1 + 1 / 32) + 0.0006);
        },
      ),
    );
  });

  it('adds up to the same figures whether one process counted or two', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i * 1.7);
    const together = filled(values.slice(0, 300));
    together.add(filled(values.slice(300)).take());
    const alone = filled(values);
    for (const share of [0.5, 0.95, 0.99, 1]) expect(together.percentile(share)).toBe(alone.percentile(share));
    expect([together.count, together.max]).toEqual([alone.count, alone.max]);
    expect(together.mean).toBeCloseTo(alone.mean, 9);
  });

  it('starts afresh after its counts were taken', () => {
    const histogram = filled([5, 10]);
    histogram.take();
    expect([histogram.count, histogram.max]).toEqual([0, 0]);
    expect(histogram.percentile(0.5)).toBeNaN();
  });

  it('counts a time below zero as zero and a time without end as its longest', () => {
    const histogram = filled([-3, 1e12]);
    expect(histogram.percentile(0.5)).toBe(0);
    expect(histogram.percentile(1)).toBeGreaterThan(2_000_000);
  });
});
