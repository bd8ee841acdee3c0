/** Signed playback through the real nginx, and an edge in front of it: held requests, ranges, and no way around. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream, untilStatus } from '../support/api.js';
import { startEdge, startNginx, type RunningNginx } from '../support/nginx.js';
import { ask } from '../support/raw-http.js';
import { startServer, type RunningServer } from '../support/server.js';

const PLAYBACK_SECRET = 'a-key-of-all-three-0123456789';

let server: RunningServer;
let nginx: RunningNginx;
let edge: Awaited<ReturnType<typeof startEdge>>;
let link: string;

beforeAll(async () => {
  server = await startServer({ env: { PLAYBACK_SECRET } });
  nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir, values: { PLAYBACK_SECRET } });
  edge = await startEdge(Number(new URL(nginx.url).port), { PLAYBACK_SECRET });
  await startStream(server.url, { stream_id: 'camera', source_url: 'test:?size=320x180', qualities: ['240p'] });
  await untilStatus(server.url, 'camera', 'live');
  const made = await fetch(`${server.url}/streams/camera/playback-links`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"expires_in": 3600}',
  });
  link = ((await made.json()) as { hls_url: string }).hls_url;
});
afterAll(async () => {
  await edge?.stop();
  await nginx?.stop();
  await server?.stop();
});

const text = async (url: string): Promise<string> => {
  const response = await fetch(url);
  expect([url, response.status]).toEqual([url, 200]);
  return response.text();
};
const addressIn = (playlist: string, pattern: RegExp): string => pattern.exec(playlist)![1]!;

describe.each([
  ['nginx', () => nginx.url],
  ['an edge in front of it', () => edge.url],
])('through %s', (_, base) => {
  it('a player that follows a link gets playlists, held parts and media', async () => {
    const master = new URL(link, base());
    const rendition = new URL(addressIn(await text(master.href), /^(?!#)(\S+\.m3u8)$/m), master);
    for (let turn = 0; turn < 4; turn += 1) {
      const playlist = await text(rendition.href);
      const [, segment, part] = /PRELOAD-HINT:TYPE=PART,URI="(\d+)\.(\d+)\.m4s"/.exec(playlist)!;
      const held = new URL(`?_HLS_msn=${segment}&_HLS_part=${part}`, rendition);
      const [hinted, next] = await Promise.all([fetch(new URL(`${segment}.${part}.m4s`, rendition)), text(held.href)]);
      expect([hinted.status, hinted.headers.get('cache-control')]).toEqual([200, expect.stringContaining('immutable')]);
      expect(next).toContain(`"${segment}.${part}.m4s"`);
    }
  });

  it('an MPD leads to its segments and to the clock', async () => {
    const manifest = new URL(link.replace('playlist.m3u8', 'manifest.mpd'), base());
    const mpd = await text(manifest.href);
    const init = addressIn(mpd, /initialization="([^"]*)"/).replace('$RepresentationID$', '240p');
    expect((await fetch(new URL(init, manifest))).status).toBe(200);
    expect((await fetch(new URL(addressIn(mpd, /UTCTiming [^>]*value="([^"]*)"/), manifest))).status).toBe(200);
  });

  it('a range of a file is sent', async () => {
    const playlist = new URL(link.replace('playlist.m3u8', '240p/playlist.m3u8'), base());
    const init = addressIn(await text(playlist.href), /EXT-X-MAP:URI="([^"]+)"/);
    const range = await fetch(new URL(init, playlist), { headers: { range: 'bytes=4-7' } });
    expect([range.status, await range.text()]).toEqual([206, 'ftyp']);
  });

  it.each([
    ['no link', (path: string) => path.replace(/^\/signed\/[^/]+\/[^/]+/, '')],
    ['no link, by the long name', (path: string) => path.replace(/^\/signed\/[^/]+\/[^/]+/, '/streams')],
    ['another token', (path: string) => path.replace(/\/[\w-]{22}\//, '/AAAAAAAAAAAAAAAAAAAAAA/')],
    ['another time', (path: string) => path.replace(/signed\/\d+/, 'signed/9999999999')],
    ['another stream', (path: string) => path.replace('/camera/', '/other/')],
    ['a slash in disguise', (path: string) => path.replace('/camera/', '%2fcamera/')],
    ['a link within a link', (path: string) => path.replace('/camera/', '/x/../camera/')],
  ])('%s is refused, and no cache keeps the refusal', async (_title, spoilt) => {
    for (const path of [spoilt(link), spoilt(link.replace('playlist.m3u8', '240p/playlist.m3u8'))]) {
      const { status, headers } = await ask(base(), path);
      expect([403, 404]).toContain(status);
      expect([headers['cache-control'], headers['access-control-allow-origin']]).toEqual(['no-store', '*']);
    }
  });

  it('media on disk is refused without a link', async () => {
    const playlist = new URL(link.replace('playlist.m3u8', '240p/playlist.m3u8'), base());
    const init = addressIn(await text(playlist.href), /EXT-X-MAP:URI="([^"]+)"/);
    for (const path of [`/camera/240p/${init}`, `/streams/camera/240p/${init}`]) {
      expect((await ask(base(), path)).status).toBe(403);
      expect((await ask(base(), path, { headers: { range: 'bytes=0-3' } })).status).toBe(403);
      // The inner server that ranges take a turn through.
      expect([403, 404]).toContain((await ask(base(), path, { headers: { host: 'plain-files.internal' } })).status);
    }
  });

  it('a link that has expired says so', async () => {
    const token = createHash('md5').update(`1000000000/camera ${PLAYBACK_SECRET}`).digest('base64url');
    const { status, body } = await ask(base(), `/signed/1000000000/${token}/camera/playlist.m3u8`);
    expect([status, JSON.parse(body.toString())]).toEqual([
      403,
      expect.objectContaining({ title: 'The playback link has expired' }),
    ]);
  });
});
