import { describe, expect, it } from 'vitest';
import type { Rung } from '../engine/ladder/index.js';
import { ratio } from '../engine/timeline/index.js';
import { expectedDemand } from './stream-demand.js';
import type { StreamSpec } from './live/index.js';

const rung = (height: number): Rung => ({
  ...{ name: `${height}p`, height, videoKbps: 1000, audioKbps: 128, profile: 'main' },
});
const aSpec = (changes: Partial<StreamSpec> = {}): StreamSpec => ({
  ...{ streamId: 'camera', sourceUrl: 'rtmp://media.example.com/live/key', rungs: [rung(720), rung(360)] },
  ...{ enableHls: true, enableDash: true, lowLatency: true, staleAfterSeconds: null, createdAtMs: 0 },
  ...changes,
});
const HD = { width: 1280, height: 720 };

describe('what a stream will ask of the processor, before its source is known', () => {
  it('is that of a 16:9 source as tall as its tallest rung, at the highest rate', () => {
    expect(expectedDemand(aSpec(), 30)).toMatchObject({
      ...{ pictures: [HD, { width: 640, height: 360 }], fps: 30, formats: 1 },
      source: { ...HD, fps: 30 },
    });
  });

  it('keeps to the frame rate of an earlier life', () => {
    expect(expectedDemand(aSpec({ houseRate: ratio(25) }), 60).fps).toBe(25);
  });

  it('is exact for the test picture', () => {
    const spec = aSpec({ sourceUrl: 'test:?size=640x480&rate=50' });
    expect(expectedDemand(spec, 30)).toMatchObject({
      ...{ pictures: [{ width: 480, height: 360 }], fps: 30 },
      source: { width: 640, height: 480, fps: 50 },
    });
  });

  it('has no picture when sound alone is asked for', () => {
    expect(expectedDemand(aSpec({ rungs: [] }), 30)).toMatchObject({ pictures: [], source: undefined });
  });

  it('counts transport streams beside fMP4 as a second format', () => {
    expect(expectedDemand(aSpec({ segmentFormat: 'mpegts' }), 30).formats).toBe(2);
    expect(expectedDemand(aSpec({ segmentFormat: 'mpegts', enableDash: false }), 30).formats).toBe(1);
  });

  it('assumes the same source for a smaller ladder that is tried instead', () => {
    const smaller = expectedDemand(aSpec({ rungs: [rung(360)] }), 30, aSpec().rungs);
    expect(smaller).toMatchObject({ pictures: [{ width: 640, height: 360 }], source: { ...HD, fps: 30 } });
  });
});
