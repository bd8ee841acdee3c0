/** Webhooks, as a receiver and an operator meet them. */
import request from 'supertest';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Schedule, Webhooks, WebhookSender } from '../../src/platform/index.js';
import { startApplication } from '../support/application.js';
import { ManualClock } from '../support/manual-clock.js';
import { OTHER_SECRET, SECRET, verified, WebhookReceiver } from '../support/webhook-receiver.js';
import { until } from '../support/until.js';

type Application = Awaited<ReturnType<typeof startApplication>>;
let application: Application;
let receiver: WebhookReceiver;

const HOUR = 3600;
const camera = { stream_id: 'camera', source_url: 'rtmp://media.example.com/live/key', stale_after: null };

const launch = (env: Record<string, string> = {}): Promise<Application> =>
  startApplication({
    env: { WEBHOOK_URLS: receiver.url, WEBHOOK_SECRET: SECRET, ...env },
    clock: new ManualClock(Date.now()),
  });

beforeEach(async () => {
  receiver = await WebhookReceiver.listen();
  application = await launch();
});
afterEach(async () => {
  await application.remove();
  await receiver.close();
});

const api = () => request(application.server);
const start = (body: object = {}) =>
  api()
    .post('/streams')
    .send({ ...camera, ...body });
const deliveries = async (query = ''): Promise<Record<string, unknown>[]> =>
  (await api().get(`/webhooks/deliveries${query}`)).body.deliveries;
const idle = (): Promise<void> => application.app.get(Webhooks).idle();
/** So much later, everything that was due by then is over. */
async function later(seconds: number): Promise<void> {
  application.clock.advance(seconds);
  await application.app.get(Schedule).beat(application.clock.now());
  await idle();
}
const counts = async (outcome: string): Promise<string | undefined> =>
  (await api().get('/metrics')).text
    .split('\n')
    .find((line) => line.startsWith(`lockstep_webhook_deliveries_total{outcome="${outcome}"}`));

describe('a webhook', () => {
  it('carries the event, signed so that a receiver can check it', async () => {
    await start();
    await until('it came', () => receiver.received.length === 1);
    const [came] = receiver.received;
    const { body } = await api().get('/streams/camera/events');
    expect(verified(came!)).toEqual(body.events[0]);
    expect(came).toMatchObject({ path: '/hooks/token-0815', headers: { 'content-type': 'application/json' } });
    expect(() => verified({ ...came!, body: came!.body.replace('camera', 'forged') })).toThrow('No matching signature');
    expect(() => verified(came!, OTHER_SECRET)).toThrow('No matching signature');
  });

  it('is sent for the events of WEBHOOK_EVENTS and for no other', async () => {
    await start();
    const pipeline = application.pipelines.of('camera');
    pipeline.open();
    pipeline.publish(100);
    pipeline.tell({ kind: 'programme', step: 'repeat', onAir: 0, pinned: false });
    await api().delete('/streams/camera');
    await until('three came', () => receiver.received.length >= 3);
    await idle();
    expect(receiver.types.sort()).toEqual(['stream.playable', 'stream.started', 'stream.stopped']);
  });

  it('is signed with the old secret too while receivers change over', async () => {
    await application.remove();
    application = await launch({ WEBHOOK_SECRET: `${OTHER_SECRET},${SECRET}` });
    await start();
    await until('it came', () => receiver.received.length === 1);
    expect(verified(receiver.received[0]!, SECRET)).toEqual(verified(receiver.received[0]!, OTHER_SECRET));
  });
});

