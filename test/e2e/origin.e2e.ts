/** Playlists, MPDs and media as the origin answers them without nginx: what is there, what is held, what is refused. */
import request from 'supertest';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApplication } from '../support/application.js';
import { INIT, partContent, type ScriptedPipeline } from '../support/scripted-pipeline.js';

let application: Awaited<ReturnType<typeof startApplication>>;
let pipeline: ScriptedPipeline;

beforeEach(async () => {
  application = await startApplication();
  await request(application.server)
    .post('/streams')
    .send({ stream_id: 'camera', source_url: 'srt://127.0.0.1:9000', qualities: ['480p', '360p'] });
  pipeline = application.pipelines.of('camera');
  pipeline.open();
  pipeline.publish(100);
  pipeline.publish(101, 0, 1);
});
afterEach(() => application.remove());

const get = (path: string) => request(application.server).get(`/streams/camera/${path}`);
/** Sends the request now; supertest alone would wait until somebody awaits it. */
const send = (path: string) => get(path).then((response) => response);
/** Until so many requests are held. */
async function held(count: number): Promise<void> {
  await expect.poll(() => application.catalogue.held).toBe(count);
}

describe('manifests', () => {
  it("carry the field's types, a second of life, CORS and a validator", async () => {
    const hls = await get('playlist.m3u8');
    expect(hls.headers).toMatchObject({
      'content-type': 'application/vnd.apple.mpegurl',
      'cache-control': 'public, max-age=1',
      'access-control-allow-origin': '*',
      vary: 'Accept-Encoding',
    });
    const again = await get('playlist.m3u8').set('if-none-match', hls.headers['etag'] as string);
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await get('manifest.mpd')).headers['content-type']).toBe('application/dash+xml');
  });

  it('are gzipped for who accepts it, and plain for who does not', async () => {
    const plain = await get('480p/playlist.m3u8').set('accept-encoding', 'identity');
    expect(plain.headers['content-encoding']).toBeUndefined();
    const gzipped = await get('480p/playlist.m3u8')
      .set('accept-encoding', 'gzip')
      .buffer(true)
      .parse((response, done) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => done(null, Buffer.concat(chunks)));
      });
    const text = gzipped.headers['content-encoding'] === 'gzip' ? decompressed(gzipped.body as Buffer) : '';
    expect(text).toBe(plain.text);
  });

  it('are rendered once, however many ask', async () => {
    const renders = async (): Promise<number> =>
      Number(
        /^lockstep_manifest_renders_total (\d+)/m.exec((await request(application.server).get('/metrics')).text)![1],
      );
    const before = await renders();
    await Promise.all(Array.from({ length: 50 }, () => send('480p/playlist.m3u8')));
    expect((await renders()) - before).toBe(1);
  });

  it('answer a preflight', async () => {
    const response = await request(application.server).options('/streams/camera/480p/playlist.m3u8');
    expect([response.status, response.headers['access-control-allow-methods']]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });
});

