/** Puts the headers that browsers heed on every answer but playback, whose headers are a table of their own. */
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import type { Settings } from '../settings/index.js';
import { PAGES, pageOf, policyOf, type Page, type PagePolicy } from './page-policy.js';

/** Call before any route is made. `isPlayback` is asked with the address of each request, path and query. */
export async function setSecurityHeaders(
  fastify: FastifyInstance,
  settings: Settings,
  isPlayback: (address: string) => boolean,
): Promise<void> {
  const policies = new Map<Page, PagePolicy>(PAGES.map((page) => [page, policyOf(page, settings)]));
  await fastify.register(helmet, { global: false });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isPlayback(request.url)) void reply.helmet(policies.get(pageOf(request.url)));
    done();
  });
}
