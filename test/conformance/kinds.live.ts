/** Every kind of stream, watched by the judge through nginx as players watch it: no error and no warning. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream, stopStream, untilStatus } from '../support/api.js';
import { complaints, judge } from '../support/judged.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { startServer, type RunningServer } from '../support/server.js';

const SECONDS = 20;
const LOW_LATENCY = ['playlist.m3u8', 'manifest.mpd', 'manifest-timeline.mpd'];
const SMALL = ['240p', { name: 'tiny', height: 120, video_kbps: 100 }];

/** Streams of one row run side by side. */
const ROWS: readonly (readonly [title: string, body: Record<string, unknown>, names: readonly string[]])[][] = [
  [
    ['30 frames per second', { source_url: 'test:?size=426x240', qualities: SMALL }, LOW_LATENCY],
    ['25 frames per second', { source_url: 'test:?size=426x240&rate=25', qualities: SMALL }, LOW_LATENCY],
    ['29.97 frames per second', { source_url: 'test:?size=426x240&rate=30000/1001', qualities: SMALL }, LOW_LATENCY],
  ],
  [
    ['sound alone', { source_url: 'test:?size=426x240', qualities: ['audio'] }, LOW_LATENCY],
    ['a source without sound', { source_url: 'test:?size=426x240&sound=off', qualities: SMALL }, LOW_LATENCY],
    [
      'transport streams',
      { source_url: 'test:?size=426x240', qualities: SMALL, segment_format: 'mpegts' },
      ['playlist.m3u8', 'manifest.mpd'],
    ],
    [
      'no low latency',
      { source_url: 'test:?size=426x240', qualities: SMALL, low_latency: false },
      ['playlist.m3u8', 'manifest.mpd'],
    ],
  ],
  [
    [
      'five rungs',
      {
        source_url: 'test:?size=640x360',
        qualities: [360, 288, 240, 180, 120].map((height) => ({ name: `r${height}`, height, video_kbps: 2 * height })),
      },
      LOW_LATENCY,
    ],
  ],
];

let server: RunningServer;
let nginx: RunningNginx;

beforeAll(async () => {
  server = await startServer();
  nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
});
afterAll(async () => {
  await nginx?.stop();
  await server?.stop();
});

describe('the judge finds nothing wrong with', () => {
  it.each(ROWS.map((row) => [row.map(([title]) => title).join(', '), row] as const))('%s', async (_title, row) => {
    const streams = row.map(([, body, names], index) => ({ id: `stream-${index}`, body, names }));
    await Promise.all(streams.map(({ id, body }) => startStream(server.url, { stream_id: id, ...body })));
    await Promise.all(streams.map(({ id }) => untilStatus(server.url, id, 'live')));
    const urls = streams.flatMap(({ id, names }) => names.map((name) => `${nginx.url}/${id}/${name}`));
    const judged = await judge(urls, SECONDS);
    await Promise.all(streams.map(({ id }) => stopStream(server.url, id)));
    // A clean verdict over nothing is worth nothing.
    for (const { url, verdict } of judged) {
      expect(verdict.seen.media, url).toBeGreaterThan(8);
      expect(verdict.seen.playlists + verdict.seen.manifests, url).toBeGreaterThan(2);
    }
    expect(complaints(judged)).toEqual([]);
  });
});
