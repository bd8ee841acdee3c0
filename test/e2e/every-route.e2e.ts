/** Every operation of the API's description is asked once, and answers as described. No operation is left out. */
import type { OpenAPIObject } from '@nestjs/swagger';
import request, { type Response } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiContract, type ApiContract } from '../support/api-contract.js';
import { startApplication, type TestApplication } from '../support/application.js';
import { freePort } from '../support/free-port.js';
import { INIT } from '../support/scripted-pipeline.js';
import { until } from '../support/until.js';

let application: Awaited<ReturnType<typeof startApplication>>;
let contract: ApiContract;

/** A stream that plays, and webhooks that find nobody. */
beforeAll(async () => {
  application = await startApplication({
    env: {
      WEBHOOK_URLS: `http://127.0.0.1:${await freePort()}/hook`,
      WEBHOOK_SECRET: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
      WEBHOOK_EVENTS: 'stream.started',
    },
  });
  contract = apiContract((await api().get('/openapi.json')).body as OpenAPIObject);
  await api()
    .post('/streams')
    .send({ stream_id: 'demo', source_url: 'test:?size=1280x720', qualities: ['480p', '360p'] });
  const pipeline = application.pipelines.of('demo');
  pipeline.open();
  pipeline.publish(100);
  pipeline.publish(101);
});
afterAll(() => application.remove());

const api = () => request(application.server);
const another = (id: string) => ({ stream_id: id, source_url: 'test:' });

async function someDelivery(): Promise<string> {
  const list = async () => (await api().get('/webhooks/deliveries')).body as { deliveries?: { id: string }[] };
  const { id } = await until('there is a delivery', async () => (await list()).deliveries?.[0]);
  return id;
}

/** What is asked, and the status that is expected. */
const CASES: Readonly<Record<string, readonly [() => Promise<Response>, number]>> = {
  'GET /streams': [async () => api().get('/streams?state=live&limit=1'), 200],
  'POST /streams': [async () => api().post('/streams').send(another('second')), 201],
  'GET /streams/{id}': [async () => api().get('/streams/demo'), 200],
  'PATCH /streams/{id}': [async () => api().patch('/streams/demo').send({ title: 'Stadium' }), 200],
  'DELETE /streams/{id}': [
    async () => {
      await api().post('/streams').send(another('brief'));
      return api().delete('/streams/brief');
    },
    200,
  ],
  'GET /streams/{id}/explain': [async () => api().get('/streams/demo/explain'), 200],
  'POST /streams/{id}/source': [async () => api().post('/streams/demo/source').send({ index: 0 }), 200],
  'POST /streams/{id}/heartbeat': [async () => api().post('/streams/demo/heartbeat'), 200],
  'POST /streams/{id}/playback-links': [
    () =>
      elsewhere({ PLAYBACK_SECRET: 'a-secret-of-some-length' }, async ({ server }) => {
        await request(server).post('/streams').send(another('demo'));
        return request(server).post('/streams/demo/playback-links').send({ expires_in: 3600 });
      }),
    200,
  ],
  'GET /streams/{id}/thumbnail': [async () => api().get('/streams/demo/thumbnail'), 404],
  'GET /streams/{id}/viewers': [async () => api().get('/streams/demo/viewers'), 200],
  'GET /streams/{id}/events': [async () => api().get('/streams/demo/events'), 200],
  'GET /streams/events': [async () => api().get('/streams/events'), 200],
  'GET /ladder': [async () => api().get('/ladder'), 200],
  'GET /capacity': [async () => api().get('/capacity'), 200],
  'POST /capacity/calibrate': [
    () =>
      elsewhere({ FFMPEG_PATH: '/nonexistent/ffmpeg' }, async ({ server }) =>
        request(server).post('/capacity/calibrate'),
      ),
    503,
  ],
  'GET /viewers': [async () => api().get('/viewers'), 200],
  'GET /webhooks/deliveries': [async () => api().get('/webhooks/deliveries'), 200],
  'GET /webhooks/deliveries/{id}': [async () => api().get(`/webhooks/deliveries/${await someDelivery()}`), 200],
  'POST /webhooks/deliveries/{id}/redeliver': [
    async () => api().post(`/webhooks/deliveries/${await someDelivery()}/redeliver`),
    202,
  ],
  'GET /whoami': [async () => api().get('/whoami'), 200],
  'GET /log-level': [async () => api().get('/log-level'), 200],
  'PUT /log-level': [async () => api().put('/log-level').send({ level: 'silent' }), 200],
  'GET /health': [async () => api().get('/health'), 200],
  'GET /health/live': [async () => api().get('/health/live'), 200],
  'GET /health/ready': [async () => api().get('/health/ready'), 200],
  'GET /metrics': [async () => api().get('/metrics'), 200],
  'GET /problems': [async () => api().get('/problems'), 200],
  'GET /problems/{code}': [async () => api().get('/problems/stream-not-found'), 200],
  'GET /time': [async () => api().get('/time'), 200],
  'GET /streams/{id}/playlist.m3u8': [async () => api().get('/streams/demo/playlist.m3u8'), 200],
  'GET /streams/{id}/manifest.mpd': [async () => api().get('/streams/demo/manifest.mpd'), 200],
  'GET /streams/{id}/manifest-timeline.mpd': [async () => api().get('/streams/demo/manifest-timeline.mpd'), 200],
  'GET /streams/{id}/{rendition}/playlist.m3u8': [async () => api().get('/streams/demo/480p/playlist.m3u8'), 200],
  'GET /streams/{id}/{rendition}/{file}': [async () => api().get(`/streams/demo/480p/${INIT}`), 200],
};

/** Of a server with other settings. */
async function elsewhere(
  env: Readonly<Record<string, string>>,
  ask: (other: TestApplication) => Promise<Response>,
): Promise<Response> {
  const other = await startApplication({ env });
  try {
    return await ask(other);
  } finally {
    await other.remove();
  }
}

describe('every operation of the API', () => {
  it.each(Object.entries(CASES))('%s answers as its description says', async (name, [ask, expected]) => {
    const response = await ask();
    expect(response.status, response.text).toBe(expected);
    contract.check(name, response);
  });

  it('is asked here', () => {
    expect(Object.keys(CASES).sort()).toEqual(contract.operations.map(({ name }) => name).sort());
  });
});
