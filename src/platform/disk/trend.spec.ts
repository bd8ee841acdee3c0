import { describe, expect, it } from 'vitest';
import { fillRate, secondsToFull, withLook, type Look } from './trend.js';

const MB = 1e6;
/** Looks every five seconds, with the free megabytes of each. */
const looks = (free: (second: number) => number, seconds: number): readonly Look[] => {
  let all: readonly Look[] = [];
  for (let at = 0; at <= seconds; at += 5) all = withLook(all, { atMs: at * 1000, freeBytes: free(at) * MB });
  return all;
};

describe('how a disk fills', () => {
  it('is told in seconds until only the reserve is left', () => {
    const filling = looks((second) => 1000 - 2 * second, 100);
    expect(fillRate(filling)).toBeCloseTo(2 * MB);
    expect(secondsToFull(filling, 256 * MB)).toBeCloseTo((800 - 256) / 2);
  });

  it('is never, while it does not', () => {
    expect(
      secondsToFull(
        looks((second) => 1000 + second, 100),
        0,
      ),
    ).toBe(Infinity);
    expect(
      secondsToFull(
        looks(() => 1000, 100),
        0,
      ),
    ).toBe(Infinity);
  });

  it('is now, where it is full', () => {
    expect(
      secondsToFull(
        looks(() => 256, 0),
        256 * MB,
      ),
    ).toBe(0);
  });

  it('is not judged by less than a minute: a new stream fills its window first', () => {
    expect(
      secondsToFull(
        looks((second) => 1000 - 10 * second, 55),
        0,
      ),
    ).toBe(Infinity);
    expect(secondsToFull([], 0)).toBe(Infinity);
  });

  it('forgets what is five minutes past', () => {
    const before = looks((second) => (second < 600 ? 5000 - 8 * second : 200), 1000);
    expect(secondsToFull(before, 0)).toBe(Infinity);
  });
});
