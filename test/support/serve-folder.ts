/** A plain file server on loopback with CORS: what a baseline is served by. */
import fastifyStatic from '@fastify/static';
import fastify from 'fastify';
import type { AddressInfo } from 'node:net';

export async function serveFolder(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const server = fastify({ forceCloseConnections: true });
  await server.register(fastifyStatic, {
    root: folder,
    cacheControl: false,
    setHeaders: (reply) => void reply.header('access-control-allow-origin', '*'),
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
}
