/** Asks over HTTP and notes everything: timing, headers, bursts. One connection pool per judge. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Ask, AskOptions, Burst, Exchange } from './exchange.js';

/** No answer of a live stream is worth waiting for longer: the longest hold is three target durations. */
const TIMEOUT_MS = 60_000;

/** A page on another site than any stream: some servers speak CORS only to those who do. */
const ORIGIN = 'https://player.example';

export interface Asker {
  readonly ask: Ask;
  /** Closes idle connections. */
  close(): void;
}

export function newAsker(userAgent = 'lockstep-check'): Asker {
  const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };
  return {
    ask: (url, options = {}) => exchange(url, options, userAgent, agents),
    close: () => Object.values(agents).forEach((agent) => agent.destroy()),
  };
}

function exchange(
  url: string,
  { method = 'GET', headers = {}, signal }: AskOptions,
  userAgent: string,
  agents: Record<'http:' | 'https:', HttpAgent>,
): Promise<Exchange> {
  const requestHeaders = { 'user-agent': userAgent, 'accept-encoding': 'gzip', origin: ORIGIN, ...headers };
  const { protocol } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') {
    return Promise.reject(new RangeError(`cannot ask ${protocol} URLs, only http: and https:`));
  }
  const sentAtMs = Date.now();
  const startedAt = performance.now();
  const send = protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      { method, headers: requestHeaders, agent: agents[protocol], timeout: TIMEOUT_MS, ...(signal && { signal }) },
      (response) => {
        const headerAfterMs = performance.now() - startedAt;
        const bursts: Burst[] = [];
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => {
          pieces.push(piece);
          bursts.push({ atMs: performance.now() - startedAt, bytes: piece.length });
        });
        let settled = false;
        const settle = (): void => {
          if (settled) return;
          settled = true;
          const raw = Buffer.concat(pieces);
          resolve({
            ...{ url, method, requestHeaders, sentAtMs, headerAfterMs, bursts },
            status: response.statusCode ?? 0,
            headers: joined(response),
            body: decoded(raw, response.headers['content-encoding']),
            doneAfterMs: performance.now() - startedAt,
            truncated: !response.complete,
          });
        };
        // A cut connection says `aborted` and an error first; what came until then is what there is.
        response.on('error', settle);
        response.on('close', settle);
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A connection kept open may be closed by the server in the very moment it is used again: that is nobody's fault.
      if (request.reusedSocket && error.code === 'ECONNRESET') {
        resolve(exchange(url, { method, headers, ...(signal && { signal }) }, userAgent, agents));
      } else reject(error);
    });
    request.end();
  });
}

/** The raw list keeps what Node's own joining would hide: a header said twice. */
function joined({ rawHeaders }: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    headers[name] = name in headers ? `${headers[name]}, ${rawHeaders[at + 1]!}` : rawHeaders[at + 1]!;
  }
  return headers;
}

function decoded(raw: Buffer, coding: string | undefined): Buffer {
  try {
    if (coding === 'gzip') return gunzipSync(raw);
    if (coding === 'deflate') return inflateSync(raw);
    if (coding === 'br') return brotliDecompressSync(raw);
  } catch {
    // A truncated or mislabelled body is judged as it came.
  }
  return raw;
}
