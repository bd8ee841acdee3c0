import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_ID, EventIds } from './event-ids.js';

describe('ids of events', () => {
  it('sort as they were given, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 2e12, noNaN: true }), { minLength: 2 }), (times) => {
        const ids = new EventIds('a1b2c3d4');
        const given = times.map((ms) => ids.next(ms));
        expect(given.every((id) => EVENT_ID.test(id))).toBe(true);
        expect([...new Set(given)].sort()).toEqual(given);
      }),
    );
  });

  it('do not run out within a millisecond', () => {
    const ids = new EventIds('a1b2c3d4');
    const given = Array.from({ length: 70_000 }, () => ids.next(1000));
    expect([...new Set(given)].sort()).toEqual(given);
  });

  it('of a later life are greater, and none of them was given before', () => {
    const before = new EventIds('ffffffff').next(1000);
    expect(new EventIds('00000000').next(1001) > before).toBe(true);
    expect(new EventIds('00000000').next(1000)).not.toBe(before);
  });
});