describe('a stream that is starting', () => {
  const start = (id: string, more: object = {}) =>
    request(application.server)
      .post('/streams')
      .send({ stream_id: id, source_url: 'srt://127.0.0.1:9001', qualities: ['360p'], ...more });
  const ask = (path: string) =>
    request(application.server)
      .get(path)
      .then((response) => response);

  it('holds who asks for it, and answers with the first playlists there are', async () => {
    await start('second');
    const asked = ['playlist.m3u8', '360p/playlist.m3u8', 'manifest.mpd'].map((name) => ask(`/streams/second/${name}`));
    await held(3);
    const second = application.pipelines.of('second');
    second.open();
    second.publish(100);
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('lets them go when nothing comes of it', async () => {
    await start('second');
    const asked = ask('/streams/second/playlist.m3u8');
    await held(1);
    await request(application.server).delete('/streams/second');
    expect((await asked).status).toBe(404);
  });

  it('does not hold for a protocol it will not have', async () => {
    await start('second', { enable_dash: false });
    expect((await ask('/streams/second/manifest.mpd')).status).toBe(404);
  });
});

describe('a stream of transport streams', () => {
  it('is classic HLS in .ts, and DASH in fMP4 beside it', async () => {
    await request(application.server)
      .post('/streams')
      .send({ stream_id: 'old', source_url: 'srt://127.0.0.1:9001', qualities: ['360p'], segment_format: 'mpegts' });
    const old = application.pipelines.of('old');
    expect(old.spec.formats).toEqual(['fmp4', 'mpegts']);
    old.open();
    old.publish(100);
    old.publishTransportStream(100);
    const playlist = await request(application.server).get('/streams/old/360p/playlist.m3u8?_HLS_msn=101&_HLS_part=0');
    expect(playlist.text).toMatch(/^100\.ts$/m);
    expect(playlist.text).not.toMatch(/EXT-X-(MAP|PART|PRELOAD)/);
    const segment = await request(application.server).get('/streams/old/360p/100.ts');
    expect([segment.status, segment.headers['content-type']]).toEqual([200, 'video/mp2t']);
    const mpd = await request(application.server).get('/streams/old/manifest.mpd');
    expect(mpd.text).toContain('availabilityTimeComplete="false"');
    expect((await request(application.server).get('/streams/old/360p/999.ts')).status).toBe(404);
  });

  it('cannot be asked for without HLS', async () => {
    const response = await request(application.server)
      .post('/streams')
      .send({
        ...{ stream_id: 'old', source_url: 'srt://127.0.0.1:9001' },
        ...{ segment_format: 'mpegts', enable_hls: false },
      });
    expect(response.status).toBe(400);
    expect(response.body.detail).toContain('segment_format');
  });
});

describe('the MPD by timeline', () => {
  it('lists the finished segments, and moves its publish time with them', async () => {
    const first = await get('manifest-timeline.mpd');
    expect(first.headers['content-type']).toBe('application/dash+xml');
    expect(first.text).toMatch(/<S t="\d+" d="180000"\/>/);
    application.clock.advance(2000);
    pipeline.publish(101, 2);
    const second = await get('manifest-timeline.mpd');
    expect(second.text).toMatch(/<S t="\d+" d="180000" r="1"\/>/);
    // A list names segments by time, and the next one is held for who reads ahead of it.
    expect(second.text).toContain('media="$RepresentationID$/t$Time$.m4s"');
    const ahead = send(`480p/t${102 * 180_000}.m4s`);
    await held(1);
    pipeline.publish(102);
    expect((await ahead).text).toBe((await get('480p/102.m4s')).text);
    expect((await get(`480p/t${102 * 180_000 + 1}.m4s`)).status).toBe(404);
    const published = (text: string) => Date.parse(/publishTime="([^"]*)"/.exec(text)![1]!);
    expect(published(second.text)).toBeGreaterThan(published(first.text));
  });
});

describe('blocking reload', () => {
  it('is held until the part it names is published, and then answered with it', async () => {
    const response = send('480p/playlist.m3u8?_HLS_msn=101&_HLS_part=2');
    await held(1);
    pipeline.publish(101, 2, 2);
    expect((await response).text).toContain('URI="101.2.m4s"');
    expect((await response).headers['cache-control']).toBe('public, max-age=12');
  });

  it('lets everybody go with ENDLIST when the stream is stopped', async () => {
    const responses = [send('480p/playlist.m3u8?_HLS_msn=102'), send('360p/playlist.m3u8?_HLS_msn=101&_HLS_part=4')];
    await held(2);
    await request(application.server).delete('/streams/camera');
    for (const response of responses) expect((await response).text).toContain('#EXT-X-ENDLIST');
  });

  it.each([
    ['_HLS_part=1', 400],
    ['_HLS_msn=-1', 400],
    ['_HLS_msn=x', 400],
    ['_HLS_msn=111', 400],
    ['_HLS_msn=100', 200],
    ['_HLS_msn=100&_HLS_part=5', 200],
    ['_HLS_msn=100&_HLS_part=6', 200],
    ['_HLS_skip=YES', 200],
    ['other=1', 200],
  ])('answers ?%s with %d', async (query, status) => {
    expect((await get(`480p/playlist.m3u8?${query}`)).status).toBe(status);
  });

  it('frees the hold of a viewer who leaves', async () => {
    const pending = get('480p/playlist.m3u8?_HLS_msn=102');
    const gone = pending.then(
      () => 'answered',
      () => 'left',
    );
    await held(1);
    pending.abort();
    await held(0);
    expect(await Promise.race([gone, Promise.resolve('left')])).toBe('left');
  });
});

describe('media', () => {
  it('is sent from disk, immutable, with ranges', async () => {
    const response = await get('480p/101.1.m4s').buffer(true);
    expect(response.body.toString()).toBe(partContent('480p', 101, 1));
    expect(response.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'video/iso.segment',
      'accept-ranges': 'bytes',
    });
    expect((await get(`480p/${INIT}`)).headers['content-type']).toBe('video/mp4');
    const range = await get('480p/101.1.m4s').set('range', 'bytes=1-4').buffer(true);
    expect([range.status, range.body.toString()]).toEqual([206, '480p']);
    expect((await get('480p/101.1.m4s').set('range', 'bytes=999-')).status).toBe(416);
  });

  it('holds the hinted part and sends it whole', async () => {
    const response = get('480p/101.2.m4s')
      .buffer(true)
      .then((answer) => answer);
    await held(1);
    pipeline.publish(101, 2, 2);
    expect((await response).body.toString()).toBe(partContent('480p', 101, 2));
  });

  it('hands the file back to nginx when nginx asks', async () => {
    const response = await get('480p/101.1.m4s').set('x-accel-capable', '1');
    expect(response.headers['x-accel-redirect']).toBe('/_media/camera/480p/101.1.m4s');
    expect(response.headers['cache-control']).toBeUndefined();
  });

  it('sends the segment in progress part by part, as the file it becomes', async () => {
    const response = get('480p/101.m4s')
      .buffer(true)
      .then((answer) => answer);
    await held(1);
    pipeline.publish(101, 2, 5);
    const sent = (await response).body.toString() as string;
    expect((await response).headers['transfer-encoding']).toBe('chunked');
    expect(sent).toBe((await get('480p/101.m4s').buffer(true)).body.toString());
  });

  it('holds the segment one ahead, and answers 404 further ahead, never to be kept', async () => {
    const ahead = get('480p/102.m4s')
      .buffer(true)
      .then((answer) => answer);
    await held(1);
    const tooFar = await get('480p/104.m4s');
    expect([tooFar.status, tooFar.headers['cache-control']]).toEqual([404, 'no-store']);
    pipeline.publish(101, 2, 5);
    pipeline.publish(102);
    expect((await ahead).body.toString()).toContain(partContent('480p', 102, 5));
  });

  it.each([
    '480p/.101.9.m4s.tmp',
    '480p/..%2f..%2fsecret',
    '480p/segment.ts',
    '4%2e%2e/1.m4s',
    '480p/99999999999999999.m4s',
  ])('refuses %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});

describe('the clock', () => {
  it('is a date with milliseconds that nobody keeps', async () => {
    const response = await request(application.server).get('/time');
    expect(response.text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(response.headers['cache-control']).toBe('no-store');
  });
});

/** A client may have unpacked the body already. */
function decompressed(body: Buffer): string {
  return body[0] === 0x1f ? gunzipSync(body).toString() : body.toString();
}
