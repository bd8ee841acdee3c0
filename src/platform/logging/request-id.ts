/** The name one request has in the log, in its answer and in a problem it ends in. PURE but for chance. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const REQUEST_ID_HEADER = 'x-request-id';
/** What others use: UUIDs, ULIDs, trace ids, base64. Nothing that could break a line, a header or a page. */
const SANE = /^[A-Za-z0-9][\w.:+/=-]{0,63}$/;

/** The id a client or a proxy gave the request, if it is a sane one; a new one otherwise. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID();
}
