import { describe, expect, it } from 'vitest';
import { explainLatency } from './latency.js';
import { aSource, circumstances } from './testing.js';

const msOf = (latency: ReturnType<typeof explainLatency>) =>
  Object.fromEntries(latency.legs.map(({ name, ms }) => [name, ms]));

describe('the latency of a stream', () => {
  it('is told leg by leg, with the longest named and the way to here left open', () => {
    const latency = explainLatency(circumstances());
    // A part is out 28 ms after its end; its last picture began 33 ms before that, came 20 ms late and took 38 ms.
    expect(msOf(latency)).toEqual({ source: null, playout: 20, encoder: 38, publication: 3, part: 333, player: 1024 });
    expect([latency.slowest, latency.total_ms]).toEqual(['player', 1418]);
  });

  it('is mostly the reserve of players, where there are no parts', () => {
    const { plan } = circumstances();
    const classic = { ...plan!, terms: { ...plan!.terms, lowLatency: false } };
    const latency = explainLatency(circumstances({ plan: classic }));
    expect(msOf(latency)).toMatchObject({ part: 2000, player: 6000 });
    expect(latency.legs.at(-1)!.words).toContain('"low_latency": true');
  });

  it('counts nothing for media that comes before its time', () => {
    const early = { ...circumstances().vitals!, leadMs: { video: 15 } };
    expect(msOf(explainLatency(circumstances({ vitals: early })))).toMatchObject({ playout: 0 });
  });

  it('does not speak of an arrival when nothing arrives', () => {
    const away = circumstances({ sources: [aSource({ state: 'lost' })] });
    expect(msOf(explainLatency(away))).toMatchObject({ playout: null, publication: null, player: 1024 });
  });

  it('has no way to here with the built-in picture', () => {
    const picture = circumstances({ sources: [aSource({ url: 'test:?size=1280x720' })] });
    expect(msOf(explainLatency(picture))).toMatchObject({ source: 0 });
  });

  it('is not known before the source is', () => {
    expect(explainLatency(circumstances({ plan: undefined }))).toMatchObject({ slowest: null, total_ms: null });
  });
});
