/** The streams API and the life of a stream, as a client meets them. */
import { sql, type Kysely } from 'kysely';
import request from 'supertest';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DATABASE, type Database } from '../../src/platform/index.js';
import { startApplication } from '../support/application.js';
import { CAMERA } from '../support/scripted-pipeline.js';

type Application = Awaited<ReturnType<typeof startApplication>>;
let application: Application;

beforeEach(async () => {
  application = await startApplication();
});
afterEach(() => application.remove());

const start = (body: object) => request(application.server).post('/streams').send(body);
const camera = { stream_id: 'camera', source_url: 'rtmp://media.example.com/live/key' };

describe('POST /streams', () => {
  it('answers 201 with what the client needs to know', async () => {
    const { status, body } = await start({ ...camera, qualities: ['720p', '480p'] });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      stream_id: 'camera',
      status: 'starting',
      hls_url: '/streams/camera/playlist.m3u8',
      dash_url: '/streams/camera/manifest.mpd',
      qualities: ['720p', '480p'],
      created_at: application.clock.now() / 1000,
      last_update: application.clock.now() / 1000,
    });
  });

  it.each([
    [{ ...camera, qualities: ['9000p'] }, 'qualities', '1080p'],
    [{ ...camera, stream_id: '../etc' }, 'stream_id', 'letters'],
    [{ ...camera, stream_id: undefined }, 'stream_id', 'letters'],
    [{ ...camera, source_url: 'concat:/etc/passwd' }, 'source_url', 'rtmp'],
    [{ ...camera, source_url: '-i /etc/passwd' }, 'source_url', 'URL'],
    [{ ...camera, source_url: 'test:?size=99' }, 'source_url', '1280x720'],
    [{ ...camera, qualities: [] }, 'qualities', 'at least one'],
    [{ ...camera, qualities: [{ name: 'x' }] }, 'qualities', 'video_kbps'],
    [{ ...camera, low_latency: 'yes' }, 'low_latency', 'boolean'],
    [{ ...camera, stale_after: -1 }, 'stale_after', '5'],
    [{ ...camera, bitrate: 5 }, 'bitrate', 'bitrate'],
    [{ ...camera, enable_hls: false, enable_dash: false }, 'enable_dash', 'at least one'],
  ])('refuses %j, naming the field %s and what is allowed', async (body, field, allowed) => {
    const response = await start(body);
    expect(response.status).toBe(400);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.text).toContain(field);
    expect(response.text).toContain(allowed);
    expect(application.pipelines.started).toHaveLength(0);
  });

  it('refuses an id that is running otherwise, and takes it again once it has ended', async () => {
    await start(camera);
    const again = await start({ ...camera, qualities: ['240p'] });
    expect([again.status, again.body.code]).toEqual([409, 'stream-exists']);
    application.pipelines.of('camera').tell({ kind: 'ended', reason: 'source-ended' });
    expect((await start(camera)).status).toBe(201);
  });

  it('takes a rung that is not in the ladder', async () => {
    const { body } = await start({ ...camera, qualities: ['360p', { name: 'tiny', height: 120, video_kbps: 100 }] });
    expect(body.qualities).toEqual(['360p', 'tiny']);
  });

  it('tells whole URLs, and an absolute clock, where the public address is known', async () => {
    const known = await startApplication({ env: { PUBLIC_URL: 'https://cdn.example.com/' } });
    try {
      const body = { stream_id: 'camera', source_url: 'srt://127.0.0.1:9000', qualities: ['480p'] };
      const response = await request(known.server).post('/streams').send(body);
      expect(response.body).toMatchObject({
        hls_url: 'https://cdn.example.com/streams/camera/playlist.m3u8',
        dash_timeline_url: 'https://cdn.example.com/streams/camera/manifest-timeline.mpd',
      });
      const pipeline = known.pipelines.of('camera');
      pipeline.open();
      pipeline.publish(100);
      const mpd = await request(known.server).get('/streams/camera/manifest.mpd');
      expect(mpd.text).toContain('value="https://cdn.example.com/time"');
    } finally {
      await known.remove();
    }
  });

  it('reports rungs left out because they are taller than the source', async () => {
    await start({ ...camera, qualities: ['1080p', '360p'] });
    application.pipelines.of('camera').open();
    const { body } = await request(application.server).get('/streams/camera');
    expect(body).toMatchObject({ qualities: ['360p'], left_out: ['1080p'], source: '1280x720 30 fps h264, aac' });
  });
});

describe('a stream that cannot be', () => {
  it('fails with the reason when the source has no picture', async () => {
    await start(camera);
    const pipeline = application.pipelines.of('camera');
    expect(() => pipeline.open({ format: 'mp3', audio: CAMERA.audio! })).toThrow('source-without-picture');
    pipeline.tell({ kind: 'failed', problem: { code: 'source-without-picture', facts: {}, detail: 'no picture' } });
    const { body } = await request(application.server).get('/streams/camera');
    expect(body).toMatchObject({ status: 'failed', last_problem: { code: 'source-without-picture' } });
  });

  it('takes the same source as sound alone when that is asked for', async () => {
    await start({ ...camera, qualities: ['audio'] });
    application.pipelines.of('camera').open({ format: 'mp3', audio: CAMERA.audio! });
    const { body } = await request(application.server).get('/streams/camera');
    expect(body.qualities).toEqual(['audio']);
  });
});

