import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Staircase, type StaircaseStep } from './staircase.js';

const TIMES = { slateAfterMs: 3_000, nextSourceAfterMs: 5_000, giveUpAfterMs: 60_000 };

describe('the staircase', () => {
  it('goes down step by step while nothing comes, and up at once when something does', () => {
    const staircase = new Staircase(TIMES, 0);
    staircase.played(1_000);
    expect(staircase.step(1_200)).toBe('source');
    expect(staircase.step(1_400)).toBe('repeat');
    expect(staircase.step(4_000)).toBe('slate');
    expect(staircase.wantsNextSource(5_900)).toBe(false);
    expect(staircase.wantsNextSource(6_000)).toBe(true);
    expect(staircase.givesUp(60_999)).toBe(false);
    expect(staircase.givesUp(61_000)).toBe(true);
    staircase.played(61_001);
    expect(staircase.step(61_002)).toBe('source');
    expect(staircase.givesUp(61_002)).toBe(false);
  });

  it('gives every source the same patience, and the stream no more for it', () => {
    const staircase = new Staircase(TIMES, 0);
    staircase.triedNext(5_000);
    expect(staircase.wantsNextSource(9_999)).toBe(false);
    expect(staircase.wantsNextSource(10_000)).toBe(true);
    expect(staircase.absentMs(10_000)).toBe(10_000);
  });

  it('leaves out the steps that are turned off', () => {
    const staircase = new Staircase({ slateAfterMs: null, nextSourceAfterMs: null, giveUpAfterMs: null }, 0);
    expect(staircase.step(1e9)).toBe('repeat');
    expect(staircase.wantsNextSource(1e9)).toBe(false);
    expect(staircase.givesUp(1e9)).toBe(false);
  });

  it('never goes up a step without something having been played', () => {
    const order: readonly StaircaseStep[] = ['source', 'repeat', 'slate'];
    const events = fc.array(fc.record({ afterMs: fc.nat(2_000), plays: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(events, (steps) => {
        const staircase = new Staircase(TIMES, 0);
        let now = 0;
        let last = 0;
        for (const { afterMs, plays } of steps) {
          now += afterMs;
          if (plays) staircase.played(now);
          const step = order.indexOf(staircase.step(now));
          if (plays) expect(step).toBe(0);
          else expect(step).toBeGreaterThanOrEqual(last);
          last = step;
        }
      }),
    );
  });
});
