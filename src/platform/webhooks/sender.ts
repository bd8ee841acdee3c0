/** Posts one webhook, once: bounded in time, in what it reads, and in whom it may reach. */
import { Inject, Injectable } from '@nestjs/common';
import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { AddressPolicy, resolveAllowed, type Lookup } from '../../engine/net/index.js';
import { Problem } from '../../engine/problem.js';
import { SETTINGS, type Settings } from '../settings/index.js';

export interface WebhookPost {
  readonly url: string;
  /** The operator named the address: it may be any. */
  readonly trusted: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came of an attempt. */
export type WebhookAnswer =
  | { readonly status: number; /** Seconds. */ readonly retryAfter?: number }
  /** No answer; why, in words that hold no secrets. */
  | { readonly status: undefined; readonly error: string };

/** How the names of webhooks that streams bring along are resolved: by the system, or as a test pleases. */
export const WEBHOOK_LOOKUP = Symbol('WEBHOOK_LOOKUP');
export const systemLookup: Lookup = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

export const ATTEMPT_TIMEOUT_SECONDS = 10;
/** Of the answer's body; it is not looked at, only let in, so that the receiver can finish. */
const READ_BYTES = 64 * 1024;

@Injectable()
export class WebhookSender {
  /** Shorter in tests, Unix ms. */
  timeoutMs = ATTEMPT_TIMEOUT_SECONDS * 1000;
  private readonly policy: AddressPolicy;

  constructor(
    @Inject(SETTINGS) { sourceAllowedAddresses }: Settings,
    @Inject(WEBHOOK_LOOKUP) private readonly lookup: Lookup,
  ) {
    this.policy = AddressPolicy.allowing(sourceAllowedAddresses ?? []);
  }

  /** Rejects only when `signal` is aborted. Redirects are not followed: an answer is what the receiver itself says. */
  async send(post: WebhookPost, signal: AbortSignal): Promise<WebhookAnswer> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    const either = AbortSignal.any([signal, timeout]);
    try {
      const addresses = post.trusted ? undefined : await abortable(this.allowedAddresses(post.url), either);
      return await exchange(post, addresses, either);
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.aborted) return { status: undefined, error: `no answer within ${this.timeoutMs / 1000} s` };
      return { status: undefined, error: wordsOf(error) };
    }
  }

  private allowedAddresses(url: string): Promise<readonly string[]> {
    return resolveAllowed(new URL(url).hostname, this.policy, this.lookup);
  }
}

function exchange(
  { url, headers, body }: WebhookPost,
  addresses: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const post = url.toLowerCase().startsWith('https:') ? httpsRequest : httpRequest;
  const options: RequestOptions = {
    ...{ method: 'POST', agent: false, signal },
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    // The addresses that were checked, not what a second look-up would say.
    ...(addresses && { lookup: pinned(addresses) }),
  };
  return new Promise((resolve, reject) => {
    let answer: WebhookAnswer | undefined;
    const request = post(url, options, (response) => {
      const came = (answer = answerOf(response));
      void drained(response).then(() => resolve(came));
    });
    // What goes wrong behind the head of an answer changes nothing about what it said.
    request.on('error', (error) => (answer ? resolve(answer) : reject(error)));
    request.end(body);
  });
}

/** Reads to the end, or as far as is read; the status is known whatever comes. */
async function drained(response: IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length;
      if (bytes > READ_BYTES) return;
    }
  } catch {
    return;
  }
}

function answerOf({ statusCode, headers }: IncomingMessage): WebhookAnswer {
  const asked = /^\d{1,9}$/.exec(headers['retry-after'] ?? '')?.[0];
  return { status: statusCode ?? 0, ...(asked !== undefined && { retryAfter: Number(asked) }) };
}

const pinned =
  (addresses: readonly string[]): LookupFunction =>
  (_host, options, callback) => {
    const all = addresses.map((address) => ({ address, family: isIP(address) }));
    if (options.all) callback(null, all);
    else callback(null, all[0]!.address, all[0]!.family);
  };

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Codes of the system, such as ECONNREFUSED, and not its messages: those name what a host resolves to. */
function wordsOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  const { code, name } = error as { code?: string; name?: string };
  return code ?? name ?? 'unknown';
}
