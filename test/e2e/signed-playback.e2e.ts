/** Playback by signed links, as the origin itself answers: with nginx in front the same is checked twice. */
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApplication } from '../support/application.js';

const SECRET = 'a-key-that-nginx-knows-too';

let application: Awaited<ReturnType<typeof startApplication>>;

interface Link {
  readonly hls_url: string;
  readonly dash_url: string;
  readonly expires_at: number | null;
}

async function start(id: string): Promise<void> {
  const wanted = { stream_id: id, source_url: 'srt://127.0.0.1:9000', qualities: ['360p'], stale_after: null };
  await request(application.server).post('/streams').send(wanted);
  const pipeline = application.pipelines.of(id);
  pipeline.open();
  pipeline.publish(100);
  pipeline.publish(101, 0, 1);
}

async function link(id: string, expires_in = 3600): Promise<Link> {
  const { body } = await request(application.server).post(`/streams/${id}/playback-links`).send({ expires_in });
  return body as Link;
}

const get = (url: string) => request(application.server).get(url);
const prefixOf = ({ hls_url }: Link): string => hls_url.replace('/playlist.m3u8', '');

describe('where PLAYBACK_SECRET is set', () => {
  beforeAll(async () => {
    application = await startApplication({ env: { PLAYBACK_SECRET: SECRET } });
    await start('camera');
    await start('other');
  });
  afterAll(() => application.remove());

  it.each([
    'playlist.m3u8',
    'manifest.mpd',
    'manifest-timeline.mpd',
    '360p/playlist.m3u8',
    '360p/100.m4s',
    '360p/100.0.m4s',
  ])('%s is played by a link, and by nothing else', async (file) => {
    const open = await get(`/streams/camera/${file}`);
    expect([open.status, open.body.code, open.headers['cache-control']]).toEqual([
      403,
      'playback-link-invalid',
      'no-store',
    ]);
    expect(open.headers['access-control-allow-origin']).toBe('*');
    const prefix = prefixOf(await link('camera'));
    expect((await get(`${prefix}/${file}`)).status).toBe(200);
    // As nginx asks.
    expect((await get(`${prefix.replace('/camera', '/streams/camera')}/${file}`)).status).toBe(200);
  });

  it('a link is carried on by what it leads to: playlists and MPDs name nothing by its whole path', async () => {
    const prefix = prefixOf(await link('camera'));
    const texts = await Promise.all(
      ['playlist.m3u8', '360p/playlist.m3u8', 'manifest.mpd', 'manifest-timeline.mpd'].map((file) =>
        get(`${prefix}/${file}`),
      ),
    );
    for (const { text, body } of texts) {
      const said = text || (body as Buffer).toString();
      const addresses = [...said.matchAll(/(?:URI|media|initialization)="([^"]*)"|^([^#<\s].*\.(?:m3u8|m4s|mp4))$/gm)];
      expect(addresses.length).toBeGreaterThan(0);
      for (const [, quoted, plain] of addresses) expect(quoted ?? plain).not.toMatch(/^\/|:\/\//);
    }
  });

  it('a link is good for its own stream only', async () => {
    const prefix = prefixOf(await link('camera'));
    expect((await get(`${prefix.replace('/camera', '/other')}/playlist.m3u8`)).body.code).toBe('playback-link-invalid');
  });

  it('a link with another time is no link', async () => {
    const { hls_url, expires_at } = await link('camera');
    const later = hls_url.replace(`${expires_at}`, `${expires_at! + 1}`);
    expect((await get(later)).body.code).toBe('playback-link-invalid');
  });

  it('a link that has expired says so', async () => {
    const { hls_url, expires_at } = await link('camera', 60);
    application.clock.advance(expires_at! - application.clock.now() / 1000 - 1);
    expect((await get(hls_url)).status).toBe(200);
    application.clock.advance(1);
    const late = await get(hls_url);
    expect([late.status, late.body.code, late.headers['cache-control']]).toEqual([
      403,
      'playback-link-expired',
      'no-store',
    ]);
  });

  it('links of the same five minutes are one link, so a CDN keeps one copy', async () => {
    application.clock.advance(300 - ((application.clock.now() / 1000) % 300) + 10);
    const first = await link('camera');
    application.clock.advance(280);
    expect(await link('camera')).toEqual(first);
    expect(first.expires_at! % 300).toBe(0);
    expect(first.expires_at! * 1000 - application.clock.now()).toBeGreaterThanOrEqual(3_600_000);
  });

  it.each([
    '/streams/camera/playlist%2em3u8',
    '/streams/camera/playlist.m3u%38',
    '/streams/c%61mera/playlist.m3u8',
    '/streams/camera/360p/playlist%2Em3u8',
    '/streams/camera/360p/100%2em4s',
    '/streams/camera/360p/playlist.m3u8?x=/signed/1/1/camera/',
    '/signed/1/AAAAAAAAAAAAAAAAAAAAAA/camera/playlist.m3u8',
    '/signed/9999999999/AAAAAAAAAAAAAAAAAAAAAA/streams/camera/360p/100.m4s',
    '/signed/camera/playlist.m3u8',
    '/signed//streams/camera/playlist.m3u8',
    '/time/../streams/camera/playlist.m3u8',
  ])('no spelling leads around it: %s', async (url) => {
    expect([403, 404]).toContain((await get(url)).status);
  });

  it('a link does not lead from its stream to another', async () => {
    const prefix = prefixOf(await link('camera'));
    for (const way of [
      '../other/playlist.m3u8',
      '%2e%2e/other/playlist.m3u8',
      '..%2fother/playlist.m3u8',
      '360p/../../other/playlist.m3u8',
    ]) {
      expect([400, 403, 404]).toContain((await get(`${prefix}/${way}`)).status);
    }
  });

  it('the clock and preflights need no link', async () => {
    expect((await get('/time')).status).toBe(200);
    expect((await request(application.server).options('/streams/camera/playlist.m3u8')).status).toBe(204);
  });

  it.each([{ expires_in: 5 }, { expires_in: 'long' }, { expires_in: 1e9 }])(
    'a link for %j is refused',
    async (body) => {
      const { status, text } = await request(application.server).post('/streams/camera/playback-links').send(body);
      expect([status, text]).toEqual([400, expect.stringContaining('expires_in')]);
    },
  );

  it('a link to no stream is refused', async () => {
    expect((await request(application.server).post('/streams/nobody/playback-links').send({})).body.code).toBe(
      'stream-not-found',
    );
  });
});

describe('where PLAYBACK_SECRET is not set', () => {
  beforeAll(async () => {
    application = await startApplication();
    await start('camera');
  });
  afterAll(() => application.remove());

  it('everybody may play, and a link is the ordinary address', async () => {
    expect(await link('camera')).toEqual({
      hls_url: '/streams/camera/playlist.m3u8',
      dash_url: '/streams/camera/manifest.mpd',
      expires_at: null,
    });
    expect((await get('/streams/camera/playlist.m3u8')).status).toBe(200);
  });

  it('links from before still play', async () => {
    expect((await get('/signed/1/AAAAAAAAAAAAAAAAAAAAAA/camera/playlist.m3u8')).status).toBe(200);
  });
});
