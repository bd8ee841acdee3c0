/** Lips and words: a flash and a beep of one instant leave the server together, over HLS and over DASH. */
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import { startStream, stopStream, streamInfo, untilStatus } from '../support/api.js';
import { beepTimes, flashTimes, publishFlashAndBeep, soundDelays } from '../support/flash-and-beep.js';
import { freePort } from '../support/free-port.js';
import { byDate, byMediaTime, fetchWindow, freshWindow, numberOf, type MediaWindow } from '../support/media-window.js';
import { fetchPlaylist } from '../support/playlist.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

/** EBU R37 allows 40 ms of early sound, and so do we either way. */
const LIMIT = 0.04;
const FLASHES = 8;
/** Of two seconds each: enough for the flashes, however they fall. */
const SEGMENTS = 5;

let server: RunningServer;

beforeAll(async () => {
  // The camera's muxer hands on sound in bites of 183 ms and holds the picture back for it: more than the allowance.
  server = await startServer();
});

afterAll(() => server?.stop());

describe.each([
  { id: 'pal', fps: 25, scheme: 'srt', listen: '?mode=listener', call: '?mode=caller' },
  { id: 'ntsc', fps: 30, scheme: 'tcp', listen: '?listen', call: '' },
])('a source of $fps fps over $scheme', ({ id, fps, scheme, listen, call }) => {
  let camera: FfmpegProcess;
  let target: string;

  beforeAll(async () => {
    const address = `${scheme}://127.0.0.1:${await freePort()}`;
    // One of the two listens: with SRT the server, with TCP the camera.
    const [source_url, pushed] =
      scheme === 'srt' ? [address + listen, address + call] : [address + call, address + listen];
    target = pushed;
    if (scheme === 'tcp') camera = publishFlashAndBeep(target, fps);
    await startStream(server.url, { stream_id: id, source_url, qualities: ['240p'] });
    if (scheme === 'srt') camera = publishFlashAndBeep(target, fps);
    await untilStatus(server.url, id, 'live');
  });

  afterAll(async () => {
    camera?.kill();
    await stopStream(server.url, id);
  });

  const freshSegments = (): Promise<MediaWindow> => freshWindow(`${server.url}/streams/${id}`, SEGMENTS);

  const expectTogether = (window: MediaWindow): void => {
    for (const track of [byDate, byMediaTime]) {
      const flashes = flashTimes(track(window.picture), fps);
      const delays = soundDelays(flashes, beepTimes(track(window.sound)));
      expect(delays.length).toBeGreaterThanOrEqual(FLASHES);
      expect(Math.max(...delays.map(Math.abs))).toBeLessThanOrEqual(LIMIT);
    }
  };

  it('has every beep with its flash, by the dates of HLS and by the media times of DASH', async () => {
    expectTogether(await freshSegments());
  });

  it('has them together again after the source was lost and came back', async () => {
    camera.kill();
    await until('the source is missed', async () => !(await streamInfo(server.url, id)).source_connected);
    await camera.exited;
    camera = publishFlashAndBeep(target, fps);
    await until('the source is back', async () => (await streamInfo(server.url, id)).source_connected, 60_000);
    expectTogether(await freshSegments());
  });

  it('cuts picture and sound where the MPD says, to less than one AAC frame', async () => {
    const { segments } = await fetchPlaylist(`${server.url}/streams/${id}/240p/playlist.m3u8`);
    const newest = numberOf(segments.at(-1)!.uri);
    const { picture, sound } = await fetchWindow(`${server.url}/streams/${id}`, newest - SEGMENTS + 1, SEGMENTS);
    const templates = await segmentTemplates(`${server.url}/streams/${id}/manifest.mpd`);
    for (const [kind, { numbers, starts }] of [
      ['video', picture],
      ['audio', sound],
    ] as const) {
      const { duration, timescale } = templates.get(kind)!;
      numbers.forEach((number, index) => {
        const late = starts[index]! / timescale - (number * duration) / timescale;
        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThan(kind === 'video' ? 1e-6 : 1024 / 48_000);
      });
    }
  });
});

interface Template {
  readonly duration: number;
  readonly timescale: number;
}

async function segmentTemplates(url: string): Promise<Map<string, Template>> {
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', parseAttributeValue: true });
  const mpd = parser.parse(await (await fetch(url)).text());
  const sets: { contentType: string; SegmentTemplate: Template }[] = [mpd.MPD.Period].flat()[0].AdaptationSet;
  return new Map(sets.map(({ contentType, SegmentTemplate }) => [contentType, SegmentTemplate]));
}
