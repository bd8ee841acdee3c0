/** A stream that is over has viewers still, and the server may be started anew meanwhile. */
import { existsSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStream, stopStream, untilStatus } from '../support/api.js';
import { fetchPlaylist } from '../support/playlist.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const TEXTS = [
  ...['playlist.m3u8', '240p/playlist.m3u8', 'audio/playlist.m3u8', '240p/playlist.m3u8?_HLS_skip=YES'],
  ...['manifest.mpd', 'manifest-timeline.mpd'],
];

let server: RunningServer;

beforeEach(async () => {
  server = await startServer({ env: { ENDED_RETENTION: '25', CLEANUP_INTERVAL: '1' } });
});
afterEach(() => server.stop());

async function endedStream(body: Record<string, unknown> = {}): Promise<void> {
  await startStream(server.url, {
    ...{ stream_id: 'camera', source_url: 'test:?size=426x240', qualities: ['240p'] },
    ...body,
  });
  await untilStatus(server.url, 'camera', 'live');
  await until('four segments are out', async () => {
    const { segments } = await fetchPlaylist(`${server.url}/streams/camera/240p/playlist.m3u8`);
    return segments.length >= 4;
  });
  await stopStream(server.url, 'camera');
}
const text = async (name: string): Promise<string> => {
  const response = await fetch(`${server.url}/streams/camera/${name}`);
  return `${response.status} ${response.headers.get('cache-control')} ${response.headers.get('etag')}\n${await response.text()}`;
};
const texts = (): Promise<string[]> => Promise.all(TEXTS.map(text));

describe('a stream that has ended', () => {
  it('has the same playlists and MPDs after a restart, to the byte, and plays', async () => {
    await endedStream();
    const before = await texts();
    expect(before[1]).toMatch(/^200 [^]*#EXT-X-ENDLIST/);
    expect(before[4]).toMatch(/^200 [^]*type="static"/);
    await server.kill();
    server = await server.restart();
    expect(await texts()).toEqual(before);
    const { segments } = await fetchPlaylist(`${server.url}/streams/camera/240p/playlist.m3u8`);
    for (const { uri } of segments) expect((await fetch(`${server.url}/streams/camera/240p/${uri}`)).status).toBe(200);

    await until('it is forgotten after the retention', async () => (await text('playlist.m3u8')).startsWith('404'));
    await until('its files are gone', () => !existsSync(join(server.files, 'camera')));
    server = await restarted();
    expect(await text('playlist.m3u8')).toMatch(/^404/);
  });

  it('has them in both formats where its HLS is transport streams', async () => {
    await endedStream({ segment_format: 'mpegts' });
    const before = await texts();
    expect(before[1]).toMatch(/\d+\.ts\n[^]*#EXT-X-ENDLIST/);
    server = await restarted();
    expect(await texts()).toEqual(before);
  });

  it('has a gap where a power cut took a segment, and no broken file', async () => {
    await endedStream();
    const { segments } = await fetchPlaylist(`${server.url}/streams/camera/240p/playlist.m3u8`);
    const { uri } = segments.at(-2)!;
    await server.kill();
    await truncate(join(server.files, 'camera', '240p', uri), 1000);
    server = await server.restart();
    expect(await text('240p/playlist.m3u8')).toMatch(new RegExp(`#EXT-X-GAP\\n#EXTINF:[^\\n]*\\n${uri}\\n`));
    expect((await fetch(`${server.url}/streams/camera/240p/${uri}`)).status).toBe(404);
  });

  it('gives way to a new one of its name', async () => {
    await endedStream();
    server = await restarted();
    await startStream(server.url, { stream_id: 'camera', source_url: 'test:?size=426x240', qualities: ['240p'] });
    await untilStatus(server.url, 'camera', 'live');
    const live = await text('240p/playlist.m3u8');
    expect(live).toMatch(/^200/);
    expect(live).not.toContain('#EXT-X-ENDLIST');
  });
});

async function restarted(): Promise<RunningServer> {
  await server.kill();
  return server.restart();
}
