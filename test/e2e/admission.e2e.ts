/** Who is let in, who is refused, and how that is known: by what streams cost on this machine. */
import request from 'supertest';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { coresAvailable } from '../../src/engine/capacity/index.js';
import { startApplication } from '../support/application.js';
import { pretendFfmpeg, type PretendFfmpeg } from '../support/pretend-ffmpeg.js';
import { until } from '../support/until.js';

type Application = Awaited<ReturnType<typeof startApplication>>;
let programs: string;
let ffmpeg: PretendFfmpeg;
let application: Application;

beforeEach(async () => {
  programs = await mkdtemp(join(tmpdir(), 'lockstep-pretend-'));
  ffmpeg = await pretendFfmpeg(programs);
});
afterEach(async () => {
  await ffmpeg.open();
  await application.remove();
  await rm(programs, { recursive: true, force: true });
});

/** A server with room for streams of so many cores, however large the machine of this test is. */
async function aServer(roomCores: number, env: Readonly<Record<string, string>> = {}, folder?: string): Promise<void> {
  application = await startApplication({
    env: {
      ...{ ADMISSION: 'enforce', ADMISSION_SHARE: `${roomCores / coresAvailable()}`, FFMPEG_PATH: ffmpeg.path },
      ...env,
    },
    ...(folder !== undefined && { folder }),
  });
}

const api = () => request(application.server);
const start = (id: string, qualities: readonly string[] = ['720p', '480p', '360p']) =>
  api().post('/streams').send({ stream_id: id, source_url: 'rtmp://media.example.com/live/key', qualities });
const capacity = async () => (await api().get('/capacity')).body;
const untilMeasured = () =>
  until('the machine is measured', async () => {
    const answer = await capacity();
    return answer.calibration.origin === 'measured' && answer;
  });

describe('a stream that does not fit', () => {
  it('is refused with what it needs, what is free, and a smaller ladder, which is then taken', async () => {
    await aServer(1);
    await untilMeasured();
    expect((await start('first', ['720p'])).status).toBe(201);
    const { free, total } = await capacity();

    const refused = await start('second');
    expect([refused.status, refused.headers['content-type']]).toEqual([503, 'application/problem+json']);
    expect(refused.headers['retry-after']).toBe('10');
    expect(refused.body).toMatchObject({ code: 'capacity-exceeded', stream_id: 'second', total: 1 });
    expect([total, refused.body.free]).toEqual([1, expect.closeTo(free, 1)]);
    expect(refused.body.needs).toBeGreaterThan(refused.body.free);
    expect(refused.body.detail).toContain(`needs ${refused.body.needs} processor cores`);
    expect(refused.body.suggestion).toEqual(['360p']);
    expect(application.pipelines.started).toHaveLength(1);

    expect((await start('second', refused.body.suggestion)).status).toBe(201);
    expect((await start('second')).body.code).toBe('stream-exists');
  });

  it('is told that nothing smaller would fit either, when that is so', async () => {
    await aServer(0.05);
    await untilMeasured();
    const { status, body } = await start('camera');
    expect([status, body.suggestion]).toEqual([503, null]);
    expect(body.detail).toContain('No smaller ladder would fit');
  });

  it('is taken once another has ended', async () => {
    await aServer(1);
    await untilMeasured();
    await start('first');
    expect((await start('second')).status).toBe(503);
    await api().delete('/streams/first');
    expect((await start('second')).status).toBe(201);
  });

  it('is started all the same where ADMISSION is warn, or off', async () => {
    await aServer(0.05, { ADMISSION: 'warn' });
    await untilMeasured();
    expect((await start('camera')).status).toBe(201);
    await application.remove();
    await aServer(0.05, { ADMISSION: 'off' });
    expect((await start('camera')).status).toBe(201);
  });

  it('goes on after a restart of the server, even when there is no room for it any more', async () => {
    await aServer(1);
    await untilMeasured();
    await start('camera');
    await application.close();
    await aServer(0.05, {}, application.folder);
    await until('the stream is resumed', () => application.pipelines.of('camera'));
    expect(await capacity()).toMatchObject({ free: 0, streams: [{ stream_id: 'camera' }] });
  });
});

