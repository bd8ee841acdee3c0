/** Asking for a stream: twice, with patience, and only to know what would come of it. */
import request, { type Response } from 'supertest';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startApplication } from '../support/application.js';

type Application = Awaited<ReturnType<typeof startApplication>>;
let application: Application;

beforeEach(async () => {
  application = await startApplication();
});
afterEach(() => application.remove());

const CAMERA = {
  ...{ stream_id: 'camera', source_urls: ['rtmp://a.example.com/live/SECRETKEY', 'rtmp://b.example.com/live/key'] },
  ...{ qualities: ['720p', '480p'], slate_after: 5, labels: { venue: 'stadium' } },
};
const start = (body: object = CAMERA, query = ''): Promise<Response> =>
  request(application.server).post(`/streams${query}`).send(body).then();
const pipelineOf = (id: string) => vi.waitUntil(() => application.pipelines.of(id));

describe('a start that is repeated', () => {
  it('is answered with the stream that runs, which is still wanted', async () => {
    const first = await start();
    application.clock.advance(30);
    const second = await start();
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toMatchObject({ stream_id: 'camera', created_at: first.body.created_at });
    expect(second.body.last_update).toBe(first.body.last_update + 30);
    expect(application.pipelines.started).toHaveLength(1);
  });

  it('knows defaults that are spelled out, and the order of the members does not matter', async () => {
    const { slateAfter } = application.settings;
    await start({ stream_id: 'camera', source_url: 'test:' });
    const spelledOut = { low_latency: true, enable_hls: true, enable_dash: true, segment_format: 'fmp4' };
    const again = { ...spelledOut, source_urls: ['test:'], stream_id: 'camera', title: null, labels: null };
    expect((await start(again)).status).toBe(200);
    // What is spelled out stays when the setting changes: another wish than none.
    expect((await start({ ...again, slate_after: slateAfter })).body.differs).toEqual(['slate_after']);
  });

  it('is answered after the source has become known, and after a restart of the server', async () => {
    await start();
    application.pipelines.of('camera').open();
    expect((await start()).status).toBe(200);
    const earlier = application;
    await earlier.close();
    application = await startApplication({ folder: earlier.folder, clock: earlier.clock });
    expect((await start()).status).toBe(200);
  });

  it.each([
    [{ source_urls: ['rtmp://a.example.com/live/OTHERKEY', CAMERA.source_urls[1]] }, ['source_url']],
    [{ source_urls: [CAMERA.source_urls[0]] }, ['source_urls']],
    [{ qualities: ['480p'], enable_dash: false }, ['qualities', 'enable_dash']],
    [{ stale_after: null, slate_after: 6 }, ['slate_after', 'stale_after']],
    [{ labels: {}, title: 'Other' }, ['labels', 'title']],
  ])('with %j is refused, and told which fields differ, not what they hold', async (changed, differs) => {
    await start();
    const { status, body, text } = await start({ ...CAMERA, ...changed });
    expect([status, body.code, body.differs.sort()]).toEqual([409, 'stream-exists', differs.sort()]);
    expect(text).not.toMatch(/SECRETKEY|OTHERKEY/);
  });

  it('goes by what the stream has been changed to', async () => {
    await start();
    await request(application.server).patch('/streams/camera').send({ title: 'Changed' });
    expect((await start()).status).toBe(409);
    expect((await start({ ...CAMERA, title: 'Changed' })).status).toBe(200);
  });

  it('starts one stream, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => start()));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(application.pipelines.started).toHaveLength(1);
  });
});

