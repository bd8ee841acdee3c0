import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newAsker, type Asker } from './ask.js';
import { follow } from './follow.js';

let asker: Asker;
let server: Server | undefined;

beforeEach(() => {
  asker = newAsker();
});
afterEach(() => {
  asker.close();
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('asking over HTTP', () => {
  it('takes compression off, and counts the bytes that came', async () => {
    const packed = gzipSync('x'.repeat(10_000));
    const url = await serve((_request, response) => response.setHeader('content-encoding', 'gzip').end(packed));
    const { body, bursts, truncated } = await asker.ask(url);
    expect(body.toString()).toBe('x'.repeat(10_000));
    expect(bursts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(packed.length);
    expect(truncated).toBe(false);
  });

  it('keeps a header that is said twice', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, ['access-control-allow-origin', '*', 'access-control-allow-origin', '*']).end();
    });
    expect((await asker.ask(url)).headers['access-control-allow-origin']).toBe('*, *');
  });

  it('gives what came of an answer that was cut', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    expect(await asker.ask(url)).toMatchObject({ status: 200, truncated: true, body: Buffer.from('half') });
  });

  it('notes when each piece of a body came', async () => {
    const url = await serve((_request, response) => {
      response.write('first', () => setImmediate(() => response.end('second')));
    });
    const { bursts, headerAfterMs, doneAfterMs } = await asker.ask(url);
    const times = [headerAfterMs, ...bursts.map(({ atMs }) => atMs), doneAfterMs];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('asks again when a connection that was kept open had just been closed', async () => {
    let requests = 0;
    const url = await serve((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.resetAndDestroy();
      else response.end('here');
    });
    await asker.ask(url);
    expect((await asker.ask(url)).body.toString()).toBe('here');
    expect(requests).toBe(3);
  });

  it('refuses what is not HTTP, and says when nobody answers', async () => {
    await expect(asker.ask('ftp://127.0.0.1/x')).rejects.toThrow(RangeError);
    await expect(asker.ask('http://127.0.0.1:1/')).rejects.toThrow('ECONNREFUSED');
  });

  it('follows redirects to their end, and a circle not for ever', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/end') response.end('end');
      else response.writeHead(302, { location: request.url === '/circle' ? '/circle' : '/end' }).end();
    });
    expect(await follow(asker.ask, url)).toMatchObject({ url: `${url}end`, status: 200 });
    expect((await follow(asker.ask, `${url}circle`)).status).toBe(302);
  });
});