describe('a webhook that is not taken', () => {
  it('is tried again under the same id, with a signature of that moment', async () => {
    receiver.answer = 503;
    await start();
    await until('it came', () => receiver.received.length === 1);
    await idle();
    await later(3);
    expect(receiver.received).toHaveLength(1);
    receiver.answer = 200;
    await later(4);
    expect(new Set(receiver.ids).size).toBe(1);
    expect(receiver.received).toHaveLength(2);
    expect(verified(receiver.received[1]!)).toMatchObject({ type: 'stream.started' });
    const timestamps = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(timestamps[1]! - timestamps[0]!).toBe(7);
    expect(await deliveries()).toMatchObject([{ status: 'delivered', attempts: 2, last_status_code: 200 }]);
    expect(await counts('retried')).toMatch(/ 1$/);
    expect(await counts('delivered')).toMatch(/ 1$/);
  });

  it('is given up after three days, and can be sent again by hand', async () => {
    receiver.answer = 500;
    await start();
    await until('it came', () => receiver.received.length === 1);
    await idle();
    const beganAt = application.clock.now();
    let [delivery] = await deliveries();
    let lastAt = beganAt;
    while (delivery!['next_attempt_at'] !== null) {
      lastAt = application.clock.now();
      await later(Number(delivery!['next_attempt_at']) - application.clock.now() / 1000 + 0.001);
      [delivery] = await deliveries();
    }
    expect(delivery).toMatchObject({ status: 'failed', attempts: 16, last_error: 'answered 500' });
    expect(receiver.received).toHaveLength(16);
    expect((lastAt - beganAt) / 1000 / HOUR).toBeGreaterThan(2 * 24);
    expect((application.clock.now() - beganAt) / 1000 / HOUR).toBeLessThan(4 * 24);
    expect(await counts('failed')).toMatch(/ 1$/);

    receiver.answer = 200;
    const again = await api().post(`/webhooks/deliveries/${String(delivery!['id'])}/redeliver`);
    expect([again.status, again.body.status]).toEqual([202, 'pending']);
    await until('it came again', () => receiver.received.length === 17);
    await idle();
    expect(new Set(receiver.ids).size).toBe(1);
    expect(await deliveries()).toMatchObject([{ status: 'delivered', attempts: 1 }]);
    const { headers, body } = receiver.received[16]!;
    const signedAt = new Date(Number(headers['webhook-timestamp']) * 1000);
    expect(headers['webhook-signature']).toBe(new Webhook(SECRET).sign(headers['webhook-id']!, signedAt, body));
  });

  it('waits as long as the receiver asks for', async () => {
    receiver.answer = (_, response) => response.writeHead(429, { 'retry-after': '600' }).end();
    await start();
    await until('it came', () => receiver.received.length === 1);
    await idle();
    await later(599);
    expect(receiver.received).toHaveLength(1);
    await later(2);
    expect(receiver.received).toHaveLength(2);
  });

  it('is not sent where a redirect points', async () => {
    receiver.answer = (_, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    await start();
    await until('it came', () => receiver.received.length === 1);
    await idle();
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hooks/token-0815']);
    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({ status: 'pending', last_error: 'answered 302: redirects are not followed' });
  });

  it('waits in vain for ten seconds, and no other endpoint waits for it', async () => {
    const hanging = await WebhookReceiver.listen();
    hanging.answer = 'hang';
    await application.remove();
    application = await launch({ WEBHOOK_URLS: `${hanging.url},${receiver.url}` });
    application.app.get(WebhookSender).timeoutMs = 1500;
    for (const stream_id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) await start({ stream_id });
    await until('the other one has been told of all', () => receiver.received.length === 9, 1400);
    expect(hanging.received).toHaveLength(4);
    await until('it is noted', async () => (await deliveries()).some(({ last_error }) => last_error !== null));
    expect((await deliveries()).map(({ last_error }) => last_error)).toContain('no answer within 1.5 s');
    await application.app.close();
    await hanging.close();
    application = await launch();
  });

  it('goes on after a restart, under the same id', async () => {
    receiver.answer = 503;
    await start();
    await until('it came', () => receiver.received.length === 1);
    await idle();
    await application.close();
    receiver.answer = 200;
    const clock = application.clock;
    clock.advance(10);
    const env = { WEBHOOK_URLS: receiver.url, WEBHOOK_SECRET: SECRET, WEBHOOK_EVENTS: 'stream.failed' };
    application = await startApplication({ env, folder: application.folder, clock });
    await until('it came again', () => receiver.received.length === 2);
    expect(new Set(receiver.ids).size).toBe(1);
  });
});

describe('an endpoint that answers 410', () => {
  it('is told nothing more, until a redelivery succeeds', async () => {
    receiver.answer = 410;
    await start();
    await until('it came', () => receiver.received.length === 1);
    await idle();
    const [gone] = await deliveries();
    expect(gone).toMatchObject({ status: 'gone', last_error: 'answered 410: the endpoint wants no more' });
    await start({ stream_id: 'second' });
    await idle();
    expect(receiver.received).toHaveLength(1);

    receiver.answer = 200;
    await api().post(`/webhooks/deliveries/${String(gone!['id'])}/redeliver`);
    await until('it came', () => receiver.received.length === 2);
    await idle();
    await start({ stream_id: 'third' });
    await until('the next one came', () => receiver.received.length === 3);
    expect(JSON.parse(receiver.received[2]!.body)).toMatchObject({ data: { stream_id: 'third' } });
  });

  it('is still told nothing after a restart', async () => {
    receiver.answer = 410;
    await start();
    await until('it came', () => receiver.received.length === 1);
    await idle();
    await application.close();
    const env = { WEBHOOK_URLS: receiver.url, WEBHOOK_SECRET: SECRET };
    application = await startApplication({ env, folder: application.folder, clock: application.clock });
    await start({ stream_id: 'second' });
    await idle();
    expect(receiver.received).toHaveLength(1);
  });
});

describe('webhooks of a stream', () => {
  it('get the events it names, signed with its own secret, beside those of the operator', async () => {
    const own = await WebhookReceiver.listen();
    try {
      await start({ webhooks: [{ url: own.url, secret: OTHER_SECRET, events: ['stream.stopped'] }] });
      await start({ stream_id: 'other' });
      await api().delete('/streams/camera');
      await until('both were told', () => own.received.length === 1 && receiver.received.length === 3);
      expect(verified(own.received[0]!, OTHER_SECRET)).toMatchObject({ data: { stream_id: 'camera' } });
      expect(own.types).toEqual(['stream.stopped']);
      expect(new Set([...own.ids, ...receiver.ids]).size).toBe(4);
    } finally {
      await own.close();
    }
  });

  it('never show their secret or the path of their URL again', async () => {
    const started = await start({ webhooks: [{ url: receiver.url, secret: OTHER_SECRET }] });
    expect(started.body.webhooks).toEqual([{ url: `http://127.0.0.1:${receiver.port}/…`, events: null }]);
    await until('both were told', () => receiver.received.length === 2);
    const [delivery] = await deliveries();
    const answers = await Promise.all(
      ['/streams', '/streams/camera', '/webhooks/deliveries', `/webhooks/deliveries/${String(delivery!['id'])}`].map(
        async (path) => (await api().get(path)).text,
      ),
    );
    expect(answers.join()).not.toMatch(/whsec_|token-0815/);
  });

  it.each([
    ['a secret that is none', { url: 'https://a.example.com/', secret: 'hunter2' }, 'webhooks.0.secret'],
    ['a secret that is too short', { url: 'https://a.example.com/', secret: 'whsec_aGk=' }, 'webhooks.0.secret'],
    ['another scheme', { url: 'ftp://a.example.com/', secret: SECRET }, 'webhooks.0.url'],
    ['an address of a private network', { url: 'http://10.0.0.1/', secret: SECRET }, 'webhooks.0.url'],
    ['a private address in disguise', { url: 'http://[::ffff:a00:1]/', secret: SECRET }, 'webhooks.0.url'],
    ['a number that is a private address', { url: 'http://167772161/', secret: SECRET }, 'webhooks.0.url'],
    ['where a cloud keeps its secrets', { url: 'http://169.254.169.254/', secret: SECRET }, 'webhooks.0.url'],
    ['an event there is not', { url: 'https://a.example.com/', events: ['stream.exploded'] }, 'webhooks.0.events'],
    ['a field there is not', { url: 'https://a.example.com/', method: 'GET' }, 'webhooks.0.method'],
    ['what is no object', 'https://a.example.com/', 'webhooks.0'],
  ])('are refused with %s, naming the field', async (_, webhook, field) => {
    const answer = await start({ webhooks: [webhook] });
    expect([answer.status, answer.body.code]).toEqual([400, 'request-invalid']);
    expect(answer.body.errors.map(({ field: named }: { field: string }) => named)).toContain(field);
    expect(answer.text).not.toContain('hunter2');
    expect(application.pipelines.started).toHaveLength(0);
  });

  it('need a secret where the server has none', async () => {
    await application.remove();
    application = await startApplication();
    const answer = await start({ webhooks: [{ url: 'https://a.example.com/' }] });
    expect(answer.body.errors).toMatchObject([{ field: 'webhooks.0.secret' }]);
  });
});

describe('GET /webhooks/deliveries', () => {
  it('gives them newest first, page by page, all of them once', async () => {
    for (const stream_id of ['a', 'b', 'c', 'd', 'e']) await start({ stream_id });
    await until('all were told', () => receiver.received.length === 5);
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await api().get(`/webhooks/deliveries?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.deliveries.map((delivery: { stream_id: string }) => delivery.stream_id));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('finds them by stream and by what became of them', async () => {
    await start({ stream_id: 'a' });
    await until('it was told', () => receiver.received.length === 1);
    await idle();
    receiver.answer = 500;
    await start({ stream_id: 'b' });
    await until('it was told', () => receiver.received.length === 2);
    await idle();
    expect(await deliveries('?stream_id=a')).toMatchObject([{ stream_id: 'a', status: 'delivered' }]);
    expect(await deliveries('?status=pending')).toMatchObject([{ stream_id: 'b', last_error: 'answered 500' }]);
    expect((await api().get('/metrics')).text).toContain('lockstep_webhook_pending 1\n');
  });

  it('shows one with the event it carries', async () => {
    await start();
    const [delivery] = await deliveries();
    const { body } = await api().get(`/webhooks/deliveries/${String(delivery!['id'])}`);
    expect(body).toMatchObject({ ...delivery, event: { type: 'stream.started', data: { stream_id: 'camera' } } });
  });

  it.each([['?status=lost'], ['?limit=0'], ['?limit=many'], ['?stream_id=../etc'], ['?cursor=%27%20or%201=1']])(
    'refuses %s',
    async (query) => {
      const answer = await api().get(`/webhooks/deliveries${query}`);
      expect([answer.status, answer.body.code]).toEqual([400, 'request-invalid']);
    },
  );

  it('says that there is no delivery of an id', async () => {
    const answers = [
      await api().get('/webhooks/deliveries/none'),
      await api().post('/webhooks/deliveries/none/redeliver'),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [404, 'webhook-delivery-not-found'],
      [404, 'webhook-delivery-not-found'],
    ]);
  });

  it('forgets them after WEBHOOK_RETENTION', async () => {
    await start();
    await until('it was told', () => receiver.received.length === 1);
    await idle();
    await later(7 * 24 * HOUR - 60);
    expect(await deliveries()).toHaveLength(1);
    await later(120);
    expect(await deliveries()).toHaveLength(0);
  });
});
