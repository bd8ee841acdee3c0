import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebhookReceiver } from '../../../test/support/webhook-receiver.js';
import { readSettings } from '../settings/index.js';
import { WebhookSender, type WebhookPost } from './sender.js';

let receiver: WebhookReceiver;
let resolved: string[];

beforeEach(async () => {
  receiver = await WebhookReceiver.listen();
  resolved = [];
});
afterEach(() => receiver.close());

/** Names are resolved to what the test says. */
function aSender(addresses: readonly string[], env: Record<string, string> = {}): WebhookSender {
  const sender = new WebhookSender(readSettings(env), (host) => {
    resolved.push(host);
    return Promise.resolve(addresses);
  });
  sender.timeoutMs = 1000;
  return sender;
}
const to = (host: string, more: Partial<WebhookPost> = {}): WebhookPost => ({
  ...{ url: `http://${host}:${receiver.port}/hook`, trusted: false, headers: { 'x-test': '1' }, body: '{"a":"ä"}' },
  ...more,
});
const send = (sender: WebhookSender, post: WebhookPost) => sender.send(post, new AbortController().signal);

describe('a webhook that a stream brought along', () => {
  it('goes to the address that was checked, and the name is asked for once', async () => {
    const sender = aSender(['127.0.0.1'], { SOURCE_ALLOWED_ADDRESSES: '127.0.0.1' });
    expect(await send(sender, to('ops.example.com'))).toEqual({ status: 204 });
    expect(resolved).toEqual(['ops.example.com']);
    expect(receiver.received).toMatchObject([
      { path: '/hook', body: '{"a":"ä"}', headers: { 'x-test': '1', 'content-length': '10' } },
    ]);
    expect(receiver.received[0]!.headers['host']).toBe(`ops.example.com:${receiver.port}`);
  });

  it.each([
    ['a name that stands for a private address', 'ops.example.com', ['10.0.0.1']],
    ['a name of which one address is private', 'ops.example.com', ['127.0.0.1', '8.8.8.8']],
    ['a private address', '127.0.0.1', ['8.8.8.8']],
    ['a private address as one number', '2130706433', ['8.8.8.8']],
    ['a private address in octal', '0177.0.0.1', ['8.8.8.8']],
    ['a private address of IPv6', '[::1]', ['8.8.8.8']],
    ['a private address in an address of IPv6', '[::ffff:127.0.0.1]', ['8.8.8.8']],
    ['no address in particular', '0.0.0.0', ['8.8.8.8']],
  ])('is not sent to %s', async (_, host, addresses) => {
    const answer = await send(aSender(addresses), to(host));
    expect(answer).toMatchObject({ status: undefined });
    expect((answer as { error: string }).error).toContain('SOURCE_ALLOWED_ADDRESSES');
    expect(receiver.received).toEqual([]);
  });

  it('says nothing of what a name stands for inside', async () => {
    const answer = await send(aSender(['10.11.12.13']), to('ops.example.com'));
    expect(JSON.stringify(answer)).not.toContain('10.11.12.13');
  });

  it('is no longer waited for when the resolver does not answer', async () => {
    const sender = new WebhookSender(readSettings({}), () => new Promise(() => undefined));
    sender.timeoutMs = 50;
    expect(await send(sender, to('ops.example.com'))).toEqual({
      status: undefined,
      error: 'no answer within 0.05 s',
    });
  });
});

describe('a webhook of the operator', () => {
  const toReceiver = (): WebhookPost => to('127.0.0.1', { trusted: true });

  it('may go to any address', async () => {
    expect(await send(aSender([]), toReceiver())).toEqual({ status: 204 });
    expect(resolved).toEqual([]);
  });

  it('tells what the receiver asks for', async () => {
    receiver.answer = (_, response) => response.writeHead(503, { 'retry-after': '120' }).end();
    expect(await send(aSender([]), toReceiver())).toEqual({ status: 503, retryAfter: 120 });
  });

  it('is delivered once the status says so, though the body never ends', async () => {
    receiver.answer = (_, response) => void response.writeHead(200).write('and then');
    const sender = aSender([]);
    sender.timeoutMs = 200;
    expect(await send(sender, toReceiver())).toEqual({ status: 200 });
  });

  it('reads no more of an answer than a little', async () => {
    let written = 0;
    let closed: Promise<unknown> = Promise.resolve();
    receiver.answer = (_, response) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      const flood = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) written += 65_536;
      };
      response.writeHead(200).on('drain', flood);
      flood();
    };
    expect(await send(aSender([]), toReceiver())).toEqual({ status: 200 });
    await closed;
    expect(written).toBeLessThan(20_000_000);
  });

  it('says with the word of the system why there was no answer', async () => {
    const nobody = toReceiver();
    await receiver.close();
    expect(await send(aSender([]), nobody)).toEqual({ status: undefined, error: 'ECONNREFUSED' });
    receiver = await WebhookReceiver.listen();
  });

  it('does not count as tried when the server leaves meanwhile', async () => {
    receiver.answer = 'hang';
    const leaving = new AbortController();
    const sent = aSender([]).send(toReceiver(), leaving.signal);
    leaving.abort(new Error('leaving'));
    await expect(sent).rejects.toThrow('leaving');
  });
});
