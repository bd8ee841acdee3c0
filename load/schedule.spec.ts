import { describe, expect, it } from 'vitest';
import { affordableRendition, chooseRendition, defaultRamp, joinsAfterMs, viewerChance } from './schedule.js';

const BANDWIDTHS = [3_000_000, 800_000, 1_500_000];

describe('the schedule of viewers', () => {
  it('lets viewers join one after the other, all within the ramp', () => {
    expect([0, 1, 2, 3].map((index) => joinsAfterMs(index, 4, 8))).toEqual([1000, 3000, 5000, 7000]);
  });

  it('spreads them over two target durations, or over half of a short run', () => {
    expect([defaultRamp(2, 60), defaultRamp(6, 10)]).toEqual([4, 5]);
  });

  it('gives a viewer the same chance in every run, and viewers together an even spread', () => {
    const chances = Array.from({ length: 2000 }, (_, index) => viewerChance(index, 0));
    expect(chances).toEqual(Array.from({ length: 2000 }, (_, index) => viewerChance(index, 0)));
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const share = chances.filter((chance) => Math.floor(chance * 10) === tenth).length / 2000;
      expect(share).toBeGreaterThan(0.07);
      expect(share).toBeLessThan(0.13);
    }
  });

  it('starts at the rendition asked for, whatever their order', () => {
    expect(chooseRendition(BANDWIDTHS, 'lowest', 0.9)).toBe(1);
    expect(chooseRendition(BANDWIDTHS, 'highest', 0.1)).toBe(0);
    expect(chooseRendition(BANDWIDTHS, 'adaptive', 0.9)).toBe(1);
  });

  it('weighs renditions by rank when chosen at random: one, two and three sixths', () => {
    const chosen = [0, 0, 0];
    for (let step = 0; step < 600; step += 1) chosen[chooseRendition(BANDWIDTHS, 'random', step / 600)]! += 1;
    expect(chosen).toEqual([300, 100, 200]);
  });

  it.each([
    [10_000_000, 0],
    [3_000_000, 2],
    [100_000, 1],
  ])('adapts to a line of %d bit/s', (throughput, rendition) => {
    expect(affordableRendition(BANDWIDTHS, throughput)).toBe(rendition);
  });
});
