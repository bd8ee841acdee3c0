/** An edge of plain nginx in front of the CDN origin: what it keeps, what it must not, and that it delays nobody. */
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream, stopStream, untilStatus } from '../support/api.js';
import { startApplication } from '../support/application.js';
import { describeHttp } from '../support/describe-http.js';
import { startOnAir } from '../support/http-table.js';
import { startEdge, startNginx, type RunningNginx } from '../support/nginx.js';
import { ask } from '../support/raw-http.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

type Edge = Awaited<ReturnType<typeof startEdge>>;
const portOf = (url: string): number => Number(new URL(url).port);

describe('an edge in front of nginx in front of the server', () => {
  let application: Awaited<ReturnType<typeof startApplication>>;
  let nginx: RunningNginx;
  let edge: Edge;

  beforeAll(async () => {
    application = await startApplication();
    await application.app.listen(0, '127.0.0.1');
    const originPort = portOf(await application.app.getUrl());
    nginx = await startNginx({ originPort, outputDir: application.settings.outputDir });
    edge = await startEdge(portOf(nginx.url));
  });
  afterAll(async () => {
    await edge?.stop();
    await nginx?.stop();
    await application?.remove();
  });

  describe('speaks as the origin does:', () => {
    describeHttp(() => ({ application, url: edge.url }), { asksOnForWhoLeft: true });
  });

  const cacheOf = async (path: string, headers = {}): Promise<string | undefined> =>
    (await ask(edge.url, path, { headers })).headers['x-cache'];

  it('keeps media from the first request on, under both of its names', async () => {
    await startOnAir(application, 'kept');
    const first = await ask(edge.url, '/kept/480p/100.m4s');
    const second = await ask(edge.url, '/streams/kept/480p/100.m4s?token=1');
    expect([first.headers['x-cache'], second.headers['x-cache']]).toEqual(['MISS', 'HIT']);
    expect(second.body.equals(first.body)).toBe(true);
  });

  it('keeps one playlist for all ways to ask for it, and one more for who takes no gzip', async () => {
    (await startOnAir(application, 'keys')).publish(101, 0, 1);
    const path = '/keys/480p/playlist.m3u8';
    const [gzip, plain] = [{ 'accept-encoding': 'gzip, deflate, br, zstd' }, { 'accept-encoding': 'br, gzip;q=0' }];
    expect(await cacheOf(`${path}?_HLS_msn=101&_HLS_part=1`, gzip)).toBe('MISS');
    expect(await cacheOf(`/streams${path}?x=1&_HLS_part=1&_HLS_msn=101`, { 'accept-encoding': 'gzip' })).toBe('HIT');
    expect(await cacheOf(`${path}?_HLS_msn=101&_HLS_part=1`, plain)).toBe('MISS');
    expect(await cacheOf(`${path}?_HLS_msn=101&_HLS_part=1`)).toBe('HIT');
    expect(await cacheOf(`${path}?_HLS_msn=101&_HLS_part=0`)).toBe('MISS');
  });

  it('answers all who wait for a part as it comes, and who comes after them from its own copy', async () => {
    const pipeline = await startOnAir(application, 'crowd');
    const path = '/crowd/480p/playlist.m3u8?_HLS_msn=101&_HLS_part=0';
    const waiting = Array.from({ length: 30 }, async () => {
      const { body } = await ask(edge.url, path);
      return { at: performance.now(), listed: body.includes('URI="101.0.m4s"') };
    });
    await expect.poll(() => application.catalogue.held).toBe(30);
    const publishedAt = performance.now();
    pipeline.publish(101, 0, 0);
    const answers = await Promise.all(waiting);
    expect(answers.every(({ listed }) => listed)).toBe(true);
    // A lock would have let all but one wait for its next tick, 500 ms after their last.
    expect(Math.max(...answers.map(({ at }) => at)) - publishedAt).toBeLessThan(300);
    expect(await cacheOf(path)).toBe('HIT');
  });

  it('remembers no refusal: what comes to be is there for the next who asks', async () => {
    const absent = ['/late/480p/playlist.m3u8', '/late/480p/101.2.m4s'];
    for (const path of absent) expect((await ask(edge.url, path)).status).toBe(404);
    const pipeline = await startOnAir(application, 'late');
    const tooFar = '/late/480p/playlist.m3u8?_HLS_msn=104';
    expect((await ask(edge.url, tooFar)).status).toBe(400);
    for (const segment of [101, 102, 103, 104]) pipeline.publish(segment);
    for (const path of [...absent, tooFar]) expect((await ask(edge.url, path)).status, path).toBe(200);
  });

  it('keeps no segment that was cut off', async () => {
    (await startOnAir(application, 'torn')).publish(101, 0, 1);
    const pending = ask(edge.url, '/torn/480p/101.m4s');
    const cut = expect(pending).rejects.toThrow('aborted');
    await expect.poll(() => application.catalogue.held).toBe(1);
    await request(application.server).delete('/streams/torn').expect(200);
    await cut;
    expect((await ask(edge.url, '/torn/480p/101.m4s')).status).toBe(404);
  });

  it('shows a stream that was started anew at once, though its end might have been kept for a minute', async () => {
    await startOnAir(application, 'again');
    await request(application.server).delete('/streams/again').expect(200);
    const names = ['playlist.m3u8', '480p/playlist.m3u8', 'manifest.mpd'];
    const texts = () => Promise.all(names.map(async (name) => (await ask(edge.url, `/again/${name}`)).body.toString()));
    const [, ended, staticMpd] = await texts();
    expect([ended, staticMpd].join('')).toMatch(/#EXT-X-ENDLIST[^]*type="static"/);

    (await startOnAir(application, 'again')).publish(101);
    await expect
      .poll(texts, { timeout: 2500 })
      .toEqual([
        expect.stringContaining('#EXTM3U'),
        expect.not.stringContaining('#EXT-X-ENDLIST'),
        expect.stringContaining('type="dynamic"'),
      ]);
  });

  it('speaks for itself when the origin is gone, and goes on with the media it has', async () => {
    await startOnAir(application, 'alone');
    const originPort = portOf(await application.app.getUrl());
    const origin = await startNginx({ originPort, outputDir: application.settings.outputDir });
    const lonely = await startEdge(portOf(origin.url));
    try {
      const before = await ask(lonely.url, '/alone/480p/100.m4s');
      await origin.stop();
      const media = await ask(lonely.url, '/alone/480p/100.m4s');
      expect([media.status, media.headers['x-cache']]).toEqual([200, 'HIT']);
      expect(media.body.equals(before.body)).toBe(true);
      const { status, headers } = await ask(lonely.url, '/alone/playlist.m3u8');
      expect([status, headers['cache-control'], headers['access-control-allow-origin']]).toEqual([
        502,
        'no-store',
        '*',
      ]);
      expect(headers['content-type']).toBe('application/problem+json');
    } finally {
      await lonely.stop();
    }
  });

  it('starts and runs without a complaint', async () => {
    expect(await edge.log()).not.toMatch(/\[(warn|alert|crit|emerg)\]/);
  });
});

describe('a live stream through an edge', () => {
  let server: RunningServer;
  let nginx: RunningNginx;
  let edge: Edge;

  beforeAll(async () => {
    server = await startServer();
    nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
    edge = await startEdge(portOf(nginx.url));
    await startStream(server.url, { stream_id: 'live', source_url: 'test:?size=640x360', qualities: ['240p'] });
    await untilStatus(server.url, 'live', 'live');
  });
  afterAll(async () => {
    if (server) await stopStream(server.url, 'live');
    await edge?.stop();
    await nginx?.stop();
    await server?.stop();
  });

  it('comes part by part, as soon through the edge as from the origin, and every part is there when it is listed', async () => {
    const path = '/live/240p/playlist.m3u8';
    const start = await until('parts are listed', async () => hintIn((await ask(edge.url, path)).body.toString()));
    const lags: number[] = [];
    let hint = start;
    for (let turn = 0; turn < 10; turn += 1) {
      const query = `?_HLS_msn=${hint.segment}&_HLS_part=${hint.part}`;
      const timed = async (url: string) => {
        const { status, body } = await ask(url, path + query);
        return { status, text: body.toString(), at: performance.now() };
      };
      const [direct, ...through] = await Promise.all([nginx.url, edge.url, edge.url, edge.url].map(timed));
      const name = `${hint.segment}.${hint.part}.m4s`;
      for (const { status, text, at } of through) {
        expect([status, text.includes(`URI="${name}"`)]).toEqual([200, true]);
        lags.push(at - direct!.at);
      }
      expect((await ask(edge.url, `/live/240p/${name}`)).status).toBe(200);
      expect((await ask(edge.url, `/live/240p/${name}`)).headers['x-cache']).toBe('HIT');
      hint = hintIn(through.at(-1)!.text)!;
    }
    lags.sort((a, b) => a - b);
    // Nine in ten: the machine of a test may pause for once, a lock would not.
    expect(lags[Math.floor(lags.length * 0.9)]).toBeLessThan(200);
  });
});

/** The position of the part that a playlist hints at. */
function hintIn(playlist: string): { segment: number; part: number } | undefined {
  const [, segment, part] = /PRELOAD-HINT:TYPE=PART,URI="(\d+)\.(\d+)\.m4s"/.exec(playlist) ?? [];
  return segment === undefined ? undefined : { segment: Number(segment), part: Number(part) };
}
