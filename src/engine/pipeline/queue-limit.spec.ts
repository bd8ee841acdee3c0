import { describe, expect, it } from 'vitest';
import { QueueLimit } from './queue-limit.js';

/** Seconds at which an encoder exceeds its limit, given what waits for it at each second; undefined: never. */
function exceededAt(queued: readonly number[], isFirst = true): number | undefined {
  const limit = new QueueLimit(0, isFirst);
  const at = queued.findIndex((units, second) => limit.isExceeded(second * 1000, units));
  return at < 0 ? undefined : at;
}

describe('what may wait for an encoder', () => {
  it.each<[string, readonly number[], number | undefined]>([
    ['is padding that is worked off in four seconds', [90, 110, 100, 60, 40, 10], undefined],
    [
      'is padding that takes longer, as long as it gets less',
      [90, 110, 120, 110, 100, 90, 75, 65, 55, 45, 41, 20],
      undefined,
    ],
    ['is no padding that only grows', [90, 100, 110, 120, 130], 4],
    ['is no padding that gets less too slowly', [90, 120, 120, 110, 100, 95, 90], 6],
    ['is never more than a bounded queue, even at the start', [1501], 0],
    ['is a second and a half of units once it has caught up', [90, 60, 30, 10, 0, 0, 46], 6],
  ])('%s', (_name, queued, expected) => {
    expect(exceededAt(queued)).toBe(expected);
  });

  it('is a second and a half of units from the first on where there was no padding', () => {
    expect(exceededAt([10, 45, 46], false)).toBe(2);
  });
});
