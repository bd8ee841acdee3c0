/** The second listener: TLS and HTTP/2 for viewers who come without a CDN, above all Apple's low-latency players. */
import {
  connect,
  constants,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApplication } from '../support/application.js';
import { selfSignedCertificate, type Certificate } from '../support/certificate.js';
import { askRow, lastingHeaders, setScene, startOnAir } from '../support/http-table.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { ask } from '../support/raw-http.js';
import { partContent } from '../support/scripted-pipeline.js';

const { HTTP2_HEADER_PATH, HTTP2_HEADER_METHOD } = constants;

let application: Awaited<ReturnType<typeof startApplication>>;
let certificate: Certificate;
let nginx: RunningNginx;
let session: ClientHttp2Session;

beforeAll(async () => {
  [application, certificate] = await Promise.all([startApplication(), selfSignedCertificate()]);
  await application.app.listen(0, '127.0.0.1');
  const originPort = Number(new URL(await application.app.getUrl()).port);
  nginx = await startNginx({ originPort, outputDir: application.settings.outputDir, certificate });
  await setScene(application);
  session = connect(nginx.tlsUrl, { ca: certificate.pem });
});
afterAll(async () => {
  session?.destroy();
  await nginx?.stop();
  await Promise.all([application?.remove(), certificate?.remove()]);
});

interface Http2Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One stream of the one connection. */
function askHttp2(path: string, method = 'GET'): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ [HTTP2_HEADER_PATH]: path, [HTTP2_HEADER_METHOD]: method });
    const chunks: Buffer[] = [];
    let head: IncomingHttpHeaders & IncomingHttpStatusHeader = {};
    stream.once('response', (headers) => (head = headers));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('error', reject);
    stream.once('end', () => {
      const { ':status': status = 0, ...headers } = head;
      const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
      resolve({ status, headers: Object.fromEntries(texts), body: Buffer.concat(chunks) });
    });
  });
}

/** What a TLS client and nginx agree on. */
function shakeHands(options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(nginx.tlsUrl);
    const socket = connectTls({ host: hostname, port: Number(port), ca: certificate.pem, ...options });
    socket.once('secureConnect', () => resolve(socket.end()));
    socket.once('error', reject);
  });
}

describe('the TLS listener', () => {
  it.each([
    [['h2', 'http/1.1'], 'h2'],
    [['http/1.1'], 'http/1.1'],
  ])('speaks what the client offers best: %j', async (ALPNProtocols, agreed) => {
    expect((await shakeHands({ ALPNProtocols })).alpnProtocol).toBe(agreed);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    expect((await shakeHands({ minVersion: version, maxVersion: version })).getProtocol()).toBe(version);
  });

  it('refuses TLS 1.1, and ciphers that do not keep old recordings secret', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(shakeHands(old)).rejects.toThrow(/alert protocol version/);
    await expect(shakeHands({ maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' })).rejects.toThrow(
      /alert handshake failure/,
    );
  });

  it('says what the listener in clear says, to the header and the byte', async () => {
    for (const path of ['480p/100.m4s', 'playlist.m3u8', '480p/playlist.m3u8', 'manifest.mpd', '480p/110.m4s']) {
      const [plain, tls] = [await ask(nginx.url, `/camera/${path}`), await askHttp2(`/camera/${path}`)];
      expect(tls.status, path).toBe(plain.status);
      expect(lastingHeaders(tls), path).toEqual(lastingHeaders(plain));
      expect(tls.body.equals(plain.body), path).toBe(true);
    }
  });

  it('grants a preflight', async () => {
    const { status, headers } = await askHttp2('/camera/480p/playlist.m3u8?_HLS_msn=101', 'OPTIONS');
    expect([status, headers['access-control-allow-methods']]).toEqual([204, 'GET, HEAD, OPTIONS']);
  });

  it('answers a program that speaks plain HTTP to it with a refusal it can read', async () => {
    const path = '/camera/playlist.m3u8';
    const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
    await askRow(nginx.tlsUrl, { title: 'HTTP on the TLS port', path, request: {}, status: 400, headers });
  });

  it('holds playlists and hinted parts of every track over one connection, and answers all as the part comes', async () => {
    const pipeline = await startOnAir(application, 'held');
    const tracks = ['480p', '360p', 'audio'];
    const playlists = tracks.map((track) => askHttp2(`/held/${track}/playlist.m3u8?_HLS_msn=101&_HLS_part=0`));
    const parts = tracks.map((track) => askHttp2(`/held/${track}/101.0.m4s`));
    await expect.poll(() => application.catalogue.held).toBe(6);
    // The connection is not blocked by what it holds.
    expect((await askHttp2('/time')).status).toBe(200);
    pipeline.publish(101, 0, 0);

    for (const { status, headers, body } of await Promise.all(playlists)) {
      expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=12']);
      expect(body.toString()).toContain('URI="101.0.m4s"');
    }
    const bodies = (await Promise.all(parts)).map(({ body }) => body.toString());
    expect(bodies).toEqual(tracks.map((track) => partContent(track, 101, 0)));
  });

  it('frees the hold of a viewer who resets one stream of a connection', async () => {
    await startOnAir(application, 'reset');
    const stream = session.request({ [HTTP2_HEADER_PATH]: '/reset/480p/playlist.m3u8?_HLS_msn=101' });
    stream.on('error', () => undefined);
    await expect.poll(() => application.catalogue.held).toBe(1);
    stream.close(constants.NGHTTP2_CANCEL);
    await expect.poll(() => application.catalogue.held).toBe(0);
    expect((await askHttp2('/time')).status).toBe(200);
  });
});
