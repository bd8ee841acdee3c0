import fc from 'fast-check';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Buckets, collectedCounter, collectedGauge, collectedHistogram } from './index.js';

const lines = async (registry: Registry): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('# HELP'));

describe('a metric that is asked for at the scrape', () => {
  it('has a series for each thing that is there, and none for what has gone', async () => {
    const registry = new Registry();
    let streams = ['a', 'b'];
    collectedCounter(registry, { name: 'losses_total', help: 'Losses', labels: ['stream'] }, () =>
      streams.map((stream) => ({ labels: { stream }, value: 3 })),
    );
    expect(await lines(registry)).toEqual([
      '# TYPE losses_total counter',
      'losses_total{stream="a"} 3',
      'losses_total{stream="b"} 3',
    ]);
    streams = ['b'];
    expect(await lines(registry)).toEqual(['# TYPE losses_total counter', 'losses_total{stream="b"} 3']);
  });

  it('may take its time', async () => {
    const registry = new Registry();
    collectedGauge(registry, { name: 'free_bytes', help: 'Free' }, () => Promise.resolve([{ value: 7 }]));
    expect(await lines(registry)).toContain('free_bytes 7');
  });
});

describe('a histogram that is counted elsewhere', () => {
  it('is told in cumulative buckets, the last without a bound', async () => {
    const registry = new Registry();
    const delays = new Buckets([0.1, 0.2]);
    for (const seconds of [0.05, 0.1, 0.15, 7]) delays.observe(seconds);
    const terms = { name: 'delay_seconds', help: 'Delay', labels: ['stream'], bounds: [0.1, 0.2] };
    collectedHistogram(registry, terms, () => [{ labels: { stream: 'a' }, counts: delays.counts, sum: delays.sum }]);
    expect(await lines(registry)).toEqual([
      '# TYPE delay_seconds histogram',
      'delay_seconds_bucket{stream="a",le="0.1"} 2',
      'delay_seconds_bucket{stream="a",le="0.2"} 3',
      'delay_seconds_bucket{stream="a",le="+Inf"} 4',
      'delay_seconds_sum{stream="a"} 7.3',
      'delay_seconds_count{stream="a"} 4',
    ]);
  });

  it('counts every value once, in the first bucket that holds it', () => {
    const bounds = [1, 2, 5];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (values) => {
        const buckets = new Buckets(bounds);
        values.forEach((value) => buckets.observe(value));
        const expected = [...bounds, Infinity].map(
          (bound, index, all) => values.filter((value) => value <= bound && value > (all[index - 1] ?? -1)).length,
        );
        expect(buckets.counts).toEqual(expected);
        expect(buckets.sum).toBe(values.reduce((sum, value) => sum + value, 0));
      }),
    );
  });
});