describe('what a stream is expected to need', () => {
  it('is known better when its source is', async () => {
    await aServer(4);
    await untilMeasured();
    await start('camera', ['1080p', '720p', '360p']);
    const [before] = (await capacity()).streams;
    // The source turns out to be 720p: 1080p is left out.
    application.pipelines.of('camera').open();
    const [after] = (await capacity()).streams;
    expect([before.source_known, after.source_known]).toEqual([false, true]);
    expect(after.cores).toBeLessThan(before.cores / 1.5);
    expect(after.intake + after.encoders + after.packaging).toBeCloseTo(after.cores, 1);
  });

  it('is read from the URL of the test picture', async () => {
    await aServer(4);
    await untilMeasured();
    const picture = { stream_id: 'small', source_url: 'test:?size=320x180&rate=25', qualities: ['1080p', '240p'] };
    await api().post('/streams').send(picture);
    const [{ cores }] = (await capacity()).streams;
    expect(cores).toBeLessThan(0.2);
  });

  it('is in the metrics, summed up, with what there is', async () => {
    await aServer(1);
    await untilMeasured();
    await start('camera', ['720p']);
    const { committed } = await capacity();
    const { text } = await api().get('/metrics');
    const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value('lockstep_capacity_cores')).toBeCloseTo(1, 6);
    expect(value('lockstep_capacity_committed_cores')).toBeCloseTo(committed, 2);
    expect(committed).toBeGreaterThan(0.3);
  });
});

describe('measuring the machine', () => {
  it('happens once, at the first boot, and is kept', async () => {
    await aServer(1);
    const { calibration } = await untilMeasured();
    expect(calibration).toMatchObject({
      preset: 'veryfast',
      measured_at: application.clock.now() / 1000,
      costs: { encode_megapixel_ms: 9.764, sound_second_ms: 20 },
    });
    const runs = (await ffmpeg.runs()).length;
    await application.close();
    await aServer(1, {}, application.folder);
    await untilMeasured();
    expect(await ffmpeg.runs()).toHaveLength(runs);
  });

  it('happens again when the preset is another one', async () => {
    await aServer(1);
    const before = await untilMeasured();
    await application.close();
    await aServer(1, { ENCODER_PRESET: 'slow' }, application.folder);
    const after = await untilMeasured();
    expect(after.calibration.costs.encode_megapixel_ms).toBeGreaterThan(
      before.calibration.costs.encode_megapixel_ms * 2,
    );
  });

  it('happens again when what was kept is damaged', async () => {
    await aServer(1);
    await untilMeasured();
    const runs = (await ffmpeg.runs()).length;
    await application.close();
    const file = join(application.folder, 'data', 'calibration.json');
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 40));
    await aServer(1, {}, application.folder);
    await untilMeasured();
    expect(await ffmpeg.runs()).toHaveLength(2 * runs);
  });

  it('happens again on demand', async () => {
    await aServer(1);
    await untilMeasured();
    const runs = (await ffmpeg.runs()).length;
    const { status, body } = await api().post('/capacity/calibrate');
    expect([status, body.calibration.origin]).toEqual([200, 'measured']);
    expect(await ffmpeg.runs()).toHaveLength(2 * runs);
  });

  it('that fails says why, and leaves what was known', async () => {
    await aServer(1);
    const { calibration } = await untilMeasured();
    await ffmpeg.fail();
    const { status, body } = await api().post('/capacity/calibrate');
    expect([status, body.code, body.said]).toEqual([503, 'calibration-failed', ['Cannot allocate memory']]);
    expect((await capacity()).calibration).toMatchObject({
      ...{ origin: 'measured', costs: calibration.costs },
      last_problem: expect.stringContaining('Cannot allocate memory'),
    });
  });

  it('is left alone where nobody asks for it', async () => {
    await aServer(1, { ADMISSION: 'off' });
    expect((await capacity()).calibration).toMatchObject({ origin: 'built-in', measuring: false });
    expect(await ffmpeg.runs()).toHaveLength(0);
    await api().post('/capacity/calibrate');
    expect((await capacity()).calibration.origin).toBe('measured');
  });

  it('makes only those wait who would be refused by the guesses used until then', async () => {
    await ffmpeg.hold();
    await aServer(1);
    expect((await start('small', ['240p'])).status).toBe(201);
    const held = Promise.all([start('default'), start('default')]);
    await until('the measurement has begun', async () => (await ffmpeg.runs()).length > 0);
    expect((await capacity()).calibration).toMatchObject({ origin: 'built-in', measuring: true });
    await api().delete('/streams/small');
    await ffmpeg.open();
    expect((await held).map(({ status }) => status).sort()).toEqual([200, 201]);
    expect((await capacity()).streams).toHaveLength(1);
  });
});

describe('the cores of this machine', () => {
  it('are told, no more than there are', async () => {
    await aServer(1);
    const { cores, total } = await capacity();
    expect(cores).toBeGreaterThan(0);
    expect(cores).toBeLessThanOrEqual(availableParallelism());
    expect(total).toBe(1);
  });
});
