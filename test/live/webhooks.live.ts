/** Webhooks of the built server, through a death in the middle. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStream } from '../support/api.js';
import { freePort } from '../support/free-port.js';
import { startServer, type RunningServer } from '../support/server.js';
import { SECRET, verified, WebhookReceiver } from '../support/webhook-receiver.js';
import { until } from '../support/until.js';

interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly attempts: number;
}

let receiver: WebhookReceiver;
let server: RunningServer;

beforeEach(async () => {
  receiver = await WebhookReceiver.listen();
});
afterEach(async () => {
  await server.stop();
  await receiver.close();
});

const deliveries = async (query = ''): Promise<Delivery[]> => {
  const answer = await fetch(`${server.url}/webhooks/deliveries${query}`);
  return ((await answer.json()) as { deliveries: Delivery[] }).deliveries;
};
const launch = (urls: string): Promise<RunningServer> =>
  startServer({ env: { WEBHOOK_URLS: urls, WEBHOOK_SECRET: SECRET } });

describe('the webhook outbox', () => {
  it('loses nothing when the server is killed: what was refused before is delivered after, once, under its id', async () => {
    receiver.answer = 503;
    server = await launch(receiver.url);
    await startStream(server.url, { stream_id: 'demo', source_url: 'test:', qualities: ['360p'] });
    await until('both events were refused', () => new Set(receiver.ids).size === 2, 60_000);
    await server.kill();
    const refused = new Set(receiver.ids);
    receiver.answer = 204;
    receiver.received.length = 0;
    server = await server.restart();
    await until('both are delivered', async () => {
      const delivered = (await deliveries('?status=delivered')).map(({ id }) => id);
      return [...refused].every((id) => delivered.includes(id));
    });
    for (const id of refused) expect(receiver.ids.filter((came) => came === id)).toHaveLength(1);
    const events = receiver.received.map((came) => verified(came) as { type: string; data: { resumed?: boolean } });
    expect(events.filter(({ type }) => type === 'stream.started').map(({ data }) => data.resumed)).toEqual(
      expect.arrayContaining([false, true]),
    );
  });

  it('is written before the client has its answer: a server that is killed at that moment tells it in its next life', async () => {
    const port = await freePort();
    server = await launch(`http://127.0.0.1:${port}/`);
    await startStream(server.url, { stream_id: 'demo', source_url: 'test:', qualities: ['360p'] });
    // At the very moment the answer is there.
    await server.kill();
    server = await server.restart();
    expect((await deliveries('?stream_id=demo')).at(-1)).toMatchObject({ type: 'stream.started' });
    const late = await WebhookReceiver.listen(port);
    try {
      await until('it is told', () => late.types.includes('stream.started'), 60_000);
    } finally {
      await late.close();
    }
  });
});
