import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rung } from '../ladder/index.js';
import { fits, freeCores, largestThatFits } from './room.js';

const rung = (height: number): Rung => ({
  ...{ name: `${height}p`, height, videoKbps: height * 4, audioKbps: 128, profile: 'main' },
});
const LADDER = [1080, 720, 480, 360, 240].map(rung);
/** A core for every thousand lines. */
const needsOf = (rungs: readonly Rung[]): number => rungs.reduce((sum, { height }) => sum + height / 1000, 0);
const room = (free: number) => ({ totalCores: free, committedCores: 0 });
const suggested = (asked: readonly Rung[], free: number) =>
  largestThatFits(asked, LADDER, needsOf, room(free))?.map(({ name }) => name);

describe('the room on a machine', () => {
  it('is what is not given away yet, and never less than nothing', () => {
    expect(freeCores({ totalCores: 1.8, committedCores: 0.5 })).toBeCloseTo(1.3);
    expect(freeCores({ totalCores: 1.8, committedCores: 2.5 })).toBe(0);
  });

  it('takes what fits exactly', () => {
    expect(fits(1.5, { totalCores: 2, committedCores: 0.5 })).toBe(true);
    expect(fits(1.51, { totalCores: 2, committedCores: 0.5 })).toBe(false);
  });
});

describe('the smaller ladder that would fit', () => {
  it('is the one that was asked for without as few of its tallest rungs as possible', () => {
    expect(suggested(LADDER, 2)).toEqual(['720p', '480p', '360p', '240p']);
    expect(suggested(LADDER, 0.7)).toEqual(['360p', '240p']);
  });

  it('does not depend on the order in which rungs were asked for', () => {
    expect(suggested([rung(240), rung(1080), rung(480)], 1)).toEqual(['480p', '240p']);
  });

  it('is the tallest rung of the ladder below the lowest that was asked for, when even that is too much', () => {
    expect(suggested([rung(1080)], 0.5)).toEqual(['480p']);
    expect(suggested([rung(1080), rung(720)], 0.4)).toEqual(['360p']);
  });

  it('is none when nothing fits', () => {
    expect(suggested(LADDER, 0.1)).toBeUndefined();
    expect(suggested([], 10)).toBeUndefined();
  });

  it('always fits, and is smaller than what was asked for', () => {
    const heights = fc.uniqueArray(fc.integer({ min: 100, max: 2000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(heights, fc.double({ min: 0.05, max: 4, noNaN: true }), (asked, free) => {
        const found = largestThatFits(asked.map(rung), LADDER, needsOf, room(free));
        if (!found) return;
        expect(needsOf(found)).toBeLessThanOrEqual(free);
        expect(needsOf(found)).toBeLessThan(needsOf(asked.map(rung)));
      }),
    );
  });
});