describe('a start that waits until it plays', () => {
  it('is answered when it does', async () => {
    const waiting = start(CAMERA, '?wait=playable');
    const pipeline = await pipelineOf('camera');
    pipeline.open();
    pipeline.publish(100);
    const { status, body } = await waiting;
    expect([status, body.status]).toEqual([201, 'live']);
    expect((await start(CAMERA, '?wait=playable')).status).toBe(200);
  });

  it('is told in time that it is still starting', async () => {
    const { status, body } = await start(CAMERA, '?wait=playable&timeout=0.1');
    expect([status, body.status]).toEqual([202, 'starting']);
    expect(application.streams.get('camera').active).toBe(true);
  });

  it('is told why it never will', async () => {
    const waiting = start(CAMERA, '?wait=playable');
    const problem = { code: 'source-without-picture', facts: {}, detail: 'The source has sound only.' } as const;
    (await pipelineOf('camera')).tell({ kind: 'failed', problem });
    const { status, body } = await waiting;
    expect([status, body.code, body.detail]).toEqual([422, 'source-without-picture', 'The source has sound only.']);
  });

  it('is told that somebody has stopped it meanwhile', async () => {
    const waiting = start(CAMERA, '?wait=playable');
    await pipelineOf('camera');
    await request(application.server).delete('/streams/camera');
    expect((await waiting).body).toMatchObject({ code: 'stream-over', reason: 'requested' });
  });

  it('goes on when its client hangs up', async () => {
    const asked = request(application.server).post('/streams?wait=playable').send(CAMERA);
    const answer = asked.then(
      () => 'answered',
      () => 'hung up',
    );
    const pipeline = await pipelineOf('camera');
    asked.abort();
    expect(await answer).toBe('hung up');
    pipeline.open();
    pipeline.publish(100);
    expect((await request(application.server).get('/streams/camera')).body.status).toBe('live');
    expect(pipeline.stopped).toBeUndefined();
  });

  it.each([['?wait=live'], ['?wait=playable&timeout=61'], ['?wait=playable&timeout=soon'], ['?patience=3']])(
    'is refused with %s',
    async (query) => {
      expect((await start(CAMERA, query)).body.code).toBe('request-invalid');
      expect(application.pipelines.started).toHaveLength(0);
    },
  );
});

describe('a start that is only tried out', () => {
  const tryOut = (body: object): Promise<Response> => start(body, '?dry_run=true');

  it('tells what would be made and needed, and starts nothing', async () => {
    const { status, body } = await tryOut(CAMERA);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ fits: expect.any(Boolean), running: false, admission: 'off', left_out: [] },
      ...{ needs: expect.any(Number), free: expect.any(Number), total: expect.any(Number) },
      qualities: [
        { name: '720p', width: 1280, height: 720, video_kbps: 2800, audio_kbps: 128, profile: 'main' },
        { name: '480p', width: 854, height: 480, video_kbps: 1400, audio_kbps: 128, profile: 'main' },
      ],
    });
    expect(application.pipelines.started).toHaveLength(0);
    expect((await request(application.server).get('/streams')).body).toEqual([]);
    expect(readdirSync(application.settings.outputDir)).toEqual([]);
  });

  it('says what would fit where it does not, and never fits what is refused', async () => {
    await application.remove();
    const env = { ADMISSION: 'enforce', ADMISSION_SHARE: '0.1', FFMPEG_PATH: '/nonexistent/ffmpeg' };
    application = await startApplication({ env });
    const body = { ...CAMERA, qualities: ['1080p', '720p', '480p', '360p', '240p'] };
    const tried = await tryOut(body);
    const { needs, free, suggestion } = (await start(body)).body;
    expect(tried.body).toMatchObject({ fits: false, needs, free, suggestion });
    expect(needs).toBeGreaterThan(free);
  });

  it('knows the size of the test picture, and sound alone', async () => {
    const small = await tryOut({ stream_id: 'a', source_url: 'test:?size=640x360', qualities: ['720p', '360p'] });
    expect(small.body).toMatchObject({ qualities: [{ name: '360p', width: 640, height: 360 }], left_out: ['720p'] });
    const sound = await tryOut({ stream_id: 'a', source_url: 'test:', qualities: ['audio'] });
    expect(sound.body.qualities).toEqual([
      { name: 'audio', width: null, height: null, video_kbps: null, audio_kbps: 128, profile: null },
    ]);
  });

  it('refuses what a start would refuse', async () => {
    await start();
    expect((await tryOut({ ...CAMERA, qualities: ['240p'] })).body.code).toBe('stream-exists');
    expect((await tryOut({ ...CAMERA, qualities: ['9000p'] })).body.code).toBe('quality-unknown');
    expect((await tryOut({ ...CAMERA, stream_id: '../etc' })).body.code).toBe('request-invalid');
    expect((await tryOut(CAMERA)).body.running).toBe(true);
  });
});

describe('GET /ladder', () => {
  it('lists the rungs and what a stream gets that names none', async () => {
    const { body } = await request(application.server).get('/ladder');
    expect(body.defaults).toEqual(['720p', '480p', '360p']);
    expect(body.rungs).toContainEqual({
      ...{ name: '720p', height: 720, video_kbps: 2800, audio_kbps: 128, profile: 'main' },
    });
  });
});
