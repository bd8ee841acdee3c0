/** A plain file server on loopback with CORS: what a baseline is served by. */
import fastifyStatic from '@fastify/static';
import fastify from 'fastify';
import type { AddressInfo } from 'node:net';

/** `scripts`: JavaScript that is in no file, by its path. */
export async function serveFolder(
  folder: string,
  scripts: Readonly<Record<string, string>> = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = fastify({ forceCloseConnections: true });
  for (const [path, text] of Object.entries(scripts)) {
    server.get(path, (_request, reply) => reply.type('text/javascript').send(text));
  }
  await server.register(fastifyStatic, {
    root: folder,
    cacheControl: false,
    setHeaders: (reply) => void reply.header('access-control-allow-origin', '*'),
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() };
}
