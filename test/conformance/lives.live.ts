/** What a stream goes through, watched by the judge: an end, a server that dies and comes back, an encoder that dies. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStream, stopStream, untilStatus } from '../support/api.js';
import { complaints, judge } from '../support/judged.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

let server: RunningServer;
let nginx: RunningNginx;

beforeEach(async () => {
  server = await startServer();
  nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
  const body = {
    source_url: 'test:?size=426x240',
    qualities: ['240p', { name: 'tiny', height: 120, video_kbps: 100 }],
  };
  await startStream(server.url, { stream_id: 'camera', ...body });
  await untilStatus(server.url, 'camera', 'live');
});
afterEach(async () => {
  await nginx.stop();
  await server.stop();
});

const urls = () =>
  ['playlist.m3u8', 'manifest.mpd', 'manifest-timeline.mpd'].map((name) => `${nginx.url}/camera/${name}`);
const newestSegment = async (): Promise<number> => {
  const text = await (await fetch(`${nginx.url}/camera/240p/playlist.m3u8`)).text();
  return Math.max(...[...text.matchAll(/^(\d+)\.m4s$/gm)].map(([, number]) => Number(number)));
};
const untilSegments = async (count: number): Promise<void> => {
  const first = await newestSegment();
  await until(`${count} more segments`, async () => (await newestSegment()) >= first + count);
};

describe('the judge finds nothing wrong with', () => {
  it('the end of a stream', async () => {
    const watching = judge(urls(), 60);
    await untilSegments(4);
    await stopStream(server.url, 'camera');
    const judged = await watching;
    expect(complaints(judged)).toEqual([]);
    expect(judged.every(({ verdict }) => verdict.seen.media > 4)).toBe(true);
  });

  it('a server that is killed and started again, but that it was away and left a part unfinished', async () => {
    const watching = judge(urls(), 30);
    await untilSegments(3);
    await server.kill();
    server = await server.restart();
    await untilStatus(server.url, 'camera', 'live');
    const judged = await watching;
    expect(complaints(judged, AWAY)).toEqual([]);
    expect(judged[0]!.verdict.findings.some(({ rule }) => rule === 'http.unreachable')).toBe(true);
  });
});

/**
 * What a server that is away cannot keep: answers, the part it had hinted at, a segment it was sending, and the segments
 * of the time it was away, which are a gap.
 */
const AWAY = [
  ...['http.unreachable', 'http.whole', 'hls.hint-kept', 'hls.hinted-part-held', 'dash.available-on-time'],
  ...['dash.timeline-without-gap', 'dash.segments-stay-long-enough'],
];
