import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  audioTrack,
  decodeTimeOf,
  firstUnitOf,
  HOUSE_EPOCH_MS,
  houseGrid,
  longestPartTicks,
  longestSegmentTicks,
  positionOfUnit,
  segmentAt,
  segmentStartingAt,
  snapToHouseRate,
  unitAt,
  unixMsOf,
  videoTrack,
} from './house-clock.js';
import { ratio, toNumber } from './ratio.js';

const RATES = [
  ratio(24_000, 1001),
  ratio(24),
  ratio(25),
  ratio(30_000, 1001),
  ratio(30),
  ratio(50),
  ratio(60_000, 1001),
  ratio(60),
];
const aRate = fc.constantFrom(...RATES);
/** Segments from the epoch to the year 2070. */
const aSegment = fc.integer({ min: 0, max: 8e8 });

describe('a segment named by its time', () => {
  it('is found by the decode time it begins at, and by no other', () => {
    const rates = fc.constantFrom(ratio(24_000, 1001), ratio(25), ratio(30_000, 1001), ratio(30), ratio(60_000, 1001));
    fc.assert(
      fc.property(rates, fc.nat(2e8), fc.boolean(), (fps, segment, sound) => {
        const grid = houseGrid(fps, 2, 1 / 3);
        const track = sound ? audioTrack(grid) : videoTrack(grid);
        const ticks = decodeTimeOf(track, firstUnitOf(track, segment));
        expect(segmentStartingAt(track, ticks)).toBe(segment);
        expect(segmentStartingAt(track, ticks + track.unitTicks)).toBeUndefined();
        expect(segmentStartingAt(track, ticks + 1)).toBeUndefined();
      }),
    );
  });
});

describe('house rates', () => {
  it.each([
    [29.97, 60, '30000/1001'],
    [30, 60, '30/1'],
    [59.9, 60, '60000/1001'],
    [59.94, 30, '30/1'],
    [15, 60, '24000/1001'],
    [120, 60, '60/1'],
    [25.1, 30, '25/1'],
  ])('snap %d fps under a cap of %d to %s', (nominal, cap, expected) => {
    const { num, den } = snapToHouseRate(nominal, cap);
    expect(`${num}/${den}`).toBe(expected);
  });
});

describe('the grid', () => {
  it('cuts a segment into equal parts of whole frames, as near to the wish as whole frames allow', () => {
    expect(houseGrid(ratio(30), 2, 0.333)).toMatchObject({
      framesPerSegment: 60,
      framesPerPart: 10,
      partsPerSegment: 6,
    });
    expect(houseGrid(ratio(25), 2, 0.333)).toMatchObject({
      framesPerSegment: 50,
      framesPerPart: 10,
      partsPerSegment: 5,
    });
    expect(houseGrid(ratio(30_000, 1001), 2, 0.5)).toMatchObject({ framesPerSegment: 60, framesPerPart: 15 });
  });

  it('lets the segment give way where its length has no useful divisor', () => {
    // 58 frames have only parts of 2 or 29; 61 is prime.
    for (const segmentSeconds of [1.93, 2.03]) {
      const { framesPerSegment, framesPerPart } = houseGrid(ratio(30), segmentSeconds, 0.333);
      expect([framesPerSegment, framesPerPart]).toEqual([60, 10]);
    }
  });

  it('has parts near the wish and segments within half a part of theirs, whatever is set', () => {
    const seconds = fc.integer({ min: 100, max: 1000 });
    fc.assert(
      fc.property(aRate, seconds, fc.integer({ min: 10, max: 100 }), (rate, segment, part) => {
        const grid = houseGrid(rate, segment / 100, part / 100);
        const wanted = (part / 100) * toNumber(rate);
        expect(grid.partsPerSegment * grid.framesPerPart).toBe(grid.framesPerSegment);
        expect(grid.framesPerPart / wanted).toBeGreaterThan(0.5);
        expect(grid.framesPerPart / wanted).toBeLessThan(1.6);
        expect(Math.abs(grid.framesPerSegment - (segment / 100) * toNumber(rate))).toBeLessThanOrEqual(
          grid.framesPerPart / 2 + 1,
        );
      }),
    );
  });

  it('has a timescale in which every frame is a whole number of ticks, at every rate', () => {
    for (const rate of RATES) {
      const { timescale, unitTicks } = videoTrack(houseGrid(rate, 2, 0.333));
      expect(Number.isInteger(unitTicks)).toBe(true);
      expect(timescale / unitTicks).toBeCloseTo(toNumber(rate), 9);
    }
  });

  it('tiles segments with parts, and time with segments, for picture and sound alike', () => {
    fc.assert(
      fc.property(aRate, aSegment, (rate, segment) => {
        const grid = houseGrid(rate, 2, 0.333);
        for (const track of [videoTrack(grid), audioTrack(grid)]) {
          const { partsPerSegment } = grid;
          expect(firstUnitOf(track, segment, partsPerSegment)).toBe(firstUnitOf(track, segment + 1));
          for (let part = 0; part < partsPerSegment; part += 1) {
            const [first, next] = [firstUnitOf(track, segment, part), firstUnitOf(track, segment, part + 1)];
            expect(positionOfUnit(track, first)).toEqual({ segment, part });
            expect(positionOfUnit(track, next - 1)).toEqual({ segment, part });
            expect((next - first) * track.unitTicks).toBeLessThanOrEqual(longestPartTicks(track));
          }
          const length = decodeTimeOf(track, firstUnitOf(track, segment + 1) - firstUnitOf(track, segment));
          expect(length).toBeLessThanOrEqual(longestSegmentTicks(track));
        }
      }),
    );
  });

  it('begins sound less than one AAC frame after the picture, however late in the century', () => {
    fc.assert(
      fc.property(aRate, aSegment, (rate, segment) => {
        const grid = houseGrid(rate, 2, 0.333);
        const [video, audio] = [videoTrack(grid), audioTrack(grid)];
        const offset = unixMsOf(audio, firstUnitOf(audio, segment)) - unixMsOf(video, firstUnitOf(video, segment));
        expect(offset).toBeGreaterThan(-0.01);
        expect(offset).toBeLessThan(1024 / 48 + 0.01);
      }),
    );
  });

  it('finds the unit in progress at an instant', () => {
    fc.assert(
      fc.property(aRate, fc.integer({ min: 0, max: 1.6e12 }), (rate, ms) => {
        const track = videoTrack(houseGrid(rate, 2, 0.333));
        const unit = unitAt(track, HOUSE_EPOCH_MS + ms);
        expect(unixMsOf(track, unit)).toBeLessThanOrEqual(HOUSE_EPOCH_MS + ms + 0.01);
        expect(unixMsOf(track, unit + 1)).toBeGreaterThan(HOUSE_EPOCH_MS + ms - 0.01);
      }),
    );
  });

  it('numbers segments by the clock alone', () => {
    const grid = houseGrid(ratio(30), 2, 0.333);
    expect(segmentAt(grid, HOUSE_EPOCH_MS)).toBe(0);
    expect(segmentAt(grid, Date.UTC(2026, 0, 1))).toBe(94_694_400);
  });
});
