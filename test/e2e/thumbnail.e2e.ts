/** Small pictures of streams, over HTTP. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import request from 'supertest';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BoxSplitter } from '../../src/engine/isobmff/index.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { INIT } from '../support/scripted-pipeline.js';

const SEGMENT = 1_000;

let app: TestApplication;
let media: { init: Buffer; segment: Buffer };

/** A second of colour, cut into its init segment and the rest. */
async function filmOf(colour: string): Promise<{ init: Buffer; segment: Buffer }> {
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', `color=${colour}:size=426x240:rate=10:duration=1`],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'],
      ...['-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov', 'pipe:1'],
    ],
    { encoding: 'buffer' },
  );
  const boxes = new BoxSplitter().push(stdout);
  const of = (isInit: boolean): Buffer =>
    Buffer.concat(boxes.filter(({ type }) => ['ftyp', 'moov'].includes(type) === isInit).map(({ bytes }) => bytes));
  return { init: of(true), segment: of(false) };
}

async function start(qualities: string[] = ['360p', '240p']) {
  await request(app.server).post('/streams').send({ stream_id: 'camera', source_url: 'test:', qualities }).expect(201);
  const pipeline = app.pipelines.of('camera');
  pipeline.open();
  return pipeline;
}

/** Publishes a segment and puts real media under its name, in the smallest picture alone. */
async function publish(pipeline: Awaited<ReturnType<typeof start>>, segment: number): Promise<void> {
  pipeline.publish(segment);
  const folder = join(pipeline.spec.folder, '240p');
  await writeFile(join(folder, INIT), media.init);
  await writeFile(join(folder, `${segment}.m4s`), media.segment);
}

const thumbnail = (id = 'camera') => request(app.server).get(`/streams/${id}/thumbnail`);

beforeAll(async () => {
  media = await filmOf('red');
});

beforeEach(async () => {
  app = await startApplication();
});

afterEach(() => app.remove());

describe('the thumbnail of a stream', () => {
  it('is a JPEG of the newest finished segment of its smallest picture', async () => {
    await publish(await start(), SEGMENT);
    const { body, headers } = await thumbnail().expect(200).expect('content-type', 'image/jpeg');
    expect((body as Buffer).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    expect(headers).toMatchObject({ etag: `"240p-${INIT}-${SEGMENT}.m4s"`, 'cache-control': 'private, no-cache' });
  });

  it('is confirmed to whoever has it', async () => {
    await publish(await start(), SEGMENT);
    const { headers } = await thumbnail().expect(200);
    await thumbnail().set('if-none-match', headers['etag']!).expect(304);
  });

  it('is drawn anew with the next segment, every two seconds at most', async () => {
    const pipeline = await start();
    await publish(pipeline, SEGMENT);
    const first = await thumbnail().expect(200);
    await publish(pipeline, SEGMENT + 1);
    app.clock.advance(1.9);
    expect((await thumbnail().expect(200)).headers['etag']).toBe(first.headers['etag']);
    app.clock.advance(0.1);
    expect((await thumbnail().expect(200)).headers['etag']).toContain(`${SEGMENT + 1}.m4s`);
  });

  it('is not available before the first segment', async () => {
    await start();
    const { body } = await thumbnail().expect(404);
    expect(body).toMatchObject({ code: 'thumbnail-not-available' });
  });

  it('is not available of sound alone', async () => {
    const pipeline = await start(['audio']);
    pipeline.publish(SEGMENT);
    await thumbnail().expect(404);
  });

  it('is not available of media that nobody can decode', async () => {
    (await start()).publish(SEGMENT);
    const { body } = await thumbnail().expect(404);
    expect(body).toMatchObject({ code: 'thumbnail-not-available', detail: expect.stringContaining('camera') });
  });

  it('of a stream that is not there is a stream that is not there', async () => {
    const { body } = await thumbnail('nobody').expect(404);
    expect(body).toMatchObject({ code: 'stream-not-found' });
  });
});

describe('the console and the player page', () => {
  it.each(['/', '/player/'])('are served at %s', async (path) => {
    const { text } = await request(app.server)
      .get(path)
      .expect(200)
      .expect('content-type', /text\/html/);
    expect(text).toContain('<title>Lockstep');
  });
});
