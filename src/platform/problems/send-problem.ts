/** Writes a problem to a plain response, for what is answered without the web framework. */
import type { ServerResponse } from 'node:http';
import { Problem } from '../../engine/problem.js';
import { problemDocument, retryAfterSeconds } from './problem-document.js';

/** Never kept by a cache. `url` is the request's; `headers` go along. */
export function sendProblem(
  response: ServerResponse,
  thrown: unknown,
  url: string,
  headers: Readonly<Record<string, string>>,
): void {
  const document = problemDocument(Problem.wrap(thrown), url);
  const body = Buffer.from(JSON.stringify(document));
  const retryAfter = retryAfterSeconds(document);
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  const type = { 'content-type': 'application/problem+json', 'content-length': body.length };
  response.writeHead(document.status, { ...headers, 'cache-control': 'no-store', ...type }).end(body);
}
