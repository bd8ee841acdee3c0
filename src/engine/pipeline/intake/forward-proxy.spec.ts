import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AddressPolicy, type Lookup } from '../../net/index.js';
import { ForwardProxy } from './forward-proxy.js';

const LOOPBACK_ONE = ['127.0.0.1'];
const servers: Server[] = [];
const proxies: ForwardProxy[] = [];

afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function aServer(listener: RequestListener, host = '127.0.0.1'): Promise<number> {
  const server = createServer(listener).listen(0, host);
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function aProxy(
  allowed = LOOPBACK_ONE,
  lookup: Lookup = () => Promise.resolve(LOOPBACK_ONE),
): Promise<ForwardProxy> {
  const proxy = await ForwardProxy.start({ policy: AddressPolicy.allowing(allowed), lookup });
  proxies.push(proxy);
  return proxy;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Asks through the proxy as ffmpeg does: the whole address in the request line. */
async function through(proxy: ForwardProxy, url: string, credentials?: string): Promise<Answer> {
  const { hostname, port, username, password } = new URL(proxy.environment['http_proxy']!);
  const basic = Buffer.from(credentials ?? `${username}:${password}`).toString('base64');
  const headers = { host: new URL(url).host, 'proxy-authorization': `Basic ${basic}`, range: 'bytes=0-' };
  const asked = request({ hostname, port, path: url, headers, agent: false }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const text = (await answer.setEncoding('utf8').toArray()).join('');
  return { status: answer.statusCode, headers: answer.headers, text };
}

describe('the forward proxy', () => {
  it('asks for what ffmpeg asked for, by the name it used, and tells nobody the way in', async () => {
    const seen: IncomingMessage[] = [];
    const port = await aServer((asked, response) => response.end(String(seen.push(asked))));
    const { status, text } = await through(await aProxy(), `http://camera.example:${port}/a?b=c`);
    expect([status, text, seen[0]!.url, seen[0]!.headers.host, seen[0]!.headers.range]).toEqual([
      ...[200, '1', '/a?b=c', `camera.example:${port}`, 'bytes=0-'],
    ]);
    expect(JSON.stringify(seen[0]!.headers)).not.toContain('proxy');
  });

  it('connects to no address that is not allowed, and remembers the refusal', async () => {
    let asked = 0;
    const port = await aServer((_, response) => response.end(String((asked += 1))), '127.0.0.2');
    const proxy = await aProxy();
    expect((await through(proxy, `http://127.0.0.2:${port}/`)).status).toBe(403);
    expect([asked, proxy.refusal?.code, proxy.refusal?.facts['host']]).toEqual([
      0,
      'source-address-not-allowed',
      '127.0.0.2',
    ]);
  });

  it('looks a name up once for a connection, and connects to what it found then', async () => {
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const port = await aServer((_, response) => response.end('one'));
    const inside = await aServer((_, response) => response.end('inside'), '127.0.0.2');
    const proxy = await aProxy(LOOPBACK_ONE, () => Promise.resolve(answers.shift() ?? []));
    expect((await through(proxy, `http://rebinding.example:${port}/`)).text).toBe('one');
    expect((await through(proxy, `http://rebinding.example:${inside}/`)).status).toBe(403);
  });

  it('serves nobody who does not know its password', async () => {
    const port = await aServer((_, response) => response.end('secret'));
    const proxy = await aProxy();
    const { status, headers } = await through(proxy, `http://127.0.0.1:${port}/`, 'lockstep:guess');
    expect([status, headers['proxy-authenticate']]).toEqual([407, 'Basic realm="source"']);
  });

  it.each(['POST', 'DELETE'])('makes no %s request', async (method) => {
    const proxy = await aProxy();
    const { port, username, password } = new URL(proxy.environment['http_proxy']!);
    const basic = Buffer.from(`${username}:${password}`).toString('base64');
    const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8');
    socket.write(`${method} http://127.0.0.1:9/ HTTP/1.1\r\nProxy-Authorization: Basic ${basic}\r\n\r\n`);
    expect((await socket.toArray()).join('')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('passes media on as it comes, without an end', async () => {
    const port = await aServer(
      (_, response) => void response.writeHead(200, { 'content-type': 'video/mp2t' }).write('first'),
    );
    const proxy = await aProxy();
    const { hostname, port: door, username, password } = new URL(proxy.environment['http_proxy']!);
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    const asked = request({
      hostname,
      port: door,
      path: `http://127.0.0.1:${port}/`,
      headers: { 'proxy-authorization': basic },
    });
    const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage];
    const [bytes] = (await once(answer, 'data')) as [Buffer];
    expect(bytes.toString()).toBe('first');
    asked.destroy();
  });

  it('tells https addresses of a playlist and of a redirect in a form that leads through it again', async () => {
    const playlist =
      '#EXTM3U\n#EXT-X-KEY:URI="https://keys.example/k"\nhttps://cdn.example/1.ts\nhttps://u:p@cdn.example:8443/2.ts\n3.ts\n';
    const port = await aServer((asked, response) => {
      if (asked.url === '/moved')
        return response.writeHead(302, { location: 'https://cdn.example/live?x=https' }).end();
      response.writeHead(206, { 'content-range': 'bytes 0-9/10' }).write(playlist.slice(0, 20));
      return response.end(playlist.slice(20));
    });
    const proxy = await aProxy();
    const { status, text, headers } = await through(proxy, `http://127.0.0.1:${port}/list`);
    expect(text).toBe(
      '#EXTM3U\n#EXT-X-KEY:URI="http://keys.example:443/k"\nhttp://cdn.example:443/1.ts\nhttp://u:p@cdn.example:8443/2.ts\n3.ts\n',
    );
    expect([status, headers['content-length'], headers['content-range']]).toEqual([200, `${text.length}`, undefined]);
    expect((await through(proxy, `http://127.0.0.1:${port}/moved`)).headers.location).toBe(
      'http://cdn.example:443/live?x=https',
    );
  });

  it('says in words people know why a server was not reached', async () => {
    const proxy = await aProxy(LOOPBACK_ONE, () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' })));
    expect((await through(proxy, 'http://nowhere.example/')).status).toBe(502);
    expect(proxy.troubles).toEqual(['Connection to tcp://nowhere.example:80 failed: Name or service not known']);
  });
});
