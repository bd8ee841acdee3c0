import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScript } from '../../bad-source/index.js';
import { ACTS, SAYINGS } from './acts.js';
import { CALM_SECONDS, planChaos } from './plan.js';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('a plan of chaos', () => {
  it('is the same again with the same seed, and another with another', () => {
    expect(planChaos(7, 600)).toEqual(planChaos(7, 600));
    expect(planChaos(7, 600)).not.toEqual(planChaos(8, 600));
  });

  it('begins as a shorter one with the same seed does', () => {
    const short = planChaos(7, 120);
    expect(planChaos(7, 600).slice(0, short.length)).toEqual(short);
  });

  it('leaves calm before, after, and as long as each act needs', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 30, max: 900 }), (seed, seconds) => {
        const acts = planChaos(seed, seconds);
        for (const [index, { atSeconds, name }] of acts.entries()) {
          expect(atSeconds).toBeGreaterThanOrEqual(CALM_SECONDS.before);
          expect(atSeconds).toBeLessThan(seconds - CALM_SECONDS.after + 0.01);
          const next = acts[index + 1]?.atSeconds ?? Infinity;
          expect(next - atSeconds).toBeGreaterThanOrEqual(ACTS[name].rest[0] - 0.011);
        }
      }),
    );
  });

  it('of ten minutes has every kind of act, whatever the seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect([...new Set(planChaos(seed, 600).map(({ name }) => name))].sort()).toEqual(Object.keys(ACTS).sort());
      }),
    );
  });

  it('says nothing to the source that it does not understand', () => {
    for (const words of SAYINGS) expect(readScript(words).length).toBeGreaterThan(0);
  });
});