describe('the rest of the API', () => {
  it.each([
    ['get', '/streams/nobody'],
    ['delete', '/streams/nobody'],
    ['post', '/streams/nobody/heartbeat'],
  ] as const)('answers %s %s with 404 and a problem', async (method, path) => {
    const response = await request(application.server)[method](path);
    expect([response.status, response.body.code]).toEqual([404, 'stream-not-found']);
    expect(response.headers['content-type']).toBe('application/problem+json');
  });

  it('lists streams and takes their heartbeats', async () => {
    await start(camera);
    application.clock.advance(30);
    const beat = await request(application.server).post('/streams/camera/heartbeat');
    expect([beat.status, beat.body.status]).toEqual([200, 'ok']);
    const { body } = await request(application.server).get('/streams');
    expect(body).toMatchObject([{ stream_id: 'camera', last_update: application.clock.now() / 1000 }]);
  });

  it('follows source and rungs in the status', async () => {
    await start(camera);
    const pipeline = application.pipelines.of('camera');
    const status = async (): Promise<string> =>
      (await request(application.server).get('/streams/camera')).body.status as string;
    const problem = { code: 'ffmpeg-failed', facts: {}, detail: 'gone' } as const;
    pipeline.open();
    pipeline.publish(100);
    expect(await status()).toBe('live');
    pipeline.tell({ kind: 'rung', rendition: '480p', state: 'down', restarts: 1, problem });
    expect(await status()).toBe('degraded');
    pipeline.tell({ kind: 'source', index: 0, state: 'lost', problem });
    pipeline.tell({ kind: 'programme', step: 'repeat', onAir: 0, pinned: false });
    expect(await status()).toBe('filling');
    pipeline.tell({ kind: 'source', index: 0, state: 'up', source: CAMERA });
    pipeline.tell({ kind: 'programme', step: 'source', onAir: 0, pinned: false });
    expect(await status()).toBe('degraded');
    pipeline.tell({ kind: 'rung', rendition: '480p', state: 'up', restarts: 1 });
    expect(await status()).toBe('live');
  });

  it('tells no stream key, user or password of a source, wherever it speaks of it', async () => {
    await start({
      ...camera,
      stream_id: 'secret',
      source_url: 'rtmp://user:hunter22@media.example.com/live/SECRETKEY',
    });
    const said = ['[error] rtmp://user:hunter22@media.example.com/live/SECRETKEY: Connection refused'];
    const problem = {
      code: 'source-unreachable',
      facts: { said },
      detail: `source-unreachable (said=${said[0]})`,
    } as const;
    application.pipelines.of('secret').tell({ kind: 'source', index: 0, state: 'lost', problem });
    for (const path of ['/streams/secret', '/streams', '/streams/secret/explain', '/metrics']) {
      const { text } = await request(application.server).get(path);
      expect([path, /hunter22|SECRETKEY/.test(text)]).toEqual([path, false]);
    }
    const { body } = await request(application.server).get('/streams/secret');
    expect(body).toMatchObject({
      sources: [{ last_problem: { detail: expect.stringContaining('Connection refused') } }],
    });
  });

  it('describes itself as OpenAPI', async () => {
    const { body } = await request(application.server).get('/openapi.json');
    expect(Object.keys(body.paths as object)).toEqual(
      expect.arrayContaining(['/streams', '/streams/{id}', '/streams/{id}/heartbeat', '/health/ready', '/metrics']),
    );
  });

  it('tells the four metrics truthfully', async () => {
    await start(camera);
    application.pipelines.of('camera').tell({ kind: 'processes', pids: [process.pid] });
    const { text, headers } = await request(application.server).get('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(text).toContain('streaming_active_streams 1\n');
    expect(text).toContain('streaming_ffmpeg_processes 1\n');
    expect(Number(/^streaming_memory_bytes (\S+)/m.exec(text)![1])).toBeGreaterThan(20e6);
    expect(Number(/^streaming_cpu_percent (\S+)/m.exec(text)![1])).toBeGreaterThan(0);
    await request(application.server).delete('/streams/camera');
    const after = (await request(application.server).get('/metrics')).text;
    expect(after).toContain('streaming_active_streams 0\n');
    expect(after).not.toContain('stream="camera"');
  });
});

describe('the sweep', () => {
  it('stops a stream nobody asked after, with that reason, and keeps one that opted out', async () => {
    await start({ ...camera, stale_after: 600 });
    await start({ ...camera, stream_id: 'forever', stale_after: null });
    application.clock.advance(599);
    await application.streams.sweep();
    expect(application.streams.get('camera').active).toBe(true);
    application.clock.advance(2);
    await application.streams.sweep();
    const { body } = await request(application.server).get('/streams/camera');
    expect(body).toMatchObject({ status: 'ended', reason: 'stale' });
    expect(application.streams.get('forever').active).toBe(true);
  });

  it('keeps the media of an ended stream for the retention, and then removes it', async () => {
    await start(camera);
    const pipeline = application.pipelines.of('camera');
    pipeline.open();
    pipeline.publish(100);
    await request(application.server).delete('/streams/camera');
    application.clock.advance(application.settings.endedRetention - 1);
    await application.streams.sweep();
    const playlist = await request(application.server).get('/streams/camera/480p/playlist.m3u8');
    expect(playlist.text).toContain('#EXT-X-ENDLIST');
    application.clock.advance(2);
    await application.streams.sweep();
    expect(existsSync(pipeline.spec.folder)).toBe(false);
    expect((await request(application.server).get('/streams/camera/480p/playlist.m3u8')).status).toBe(404);
  });

  it('keeps the folder for some segments whatever the retention, so that a new stream uses no number again', async () => {
    const eager = await startApplication({ env: { ENDED_RETENTION: '0' } });
    await request(eager.server).post('/streams').send(camera);
    eager.pipelines.of('camera').open();
    await request(eager.server).delete('/streams/camera');
    const { folder } = eager.pipelines.of('camera').spec;
    eager.clock.advance(15);
    await eager.streams.sweep();
    expect(existsSync(folder)).toBe(true);
    eager.clock.advance(2);
    await eager.streams.sweep();
    expect(existsSync(folder)).toBe(false);
    await eager.remove();
  });

  it('removes leftovers of streams that no longer exist, and nothing that is not a stream', async () => {
    const { outputDir } = application.settings;
    const old = new Date(application.clock.now() - 3_600_000);
    for (const [folder, file] of [
      ['gone', '480p/100.m4s'],
      ['holiday', '480p/photo.jpg'],
    ] as const) {
      mkdirSync(join(outputDir, folder, '480p'), { recursive: true });
      writeFileSync(join(outputDir, folder, file), 'x');
      utimesSync(join(outputDir, folder), old, old);
    }
    await application.streams.sweep();
    expect(existsSync(join(outputDir, 'gone'))).toBe(false);
    expect(existsSync(join(outputDir, 'holiday/480p/photo.jpg'))).toBe(true);
  });
});

describe('a full disk under the database', () => {
  const database = (): Kysely<Database> => application.app.get<Kysely<Database>>(DATABASE);
  const refuseWrites = (refuse: boolean) => sql.raw(`pragma query_only = ${refuse ? 1 : 0}`).execute(database());

  it('keeps a stream from starting that a restart would forget', async () => {
    await refuseWrites(true);
    const refused = await start(camera);
    expect([refused.status, refused.body.code]).toEqual([503, 'database-not-writable']);
    expect(application.pipelines.of('camera').stopped).toBe('end');
    await refuseWrites(false);
    expect((await start(camera)).status).toBe(201);
  });

  it('does not bring back a stream that was ended meanwhile', async () => {
    await start(camera);
    await refuseWrites(true);
    expect((await request(application.server).delete('/streams/camera')).status).toBe(200);
    await refuseWrites(false);
    const earlier = application;
    await earlier.close();
    application = await startApplication({ folder: earlier.folder, clock: earlier.clock });
    expect(application.pipelines.started).toEqual([]);
  });
});

describe('a restart of the server', () => {
  it('resumes what is wanted, at its old rate, and nothing that was deleted', async () => {
    await start({ ...camera, stale_after: null });
    await start({ ...camera, stream_id: 'deleted' });
    application.pipelines.of('camera').open();
    await request(application.server).delete('/streams/deleted');
    const earlier = application;
    await earlier.close();
    expect(earlier.pipelines.of('camera').stopped).toBe('pause');

    application = await startApplication({ folder: earlier.folder, clock: earlier.clock });
    expect(application.pipelines.started.map(({ spec }) => spec.streamId)).toEqual(['camera']);
    expect(application.pipelines.of('camera').spec.houseRate).toEqual({ num: 30, den: 1 });
    const { body } = await request(application.server).get('/streams/camera');
    expect(body).toMatchObject({ stream_id: 'camera', status: 'starting', stale_after: null });
  });
});

describe('health', () => {
  it('is ready with ffmpeg and a writable disk, and says what is missing when it is not', async () => {
    expect((await request(application.server).get('/health/live')).status).toBe(200);
    expect((await request(application.server).get('/health/ready')).status).toBe(200);
    const without = await startApplication({ env: { FFMPEG_PATH: '/nonexistent/ffmpeg' } });
    const response = await request(without.server).get('/health/ready');
    expect(response.status).toBe(503);
    expect(response.text).toContain('FFMPEG_PATH');
    await without.remove();
  });
});
