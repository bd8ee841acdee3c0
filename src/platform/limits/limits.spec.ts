import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkOf } from './client.js';
import { TokenBuckets } from './token-bucket.js';

describe('a limit of so many a minute', () => {
  it('lets as many through at once, and then as many a minute', () => {
    const buckets = new TokenBuckets(3);
    expect([0, 0, 0, 0].map((at) => buckets.take('a', at))).toEqual([0, 0, 0, 20]);
    expect(buckets.take('a', 19_000)).toBe(1);
    expect(buckets.take('a', 20_000)).toBe(0);
    expect(buckets.take('a', 20_000)).toBe(20);
  });

  it('counts everybody alone', () => {
    const buckets = new TokenBuckets(1);
    expect([buckets.take('a', 0), buckets.take('b', 0), buckets.take('a', 0)]).toEqual([0, 0, 60]);
  });

  it('lets whoever waits as long as told in, and never more than the limit in a minute after the first', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), waits, (limit, pauses) => {
        const buckets = new TokenBuckets(limit);
        let nowMs = 0;
        let taken = 0;
        for (const pause of pauses) {
          nowMs += pause;
          const seconds = buckets.take('a', nowMs);
          if (seconds === 0) taken += 1;
          else {
            nowMs += seconds * 1000;
            expect(buckets.take('a', nowMs)).toBe(0);
            taken += 1;
          }
        }
        expect(taken).toBeLessThanOrEqual(limit + ((nowMs + 2) / 60_000) * limit);
      }),
    );
  });

  it('forgets whoever was counted longest ago rather than growing for ever', () => {
    const buckets = new TokenBuckets(1, 2);
    for (const who of ['a', 'b', 'a', 'c']) buckets.take(who, 0);
    expect(buckets.size).toBe(2);
    expect(buckets.take('a', 0)).toBe(60);
    expect(buckets.take('b', 0)).toBe(0);
  });
});

describe('an address that is counted', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
    ['not an address', 'not an address'],
  ])('%s counts as %s', (ip, counted) => {
    expect(networkOf(ip)).toBe(counted);
  });
});
