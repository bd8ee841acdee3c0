/** Every problem that the API's description names is brought about once, and looks as described. None is left out. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { sql, type Kysely } from 'kysely';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request, { type Response } from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SerializedProblem } from '../../src/engine/problem.js';
import { ALL_FACES, DATABASE, hashToken, newToken, type Database } from '../../src/platform/index.js';
import { EventStreams } from '../../src/streams/subscribers/index.js';
import { apiContract, type ApiContract } from '../support/api-contract.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { pretendFfmpeg } from '../support/pretend-ffmpeg.js';

let contract: ApiContract;
let folder: string;
let application: TestApplication | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-problems-'));
  const { server } = await aServer();
  contract = apiContract((await request(server).get('/openapi.json')).body as OpenAPIObject);
});
afterEach(async () => {
  await application?.remove();
  application = undefined;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function aServer(env: Readonly<Record<string, string>> = {}): Promise<TestApplication> {
  await application?.remove();
  application = await startApplication({ env });
  return application;
}

/** A server, and what is asked of it. */
const api = async (env?: Readonly<Record<string, string>>) => request((await aServer(env)).server);

const CAMERA = { stream_id: 'camera', source_url: 'rtmp://127.0.0.1/live/key', qualities: ['480p'] };
const READER = newToken();
const SOME_TOKEN = { API_TOKENS: `reader:read:${hashToken(READER)}` };
const SIGNED = { PLAYBACK_SECRET: 'a-secret-of-some-length' };
const NO_FFMPEG = { FFMPEG_PATH: '/nonexistent/ffmpeg' };

const start = async (fields: object = {}, env?: Readonly<Record<string, string>>): Promise<Response> =>
  (await api(env)).post('/streams').send({ ...CAMERA, ...fields });

/** With a stream that was started, or plays. */
const withStream = async (env?: Readonly<Record<string, string>>) => {
  const { status } = await start({}, env);
  expect(status).toBe(201);
  return request(application!.server);
};
const withPlayingStream = async (env?: Readonly<Record<string, string>>) => {
  const asked = await withStream(env);
  const pipeline = application!.pipelines.of('camera');
  pipeline.open();
  for (const segment of [100, 101, 102, 103]) pipeline.publish(segment);
  return asked;
};

/** Waits for a stream that fails before it plays. */
async function failing(code: SerializedProblem['code']): Promise<Response> {
  const { server, pipelines } = await aServer();
  const waiting = request(server).post('/streams?wait=playable').send(CAMERA).then();
  await vi.waitUntil(() => pipelines.of('camera'));
  pipelines.of('camera').tell({ kind: 'failed', problem: { code, facts: {}, detail: code } });
  return waiting;
}

async function oldFfmpeg(): Promise<string> {
  const path = join(folder, 'old-ffmpeg');
  await writeFile(path, '#!/bin/sh\necho "ffmpeg version 4.0 Copyright (c) the FFmpeg developers"\n', { mode: 0o755 });
  return path;
}

