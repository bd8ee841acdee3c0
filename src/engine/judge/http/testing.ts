/** Answers for the judge's own tests: what a good server says, and what a test changes of it. */
import type { Ask, Exchange } from './exchange.js';

export interface AnswerOptions {
  readonly url?: string;
  readonly method?: string;
  readonly status?: number;
  /** An undefined value takes a header away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly headerAfterMs?: number;
  readonly doneAfterMs?: number;
  readonly sentAtMs?: number;
  readonly truncated?: boolean;
}

const GOOD = { 'access-control-allow-origin': '*', 'cache-control': 'no-store' };

export function anAnswer(options: AnswerOptions = {}): Exchange {
  const body = Buffer.from(options.body ?? '');
  const headers = Object.entries({ ...GOOD, ...options.headers }).filter(([, value]) => value !== undefined);
  const { headerAfterMs = 5, doneAfterMs = headerAfterMs + 5 } = options;
  return {
    url: options.url ?? 'http://stream.test/demo/playlist.m3u8',
    method: options.method ?? 'GET',
    requestHeaders: { 'accept-encoding': 'gzip', origin: 'https://player.example', ...options.requestHeaders },
    status: options.status ?? 200,
    headers: Object.fromEntries(headers),
    ...{ body, headerAfterMs, doneAfterMs, sentAtMs: options.sentAtMs ?? 0 },
    bursts: body.length > 0 ? [{ atMs: headerAfterMs, bytes: body.length }] : [],
    truncated: options.truncated ?? false,
  };
}

/** A server: answers by path and query, 404 for all else. What was asked is in `asked`. */
export function aServer(
  answers: (path: string, headers: Readonly<Record<string, string>>) => AnswerOptions | undefined,
) {
  const asked: string[] = [];
  const ask: Ask = async (url, { method = 'GET', headers = {}, signal } = {}) => {
    await Promise.resolve();
    signal?.throwIfAborted();
    const { pathname, search } = new URL(url);
    asked.push(`${method} ${pathname}${search}`);
    const answer = answers(pathname + search, headers) ?? { status: 404 };
    return anAnswer({ ...answer, url, method, sentAtMs: Date.now(), requestHeaders: headers });
  };
  return { ask, asked };
}
