/** Runs the table of playback HTTP, and what needs time to show: holds, segments in progress, viewers who leave. */
import request from 'supertest';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { TestApplication } from './application.js';
import { askRow, expectAnswer, lastingHeaders, setScene, startOnAir, TABLE } from './http-table.js';
import { ask, open } from './raw-http.js';
import { partContent } from './scripted-pipeline.js';

export interface HttpUnderTest {
  readonly application: TestApplication;
  /** Where viewers ask. */
  readonly url: string;
}

export interface HttpTraits {
  /** A cache goes on asking for a viewer who left: others may want the answer. */
  readonly asksOnForWhoLeft?: boolean;
}

const IMMUTABLE = 'public, max-age=31536000, immutable';

export function describeHttp(underTest: () => HttpUnderTest, { asksOnForWhoLeft = false }: HttpTraits = {}): void {
  beforeAll(() => setScene(underTest().application));

  const untilHeld = (count: number) => expect.poll(() => underTest().application.catalogue.held).toBe(count);

  afterEach(() => untilHeld(0));

  it.each(TABLE)('$title: $status', async (row) => {
    await askRow(underTest().url, row);
  });

  it.each(TABLE.filter(({ request: { method, headers } }) => method === undefined && headers?.['range'] === undefined))(
    'HEAD of $title ($path) says what GET says',
    async ({ path, request: { headers } }) => {
      const { url } = underTest();
      const [get, head] = [await ask(url, path, { headers }), await ask(url, path, { method: 'HEAD', headers })];
      expect([head.status, head.body.length]).toEqual([get.status, 0]);
      // A refusal may name the method in its words, which changes their length and nothing else.
      const ignored = get.status < 400 ? {} : { 'content-length': undefined };
      expect({ ...lastingHeaders(head), ...ignored }).toEqual({ ...lastingHeaders(get), ...ignored });
    },
  );

  it.each(['GET', 'HEAD'])('holds a %s of the hinted part until it is there', async (method) => {
    const { application, url } = underTest();
    const pipeline = await startOnAir(application, `hint-${method.toLowerCase()}`);
    const pending = ask(url, `/streams/${pipeline.spec.streamId}/480p/101.0.m4s`, { method });
    await untilHeld(1);
    pipeline.publish(101, 0, 0);
    const content = partContent('480p', 101, 0);
    expectAnswer(await pending, {
      status: 200,
      headers: { 'cache-control': IMMUTABLE, 'content-length': `${content.length}`, etag: /^"/ },
      body: method === 'HEAD' ? '' : content,
    });
  });

  it.each(['GET', 'HEAD'])('holds a %s of a playlist until the part it names is listed', async (method) => {
    const { application, url } = underTest();
    const pipeline = await startOnAir(application, `reload-${method.toLowerCase()}`);
    const path = `/streams/${pipeline.spec.streamId}/480p/playlist.m3u8?_HLS_msn=101&_HLS_part=0`;
    const pending = ask(url, path, { method });
    await untilHeld(1);
    pipeline.publish(101, 0, 0);
    const answer = await pending;
    expectAnswer(answer, { status: 200, headers: { 'cache-control': 'public, max-age=12', etag: /^W\/"/ } });
    expect(lastingHeaders(answer)).toEqual(lastingHeaders(await ask(url, path)));
  });

  it.each([
    ['GET', '101.0.m4s'],
    ['HEAD', '101.0.m4s'],
    ['GET', 'playlist.m3u8?_HLS_msn=101'],
    ['HEAD', 'playlist.m3u8?_HLS_msn=101'],
    ['GET', '101.m4s'],
    ['HEAD', '101.m4s'],
  ])('frees the hold of a viewer who leaves a %s of %s', async (method, file) => {
    const { application, url } = underTest();
    const pipeline = await startOnAir(application, `leave-${method.toLowerCase()}-${file.replace(/\W/g, '')}`);
    const left = new AbortController();
    const pending = open(url, `/streams/${pipeline.spec.streamId}/480p/${file}`, { method, signal: left.signal });
    await untilHeld(1);
    left.abort();
    await expect(pending).rejects.toThrow();
    // What it waited for ends the hold at the latest.
    if (asksOnForWhoLeft) pipeline.publish(101);
    await untilHeld(0);
  });

  it('sends a segment in progress in bursts, of unknown length, and later the same bytes as a file', async () => {
    const { application, url } = underTest();
    const pipeline = await startOnAir(application, 'progress');
    pipeline.publish(101, 0, 1);
    const path = '/streams/progress/480p/101.m4s';
    const response = await open(url, path);
    const bursts = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let received = '';
    while (!received.endsWith(partContent('480p', 101, 1))) received += String((await bursts.next()).value);
    pipeline.publish(101, 2, 5);
    for (let burst = await bursts.next(); !burst.done; burst = await bursts.next()) received += String(burst.value);

    expectAnswer(
      { status: response.statusCode!, headers: response.headers as Record<string, string>, body: Buffer.alloc(0) },
      {
        status: 200,
        headers: {
          ...{ 'cache-control': IMMUTABLE, 'content-type': 'video/iso.segment', 'transfer-encoding': 'chunked' },
          ...{ 'content-length': undefined, etag: undefined, 'accept-ranges': undefined },
        },
      },
    );
    const file = await ask(url, path);
    expect(file.headers).toMatchObject({ 'content-length': `${received.length}`, 'accept-ranges': 'bytes' });
    expect(file.body.toString()).toBe(received);
  });

  it('tells HEAD of a segment in progress no length', async () => {
    const { application, url } = underTest();
    (await startOnAir(application, 'progress-head')).publish(101, 0, 1);
    expectAnswer(await ask(url, '/streams/progress-head/480p/101.m4s', { method: 'HEAD' }), {
      status: 200,
      headers: { 'cache-control': IMMUTABLE, 'content-type': 'video/iso.segment', 'content-length': undefined },
      body: '',
    });
    await untilHeld(0);
  });

  it('cuts a segment in progress off when the stream ends inside it, so that no cache takes it for whole', async () => {
    const { application, url } = underTest();
    (await startOnAir(application, 'cut')).publish(101, 0, 1);
    const pending = ask(url, '/streams/cut/480p/101.m4s');
    await untilHeld(1);
    const cut = expect(pending).rejects.toThrow('aborted');
    await request(application.server).delete('/streams/cut').expect(200);
    await cut;
  });

  it('answers 404 for the hinted part when the stream ends without it', async () => {
    const { application, url } = underTest();
    await startOnAir(application, 'abandoned');
    const pending = ask(url, '/streams/abandoned/480p/101.0.m4s');
    await untilHeld(1);
    await request(application.server).delete('/streams/abandoned').expect(200);
    expectAnswer(await pending, {
      status: 404,
      headers: { 'cache-control': 'no-store', 'content-type': 'application/problem+json' },
    });
  });

  it('answers 503 with Retry-After when the server leaves while a playlist is held', async () => {
    const { application, url } = underTest();
    await startOnAir(application, 'leaving');
    const pending = ask(url, '/streams/leaving/480p/playlist.m3u8?_HLS_msn=101');
    await untilHeld(1);
    application.catalogue.find('leaving')!.hls!.release();
    expectAnswer(await pending, {
      status: 503,
      headers: { 'cache-control': 'no-store', 'retry-after': '1', 'content-type': 'application/problem+json' },
    });
  });
}
