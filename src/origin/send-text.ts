/**
 * Sends a rendered text: compressed for who accepts it, 304 for who has it. Thousands of held requests are answered in
 * the same instant, so it goes straight to the socket: one header block, one buffer, no serializer on the way.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CORS_HEADERS } from './cache-policy.js';
import type { RenderedText } from './rendered-text.js';

export interface TextTerms {
  readonly type: string;
  readonly cacheControl: string;
}

export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  text: RenderedText,
  { type, cacheControl }: TextTerms,
): void {
  const headers = {
    ...CORS_HEADERS,
    'cache-control': cacheControl,
    etag: text.etag,
    vary: 'Accept-Encoding',
  };
  if (matches(request.headers['if-none-match'], text.etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const gzip = acceptsGzip(request.headers['accept-encoding']);
  const body = gzip ? text.gzipped : text.plain;
  response
    .writeHead(200, {
      ...headers,
      'content-type': type,
      'content-length': body.length,
      ...(gzip && { 'content-encoding': 'gzip' }),
    })
    .end(body);
}

/** RFC 9110 13.1.2, weak comparison. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = etag.replace(/^W\//, '');
  return header
    .split(',')
    .some((candidate) => candidate.trim() === '*' || candidate.trim().replace(/^W\//, '') === bare);
}

/** RFC 9110 12.5.3; `gzip;q=0` is a refusal. */
function acceptsGzip(header: string | string[] | undefined): boolean {
  // What nearly everybody says is not worth a parse.
  if (header === 'gzip' || header === 'gzip, deflate, br' || header === 'gzip, deflate, br, zstd') return true;
  return [header ?? []]
    .flat()
    .join(',')
    .split(',')
    .some((coding) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(coding));
}
