import { describe, expect, it } from 'vitest';
import { deliveryTerms } from './delivery-terms.js';
import { audioTrack, longestPartTicks, segmentSeconds, videoTrack } from './house-clock.js';
import { aGrid, type GridOptions } from './testing.js';

const termsOf = (options: GridOptions = {}, lowLatency = true) => {
  const grid = aGrid(options);
  const tracks = [videoTrack(grid), audioTrack(grid)];
  return { grid, tracks, terms: deliveryTerms({ grid, tracks, lowLatency, windowSegments: 10, pipelineDelay: 0.1 }) };
};

describe('what a stream promises its players', () => {
  it.each(['24000/1001', '24', '25', '30000/1001', '30', '50', '60000/1001', '60'])(
    'holds back three part targets as printed, in every rendition, at %s frames per second',
    (fps) => {
      for (const partSeconds of [0.1, 0.2, 1 / 3, 0.5, 1]) {
        const { tracks, terms } = termsOf({ fps, partSeconds });
        for (const track of tracks) {
          const printedTarget = Math.ceil((longestPartTicks(track) * 1e5) / track.timescale - 1e-6) / 1e5;
          expect(terms.partHoldBack).toBeGreaterThanOrEqual(3 * printedTarget);
        }
      }
    },
  );

  it('keeps the bounds of 4.4.3.8: three target durations to hold back, six to skip', () => {
    const { terms } = termsOf({ segmentSeconds: 4 });
    expect(terms).toMatchObject({ targetDuration: 4, holdBack: 12, canSkipUntil: 24, holdLimit: 12 });
  });

  it('has a target duration of at least one second', () => {
    expect(termsOf({ segmentSeconds: 0.4, partSeconds: 0.2 }).terms.targetDuration).toBe(1);
  });

  it('promises a first chunk no earlier than it can be there', () => {
    const { grid, terms } = termsOf();
    expect(terms.availabilityTimeOffset).toBeLessThanOrEqual(segmentSeconds(grid) - 1 / 3 - 0.1);
    expect(terms.availabilityTimeOffset).toBeGreaterThan(1.5);
    expect(termsOf({}, false).terms.availabilityTimeOffset).toBe(0);
  });
});