/** Which operation is asked, and how. */
const CASES: Readonly<Record<string, readonly [string, () => Promise<Response>]>> = {
  'request-invalid': ['POST /streams', () => start({ stream_id: '../etc' })],
  'body-unreadable': [
    'POST /streams',
    async () => (await api()).post('/streams').set('content-type', 'application/json').send('{'),
  ],
  'body-too-large': ['POST /streams', () => start({ title: 'x'.repeat(70_000) })],
  'media-type-unsupported': [
    'POST /streams',
    async () => (await api()).post('/streams').set('content-type', 'text/plain').send('camera'),
  ],
  'route-not-found': ['GET /problems/{code}', async () => (await api()).get('/problems/nothing')],
  'token-missing': ['GET /streams', async () => (await api(SOME_TOKEN)).get('/streams')],
  'token-refused': [
    'GET /streams',
    async () => (await api(SOME_TOKEN)).get('/streams').set('authorization', `Bearer ${newToken()}`),
  ],
  'scope-missing': [
    'DELETE /streams/{id}',
    async () => (await api(SOME_TOKEN)).delete('/streams/camera').set('authorization', `Bearer ${READER}`),
  ],
  'host-not-allowed': ['GET /streams', async () => (await api()).get('/streams').set('host', 'elsewhere.example.com')],
  'origin-not-allowed': [
    'POST /streams',
    async () => (await api()).post('/streams').set('origin', 'https://elsewhere.example.com').send(CAMERA),
  ],
  'too-many-requests': [
    'DELETE /streams/{id}',
    async () => {
      const asked = await api({ WRITE_RATE_LIMIT: '1' });
      await asked.delete('/streams/camera');
      return asked.delete('/streams/camera');
    },
  ],
  'stream-not-found': ['GET /streams/{id}', async () => (await api()).get('/streams/camera')],
  'stream-exists': [
    'POST /streams',
    async () => (await withStream()).post('/streams').send({ ...CAMERA, qualities: ['360p'] }),
  ],
  'stream-over': [
    'PATCH /streams/{id}',
    async () => {
      const asked = await withStream();
      application!.pipelines.of('camera').tell({ kind: 'ended', reason: 'source-ended' });
      return asked.patch('/streams/camera').send({ title: 'Late' });
    },
  ],
  'quality-unknown': ['POST /streams', () => start({ qualities: ['9000p'] })],
  'source-scheme-not-allowed': ['POST /streams', () => start({}, { SOURCE_SCHEMES: 'srt,test' })],
  'source-file-not-allowed': ['POST /streams', () => start({ source_url: 'file:///etc/passwd' })],
  'source-address-not-allowed': ['POST /streams', () => start({}, { SOURCE_ALLOWED_ADDRESSES: '192.0.2.0/24' })],
  'source-without-picture': ['POST /streams', () => failing('source-without-picture')],
  'source-without-media': ['POST /streams', () => failing('source-without-media')],
  'source-given-up': ['POST /streams', () => failing('source-given-up')],
  'clock-behind': ['POST /streams', () => failing('clock-behind')],
  'source-index-unknown': [
    'POST /streams/{id}/source',
    async () => (await withStream()).post('/streams/camera/source').send({ index: 1 }),
  ],
  'capacity-exceeded': [
    'POST /streams',
    () => start({ qualities: ['1080p'] }, { ...NO_FFMPEG, ADMISSION: 'enforce', ADMISSION_SHARE: '0.1' }),
  ],
  'database-not-writable': [
    'POST /streams',
    async () => {
      const { app, server } = await aServer();
      const refuse = (how: number) =>
        sql.raw(`pragma query_only = ${how}`).execute(app.get<Kysely<Database>>(DATABASE));
      await refuse(1);
      const response = await request(server).post('/streams').send(CAMERA);
      await refuse(0);
      return response;
    },
  ],
  'ffmpeg-missing': ['POST /capacity/calibrate', async () => (await api(NO_FFMPEG)).post('/capacity/calibrate')],
  'ffmpeg-too-old': [
    'POST /capacity/calibrate',
    async () => (await api({ FFMPEG_PATH: await oldFfmpeg() })).post('/capacity/calibrate'),
  ],
  'calibration-failed': [
    'POST /capacity/calibrate',
    async () => {
      const ffmpeg = await pretendFfmpeg(folder);
      await ffmpeg.fail();
      return (await api({ FFMPEG_PATH: ffmpeg.path })).post('/capacity/calibrate');
    },
  ],
  'not-ready': ['GET /health/ready', async () => (await api(NO_FFMPEG)).get('/health/ready')],
  'thumbnail-not-available': [
    'GET /streams/{id}/thumbnail',
    async () => (await withStream()).get('/streams/camera/thumbnail'),
  ],
  'webhook-delivery-not-found': [
    'GET /webhooks/deliveries/{id}',
    async () => (await api()).get('/webhooks/deliveries/nothing'),
  ],
  'too-many-event-streams': [
    'GET /streams/events',
    async () => (await api({ EVENT_STREAMS: '0' })).get('/streams/events').set('accept', 'text/event-stream'),
  ],
  'server-stopping': [
    'GET /streams/events',
    async () => {
      const { app, server } = await aServer();
      app.get(EventStreams).onModuleDestroy();
      return request(server).get('/streams/events').set('accept', 'text/event-stream');
    },
  ],
  'playlist-not-found': [
    'GET /streams/{id}/playlist.m3u8',
    async () => (await api()).get('/streams/camera/playlist.m3u8'),
  ],
  'stream-starting': [
    'GET /streams/{id}/playlist.m3u8',
    async () => (await withStream({ SEGMENT_DURATION: '1' })).get('/streams/camera/playlist.m3u8'),
  ],
  'media-not-found': [
    'GET /streams/{id}/{rendition}/{file}',
    async () => (await withPlayingStream()).get('/streams/camera/480p/7.m4s'),
  ],
  'delivery-directive-invalid': [
    'GET /streams/{id}/{rendition}/playlist.m3u8',
    async () => (await withPlayingStream()).get('/streams/camera/480p/playlist.m3u8?_HLS_part=1'),
  ],
  'delivery-too-far-ahead': [
    'GET /streams/{id}/{rendition}/playlist.m3u8',
    async () => (await withPlayingStream()).get('/streams/camera/480p/playlist.m3u8?_HLS_msn=9000'),
  ],
  'delivery-timed-out': [
    'GET /streams/{id}/{rendition}/playlist.m3u8',
    async () =>
      (await withPlayingStream({ SEGMENT_DURATION: '1' })).get('/streams/camera/480p/playlist.m3u8?_HLS_msn=104'),
  ],
  'playback-link-invalid': [
    'GET /streams/{id}/playlist.m3u8',
    async () => (await withPlayingStream(SIGNED)).get('/streams/camera/playlist.m3u8'),
  ],
  'playback-link-expired': [
    'GET /streams/{id}/playlist.m3u8',
    async () => {
      const asked = await withPlayingStream(SIGNED);
      const { body } = await asked.post('/streams/camera/playback-links').send({ expires_in: 60 });
      const { hls_url, expires_at } = body as { hls_url: string; expires_at: number };
      application!.clock.advance(expires_at - application!.clock.now() / 1000);
      return asked.get(hls_url);
    },
  ],
  internal: [
    'GET /streams',
    async () => {
      const { server, streams } = await aServer();
      vi.spyOn(streams, 'list').mockImplementation(() => {
        throw new Error('a mistake of ours');
      });
      return request(server).get('/streams');
    },
  ],
};

describe('every problem of the API', () => {
  it.each(Object.entries(CASES))('%s looks as its description says', async (code, [operation, provoke]) => {
    const response = await provoke();
    expect(response.body, response.text).toMatchObject({ code, status: ALL_FACES[code]!.status });
    expect(response.status).toBe(ALL_FACES[code]!.status);
    expect(response.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
    contract.check(operation, response);
  });

  it('is brought about here', () => {
    const described = new Set(contract.operations.flatMap(({ problems }) => problems));
    expect(Object.keys(CASES).sort()).toEqual([...described].sort());
  });
});
