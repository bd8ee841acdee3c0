import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { nowMs } from '../clock.js';
import { Measures } from '../measure/measures.js';
import type { Answer, Failure, HttpRequest } from './request.js';
import { ViewerConnections } from './viewer-connections.js';

let server: Server | undefined;
let connections: ViewerConnections | undefined;

afterEach(() => {
  connections?.close();
  server?.closeAllConnections();
  server?.close();
});

async function aServer(answer: RequestListener): Promise<{ origin: string; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>();
  server = createServer(answer).on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

function aViewer(allowRemote = false) {
  const measures = new Measures();
  connections = new ViewerConnections(measures, allowRemote);
  const viewer = connections;
  const ask = (origin: string, path = '/', more: Partial<HttpRequest> = {}) =>
    new Promise<{ answer?: Answer; body?: string; failure?: Failure }>((resolve) => {
      viewer.request({
        ...{ method: 'GET', origin, path, headers: '', collect: true },
        answered: (answer) => resolve({ answer, body: answer.body.toString('latin1') }),
        failed: (failure) => resolve({ failure }),
        ...more,
      });
    });
  return { measures, ask, viewer };
}

describe('the connections of a viewer', () => {
  it('uses one connection again and again', async () => {
    const { origin, sockets } = await aServer((request, response) => response.end(request.url));
    const { ask, measures } = aViewer();
    for (const path of ['/1', '/2', '/3']) expect((await ask(origin, path)).body).toBe(path);
    expect([sockets.size, measures.get('connections'), measures.get('requests')]).toEqual([1, 1, 3]);
  });

  it('opens no more than six to a server, as browsers do, and asks the rest afterwards', async () => {
    const held: (() => void)[] = [];
    let isEnough = () => {};
    const enough = new Promise<void>((resolve) => (isEnough = resolve));
    const { origin, sockets } = await aServer((request, response) => {
      held.push(() => response.end(request.url));
      if (held.length >= 6) isEnough();
      if (held.length > 6) response.end(request.url);
    });
    const { ask } = aViewer();
    const answers = Array.from({ length: 9 }, (_, index) => ask(origin, `/${index}`));
    await enough;
    expect([held.length, sockets.size]).toEqual([6, 6]);
    for (const release of held.slice(0, 6)) release();
    expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(answers.map((_, index) => `/${index}`));
    expect(sockets.size).toBe(6);
  });

  it('puts a body together that is larger than what arrives at once', async () => {
    const large = Buffer.alloc(1_500_000, 'segment').toString();
    const { origin } = await aServer((_, response) => response.end(large));
    const { body, answer } = await aViewer().ask(origin);
    expect(body === large).toBe(true);
    expect(answer!.bytes).toBe(large.length);
  });

  it('hands on the bytes of media as they come, and keeps none', async () => {
    const { origin } = await aServer((_, response) => {
      response.write('first');
      response.end('second');
    });
    let seen = '';
    const onBytes = (bytes: Buffer, from: number, to: number) => (seen += bytes.toString('latin1', from, to));
    const { answer } = await aViewer().ask(origin, '/', { onBytes });
    expect([seen, answer!.body.length, answer!.bytes]).toEqual(['firstsecond', 0, 11]);
  });

  it('says what was compressed, and counts it as it came', async () => {
    const packed = gzipSync('#EXTM3U');
    const { origin } = await aServer((_, response) => response.setHeader('content-encoding', 'gzip').end(packed));
    const { answer } = await aViewer().ask(origin);
    expect([answer!.gzip, answer!.bytes]).toEqual([true, packed.length]);
  });

  it('asks again when a server closes an idle connection just as it is used', async () => {
    let asked = 0;
    const { origin, sockets } = await aServer((request: IncomingMessage, response) => {
      asked += 1;
      // The second request finds the door shut in its face: not a byte of an answer.
      if (asked === 2) request.socket.destroy();
      else response.end('here');
    });
    const { ask } = aViewer();
    await ask(origin);
    expect((await ask(origin)).body).toBe('here');
    expect([asked, sockets.size]).toEqual([3, 2]);
  });

  it('does not ask again when an answer breaks off in the middle', async () => {
    const { origin } = await aServer((request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => request.socket.destroy());
    });
    expect(await aViewer().ask(origin)).toEqual({ failure: 'connection lost' });
  });

  it('gives up an answer that does not come', async () => {
    const { origin } = await aServer(() => undefined);
    const { ask, viewer } = aViewer();
    const asked = ask(origin);
    viewer.expire(nowMs() + 21_000);
    expect(await asked).toEqual({ failure: 'timeout' });
    expect(viewer.openCount).toBe(0);
  });

  it('says that nobody listens', async () => {
    const { origin } = await aServer(() => undefined);
    await new Promise((resolve) => server!.close(resolve));
    expect(await aViewer().ask(origin)).toEqual({ failure: 'connection refused' });
  });

  it('does not follow a playlist to another machine', async () => {
    expect(await aViewer().ask('http://192.0.2.1')).toEqual({ failure: 'another machine' });
  });
});
