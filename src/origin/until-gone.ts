/** A signal that aborts when the viewer behind an unanswered request has left. */
import type { FastifyReply } from 'fastify';

export function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  // The response's `close`: the request's own fires as soon as its (empty) body has been read.
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
