/** How much one client may ask for, how slowly, and what browsers are told about our pages. */
import request from 'supertest';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { hashToken, newToken } from '../../src/platform/index.js';
import { startApplication } from '../support/application.js';

const CAMERA = { stream_id: 'camera', source_url: 'rtmp://media.example.com/live/key' };

type Application = Awaited<ReturnType<typeof startApplication>>;
let application: Application | undefined;
afterEach(async () => {
  await application?.remove();
  application = undefined;
});

async function server(env: Record<string, string> = {}): Promise<Application> {
  application = await startApplication({ env });
  return application;
}

describe('changes a minute', () => {
  const heartbeat = (app: Application, headers: Record<string, string> = {}) =>
    request(app.server).post('/streams/nobody/heartbeat').set(headers);

  it('are bounded, and whoever waits as long as told goes on', async () => {
    const app = await server({ WRITE_RATE_LIMIT: '2' });
    expect((await heartbeat(app)).status).toBe(404);
    expect((await heartbeat(app)).status).toBe(404);
    const refused = await heartbeat(app);
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
      429,
      'too-many-requests',
      '30',
    ]);
    app.clock.advance(30);
    expect((await heartbeat(app)).status).toBe(404);
  });

  it('do not count looking and playing', async () => {
    const app = await server({ WRITE_RATE_LIMIT: '1' });
    for (let times = 0; times < 5; times++) expect((await request(app.server).get('/streams')).status).toBe(200);
    for (let times = 0; times < 5; times++) {
      expect((await request(app.server).get('/streams/nobody/playlist.m3u8')).status).toBe(404);
    }
    expect((await heartbeat(app)).status).toBe(404);
  });

  it('are counted for each token alone', async () => {
    const [anna, ben] = [newToken(), newToken()];
    const API_TOKENS = `anna:control:${hashToken(anna)},ben:control:${hashToken(ben)}`;
    const app = await server({ WRITE_RATE_LIMIT: '1', API_TOKENS });
    const by = async (token: string) => (await heartbeat(app, { authorization: `Bearer ${token}` })).status;
    expect([await by(anna), await by(anna), await by(ben)]).toEqual([404, 429, 404]);
  });

  it('are counted for the client behind a trusted proxy, whoever else is behind it', async () => {
    const app = await server({ WRITE_RATE_LIMIT: '1', TRUSTED_PROXIES: '127.0.0.0/8, ::1' });
    const from = async (address: string) => (await heartbeat(app, { 'x-forwarded-for': address })).status;
    expect([await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.2')]).toEqual([404, 429, 404]);
  });

  it('do not believe an address that anybody claims', async () => {
    const app = await server({ WRITE_RATE_LIMIT: '1' });
    const from = async (address: string) => (await heartbeat(app, { 'x-forwarded-for': address })).status;
    expect([await from('192.0.2.1'), await from('192.0.2.2')]).toEqual([404, 429]);
  });
});

describe('costly requests at once', () => {
  it('are bounded, and the place is free again when one is done', async () => {
    const app = await server({ COSTLY_REQUESTS: '1' });
    const start = (stream_id: string) =>
      request(app.server)
        .post('/streams')
        .query({ wait: 'playable' })
        .send({ ...CAMERA, stream_id });
    const first = start('first').then((response) => response);
    await expect.poll(() => app.pipelines.started.length).toBe(1);
    const refused = await start('second');
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
      429,
      'too-many-requests',
      '1',
    ]);
    expect((await request(app.server).get('/streams')).body).toHaveLength(1);
    app.pipelines.of('first').open();
    app.pipelines.of('first').publish(100);
    expect((await first).status).toBe(201);
    const third = start('third').then((response) => response);
    await expect.poll(() => app.pipelines.started.length).toBe(2);
    app.pipelines.of('third').open();
    app.pipelines.of('third').publish(100);
    expect((await third).status).toBe(201);
  });
});

describe('the body of a request', () => {
  it('is not read beyond 64 KiB', async () => {
    const app = await server();
    const response = await request(app.server)
      .post('/streams')
      .send({ ...CAMERA, stream_id: 'x'.repeat(65_536) });
    expect([response.status, response.body.code]).toEqual([413, 'body-too-large']);
  });
});

describe('a client that sends byte by byte', () => {
  const answerOf = async (socket: Socket): Promise<string> => {
    let text = '';
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
    await once(socket, 'close');
    return text;
  };
  const open = async (): Promise<Socket> => {
    const app = await server({ REQUEST_TIMEOUT: '1' });
    await app.app.listen(0, '127.0.0.1');
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };

  it('is cut off when its head does not come to an end', async () => {
    const socket = await open();
    socket.write('GET /streams HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
    expect(await answerOf(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('is cut off when its body does not', async () => {
    const socket = await open();
    socket.write(
      'POST /streams HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    );
    expect(await answerOf(socket)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('is cut off when it sends nothing at all', async () => {
    const socket = await open();
    expect(await answerOf(socket)).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });
});

describe('what browsers are told', () => {
  it('about the API: it is no page, in no frame, and loads nothing from elsewhere', async () => {
    const { headers } = await request((await server({ CDN_PORT: '8184' })).server).get('/streams');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    const policy = headers['content-security-policy']!;
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("connect-src 'self' http://*:8184 https://*:8184;");
    expect(policy).not.toMatch(/unsafe|upgrade-insecure/);
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  it('about a refusal, too', async () => {
    const { headers } = await request((await server()).server).get('/streams/nobody');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('about the player page: whoever wants may show it in a frame', async () => {
    const { headers } = await request((await server({ PUBLIC_URL: 'https://cdn.example.com/live' })).server).get(
      '/player/',
    );
    expect(headers['content-security-policy']).not.toContain('frame-ancestors');
    expect(headers['content-security-policy']).toContain(
      "media-src 'self' blob: http://*:8084 https://*:8084 https://cdn.example.com;",
    );
    expect(headers).not.toHaveProperty('x-frame-options');
    expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
  });

  it('about playback: nothing but what the table of playback says', async () => {
    const app = await server();
    await request(app.server).post('/streams').send(CAMERA);
    const pipeline = app.pipelines.of('camera');
    pipeline.open();
    pipeline.publish(100);
    for (const path of [
      '/time',
      '/streams/camera/playlist.m3u8',
      '/streams/camera/480p/playlist.m3u8',
      '/streams/x/y/1.m4s',
    ]) {
      const { headers } = await request(app.server).get(path);
      expect(headers).toHaveProperty('access-control-allow-origin', '*');
      expect(headers).not.toHaveProperty('content-security-policy');
      expect(headers).not.toHaveProperty('x-frame-options');
    }
  });
});
