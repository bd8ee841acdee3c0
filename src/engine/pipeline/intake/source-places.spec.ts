import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placesOf } from './source-places.js';

describe('the places of sources in another list', () => {
  it.each([
    [
      ['a', 'b'],
      ['b', 'a'],
      [1, 0],
    ],
    [['a', 'b'], ['b'], [undefined, 0]],
    [['a'], ['b', 'a', 'c'], [1]],
    [['a'], ['b'], [undefined]],
    [
      ['a', 'a'],
      ['a', 'b', 'a'],
      [0, 2],
    ],
    [
      ['a', 'a'],
      ['b', 'a'],
      [1, undefined],
    ],
  ])('of %j in %j are %j', (before, after, places) => {
    expect(placesOf(before, after)).toEqual(places);
  });

  it('are never shared, and always hold the same source', () => {
    const list = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(list, list, (before, after) => {
        const places = placesOf(before, after);
        const taken = places.filter((place) => place !== undefined);
        expect(new Set(taken).size).toBe(taken.length);
        places.forEach((place, index) => place !== undefined && expect(after[place]).toBe(before[index]));
      }),
    );
  });
});
