import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInCosts } from './built-in-costs.js';
import { streamCost, type MachineCosts, type StreamDemand } from './cost.js';

const COSTS: MachineCosts = {
  ...{ encodeFrame: 0.001, encodeMegapixel: 0.01 },
  ...{ decodeMegapixel: 0.004, scaleMegapixel: 0.002, soundSecond: 0.02 },
};
const HD = { width: 1280, height: 720 };
const SD = { width: 640, height: 360 };

const aDemand = (changes: Partial<StreamDemand> = {}): StreamDemand => ({
  ...{ pictures: [HD, SD], fps: 30, source: { ...HD, fps: 30 }, formats: 1 },
  ...changes,
});
const cores = (demand: StreamDemand, costs = COSTS): number => streamCost(demand, costs).total;

const size = fc.record({ width: fc.integer({ min: 16, max: 4096 }), height: fc.integer({ min: 16, max: 4096 }) });
const anyDemand = fc
  .record({
    pictures: fc.array(size, { minLength: 1, maxLength: 6 }),
    fps: fc.constantFrom(24, 25, 30, 50, 60),
    source: size.map((picture) => ({ ...picture, fps: 30 })),
    formats: fc.constantFrom(1, 2),
  })
  .map((demand): StreamDemand => demand);

describe('the cost of a stream', () => {
  it('is what its encoders, its intake and its thread use, added up', () => {
    const { intake, encoders, packaging, total } = streamCost(aDemand(), COSTS);
    const made = 0.9216 + 0.2304;
    expect(encoders).toBeCloseTo(30 * (2 * 0.001 + made * 0.01) + 0.02, 6);
    // Decoded once, and scaled once: from 720p to 360p.
    expect(intake).toBeCloseTo(0.015 + 30 * (0.9216 * 0.004 + made * 0.002), 6);
    expect(total).toBeCloseTo(intake + encoders + packaging, 9);
  });

  it('leaves out scaling for the rung that has the size of the source', () => {
    const same = streamCost(aDemand({ pictures: [HD] }), COSTS).intake;
    const larger = streamCost(
      aDemand({ pictures: [HD], source: { width: 1920, height: 1080, fps: 30 } }),
      COSTS,
    ).intake;
    expect(same).toBeCloseTo(0.015 + 30 * 0.9216 * 0.004, 6);
    expect(larger - same).toBeCloseTo(30 * ((2.0736 - 0.9216) * 0.004 + (2.0736 + 0.9216) * 0.002), 6);
  });

  it('counts a source that is faster than the house rate as fast as it has to be decoded', () => {
    const faster = aDemand({ source: { ...HD, fps: 60 } });
    expect(cores(faster) - cores(aDemand())).toBeCloseTo(30 * 0.9216 * 0.004, 6);
  });

  it('is small for sound alone', () => {
    const sound = aDemand({ pictures: [], fps: 0, source: undefined });
    expect(cores(sound)).toBeGreaterThan(0.02);
    expect(cores(sound)).toBeLessThan(0.1);
  });

  it('grows with every rung that is added below', () => {
    fc.assert(
      fc.property(anyDemand, size, (demand, added) => {
        const more = { ...demand, pictures: [...demand.pictures, added] };
        expect(cores(more)).toBeGreaterThan(cores(demand));
      }),
    );
  });

  it('grows with the frame rate and with a second segment format', () => {
    fc.assert(
      fc.property(anyDemand, (demand) => {
        expect(cores({ ...demand, fps: demand.fps + 1 })).toBeGreaterThan(cores(demand));
        expect(cores({ ...demand, formats: demand.formats + 1 })).toBeGreaterThan(cores(demand));
      }),
    );
  });

  it('grows with the size of a rung that is the only one', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 2, max: 8 }), (picture, factor) => {
        const larger = { width: picture.width * factor, height: picture.height * factor };
        const source = { ...larger, fps: 30 };
        expect(
          cores(aDemand({ pictures: [larger], source: { ...larger, width: larger.width + 2, fps: 30 } })),
        ).toBeGreaterThan(cores(aDemand({ pictures: [picture], source })));
      }),
    );
  });

  it('is the higher, the slower the preset', () => {
    const presets = ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow', 'slower', 'veryslow'];
    const needed = presets.map((preset) => cores(aDemand(), builtInCosts(preset)));
    expect(needed).toEqual([...needed].sort((a, b) => a - b));
    expect(new Set(needed).size).toBe(presets.length);
  });

  it('is guessed high enough to leave room, and low enough that two cores carry the default ladder', () => {
    const pictures = [HD, { width: 854, height: 480 }, SD];
    const needed = cores(aDemand({ pictures }), builtInCosts('veryfast'));
    expect(needed).toBeGreaterThan(0.6);
    expect(needed).toBeLessThan(2 * 0.9);
  });
});
