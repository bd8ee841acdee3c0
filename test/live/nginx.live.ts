/**
 * What nginx does by itself and how it treats an origin, a pretended one that does what it is told. What viewers get from
 * the two of them together is the table of http.live.ts.
 */
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { renderNginxConf } from '../../nginx/render.mjs';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { ask, open, type RawAnswer, type RawRequest } from '../support/raw-http.js';

const IMMUTABLE = 'public, max-age=31536000, immutable';
const EXPOSED = 'Age, Date, Content-Length, Content-Range, ETag, Accept-Ranges';
const PLAYLIST = '#EXTM3U\n#EXT-X-VERSION:9\n';
const MEDIA = Buffer.from('0123456789');

/** `undefined` means the header must be absent; names are lower case. */
interface Expected {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | RegExp | undefined>>;
  readonly body?: string;
}

type Row = readonly [title: string, path: string, request: RawRequest, expected: Expected];

const media = (type: string) => ({ 'cache-control': IMMUTABLE, 'content-type': type });
const refused = { 'cache-control': 'no-store' };

const TABLE: readonly Row[] = [
  // Both names of a file
  [
    'media has a short name',
    '/news/720p/100.m4s',
    {},
    { status: 200, headers: media('video/iso.segment'), body: '0123456789' },
  ],
  ['and the name the API tells', '/streams/news/720p/100.m4s', {}, { status: 200, body: '0123456789' }],
  ['sound has an audio type by both', '/news/audio/100.m4s', {}, { status: 200, headers: media('audio/mp4') }],
  [
    'a transport stream of sound is a transport stream',
    '/news/audio/100.ts',
    {},
    { status: 200, headers: media('video/mp2t') },
  ],
  [
    'a range by the short name',
    '/news/720p/100.m4s',
    { headers: { range: 'bytes=2-4' } },
    { status: 206, headers: { ...media('video/iso.segment'), 'content-range': 'bytes 2-4/10' }, body: '234' },
  ],

  // Not on disk: the origin decides
  [
    'a file the origin hands back is sent by nginx, with one Cache-Control',
    '/news/720p/101.m4s',
    {},
    { status: 200, headers: { ...media('video/iso.segment'), 'content-length': '10', etag: /^"/ }, body: '0123456789' },
  ],
  [
    'the same when the origin said nothing about caching',
    '/news/720p/102.m4s',
    {},
    { status: 200, headers: { 'cache-control': IMMUTABLE }, body: '0123456789' },
  ],
  ['the same for audio', '/streams/news/audio/102.m4s', {}, { status: 200, headers: media('audio/mp4') }],
  [
    'a file that was handed back is sent whole, whatever the range',
    '/news/720p/101.m4s',
    { headers: { range: 'bytes=0-0' } },
    { status: 200, headers: { 'content-length': '10', 'cache-control': IMMUTABLE }, body: '0123456789' },
  ],
  [
    'HEAD of a file that was handed back',
    '/news/720p/101.m4s',
    { method: 'HEAD' },
    { status: 200, headers: { 'content-length': '10', 'cache-control': IMMUTABLE }, body: '' },
  ],
  [
    'a handed-back file that has just been deleted is a 404 that nobody keeps',
    '/news/720p/103.m4s',
    {},
    { status: 404, headers: refused },
  ],
  [
    'what the origin does not have either is a refusal of nginx, which can be counted',
    '/news/720p/999.m4s',
    {},
    {
      status: 404,
      headers: { ...refused, 'content-type': 'application/problem+json' },
      body: '{"type":"about:blank","title":"There is nothing at this address","status":404}',
    },
  ],
  [
    'the origin is told that files can be handed back',
    '/news/720p/capable.m4s',
    {},
    { status: 200, body: '/streams/news/720p/capable.m4s capable=1' },
  ],
  [
    'the origin asking the viewer to come back later is passed on',
    '/news/720p/503.m4s',
    {},
    { status: 503, headers: { ...refused, 'retry-after': '1' } },
  ],

  // Playlists, manifests, clock, player: the origin's answers as they are
  [
    'a playlist comes from the origin as it is',
    '/news/playlist.m3u8',
    {},
    {
      status: 200,
      headers: {
        'cache-control': 'public, max-age=1',
        'content-type': 'application/vnd.apple.mpegurl',
        etag: 'W/"1"',
        vary: 'Accept-Encoding',
        'set-cookie': undefined,
        'x-request': '/streams/news/playlist.m3u8',
      },
      body: PLAYLIST,
    },
  ],
  [
    'delivery directives reach the origin',
    '/news/720p/playlist.m3u8?_HLS_msn=5&_HLS_part=2',
    {},
    { status: 200, headers: { 'x-request': '/streams/news/720p/playlist.m3u8?_HLS_msn=5&_HLS_part=2' } },
  ],
  [
    'a playlist compressed by the origin is not compressed again',
    '/streams/news/720p/playlist.m3u8',
    { headers: { 'accept-encoding': 'gzip' } },
    { status: 200, headers: { 'content-encoding': 'gzip', vary: 'Accept-Encoding' } },
  ],
  [
    'a playlist the viewer already has is a 304',
    '/news/playlist.m3u8',
    { headers: { 'if-none-match': 'W/"1"' } },
    { status: 304, headers: { etag: 'W/"1"', 'cache-control': 'public, max-age=1' }, body: '' },
  ],
  ['HEAD of a playlist', '/news/playlist.m3u8', { method: 'HEAD' }, { status: 200, body: '' }],
  ['a manifest', '/news/manifest.mpd', {}, { status: 200, headers: { 'x-request': '/streams/news/manifest.mpd' } }],
  ['the clock', '/time', {}, { status: 200, headers: { 'cache-control': 'no-store', 'x-request': '/time' } }],
  ['the player page', '/player/?stream=news', {}, { status: 200, headers: { 'x-request': '/player/?stream=news' } }],
  [
    'the player page without its slash, without a redirect',
    '/player?stream=news',
    {},
    { status: 200, headers: { 'x-request': '/player/?stream=news', location: undefined } },
  ],
  [
    "the player's scripts travel compressed",
    '/player/assets/main.js',
    { headers: { 'accept-encoding': 'gzip' } },
    { status: 200, headers: { 'content-encoding': 'gzip', 'cache-control': IMMUTABLE } },
  ],

  // What nginx says by itself
  ['nginx is up', '/health', {}, { status: 200, headers: { 'cache-control': 'no-store' }, body: 'ok\n' }],
  ['the list of streams is not for viewers', '/streams', {}, { status: 404, headers: refused }],
  ['a stream of the API is not for viewers', '/streams/news', {}, { status: 404, headers: refused }],
  ['metrics are not for viewers', '/metrics', {}, { status: 404, headers: refused }],
  ['other kinds of file are not served', '/news/720p/notes.txt', {}, { status: 404, headers: refused }],
  ['a folder is not listed', '/news/720p/', {}, { status: 404, headers: refused }],
  ['the internal name is not a public one', '/_media/news/720p/100.m4s', {}, { status: 404, headers: refused }],
  ['a hidden folder', '/.secret/720p/100.m4s', {}, { status: 404, headers: refused }],
  ['a parent folder inside a short name', '/other/../news/720p/100.m4s', {}, { status: 404, headers: refused }],
  [
    'a request with a body that is far too long',
    '/health',
    { headers: { 'content-length': '99999' } },
    { status: 413, headers: refused },
  ],
  ['an address that is far too long', `/news/${'a'.repeat(40_000)}`, {}, { status: 414, headers: refused }],
  ['an address that is not one', '/news/%zz/100.m4s', {}, { status: 400, headers: refused }],
  ['a path above the root', '/../../etc/passwd', {}, { status: 400, headers: refused }],
];

/** Answers the way the Node server does: playlists itself, media on disk handed back to nginx. */
function pretendOrigin(request: IncomingMessage, response: ServerResponse): void {
  const path = (request.url ?? '').split('?')[0] ?? '';
  response.setHeader('X-Request', request.url ?? '');
  response.setHeader('X-From-Origin', 'yes');
  // The Node server sets its own CORS for viewers who come without nginx.
  response.setHeader('Access-Control-Allow-Origin', '*');
  if (path.endsWith('.m4s')) answerMedia(request, response, path);
  else if (path === '/time') response.setHeader('Cache-Control', 'no-store').end('2026-01-01T00:00:00.000Z');
  else if (path === '/player/') response.setHeader('Cache-Control', 'no-cache').end('<!doctype html>');
  else if (path.startsWith('/player/assets/')) {
    response.setHeader('Content-Type', 'text/javascript').setHeader('Cache-Control', IMMUTABLE);
    response.end('const script = 1;\n'.repeat(100));
  } else answerPlaylist(request, response);
}

function answerMedia(request: IncomingMessage, response: ServerResponse, path: string): void {
  const name = path.slice('/streams/'.length);
  // Ready means written under its last name, only after nginx has looked for it in vain: here, in a folder of late files.
  if (/\/10[123]\.m4s$/.test(name)) {
    if (name.endsWith('101.m4s')) response.setHeader('Cache-Control', IMMUTABLE);
    response.setHeader('X-Accel-Redirect', `/_media/late/${name.split('/').slice(1).join('/')}`).end();
    return;
  }
  if (name.endsWith('/capable.m4s')) {
    response.end(`${path} capable=${String(request.headers['x-accel-capable'])}`);
    return;
  }
  const status = name.endsWith('/503.m4s') ? 503 : 404;
  if (status === 503) response.setHeader('Retry-After', '1');
  response.setHeader('Cache-Control', 'no-store').setHeader('Content-Type', 'application/problem+json');
  response.statusCode = status;
  response.end('{}');
}

function answerPlaylist(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Cache-Control', 'public, max-age=1').setHeader('Vary', 'Accept-Encoding');
  response.setHeader('ETag', 'W/"1"').setHeader('Content-Type', 'application/vnd.apple.mpegurl');
  response.setHeader('Set-Cookie', 'a=b');
  if (request.headers['if-none-match'] === 'W/"1"') {
    response.statusCode = 304;
    response.end();
  } else if (request.headers['accept-encoding']?.includes('gzip')) {
    response.setHeader('Content-Encoding', 'gzip').end(gzipSync(PLAYLIST));
  } else response.end(PLAYLIST);
}

describe('nginx as the CDN origin', () => {
  let folder: string;
  let origin: Server;
  let nginx: RunningNginx;
  let answer = pretendOrigin;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-media-'));
    const onDisk = [
      ...[
        'news/720p/100.m4s',
        'news/720p/notes.txt',
        'news/audio/100.m4s',
        'news/audio/100.ts',
        '.secret/720p/100.m4s',
      ],
      ...['late/720p/101.m4s', 'late/720p/102.m4s', 'late/audio/102.m4s'],
    ];
    for (const name of onDisk) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), MEDIA);
    }
    origin = createServer((request, response) => answer(request, response));
    origin.listen(0, '127.0.0.1');
    await once(origin, 'listening');
    nginx = await startNginx({ originPort: (origin.address() as AddressInfo).port, outputDir: folder });
  });

  afterEach(() => {
    answer = pretendOrigin;
  });

  afterAll(async () => {
    await nginx?.stop();
    origin?.closeAllConnections();
    origin?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(TABLE)('%s', async (_title, path, request, expected) => {
    const { status, headers, body } = await ask(nginx.url, path, request);

    expect(status).toBe(expected.status);
    for (const [name, value] of Object.entries(expected.headers ?? {})) {
      if (value instanceof RegExp) expect(headers[name], name).toMatch(value);
      else expect(headers[name], name).toBe(value);
    }
    if (expected.body !== undefined) expect(body.toString()).toBe(expected.body);
    // True of every answer whatever it is, said once each.
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-expose-headers']).toBe(EXPOSED);
    expect(headers['server']).toBe('nginx');
    if (status >= 400) expect(headers['content-type']).toBe('application/problem+json');
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('passes a segment in progress on part by part, before the origin has finished it', async () => {
    let finish = () => {};
    answer = (_request, response) => {
      response.setHeader('Cache-Control', IMMUTABLE).write('first part,');
      finish = () => response.end('second part');
    };
    const response = await open(nginx.url, '/news/720p/200.m4s');
    const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;

    expect(String((await chunks.next()).value)).toBe('first part,');
    finish();
    expect(String((await chunks.next()).value)).toBe('second part');
    expect((await chunks.next()).done).toBe(true);
    expect(response.headers).toMatchObject({ 'transfer-encoding': 'chunked', 'cache-control': IMMUTABLE });
  });

  it('cuts the answer off when a segment in progress dies at the origin, so that no cache takes it for whole', async () => {
    answer = (_request, response) => {
      response.write('first part,', () => response.destroy());
    };
    const wholeBody = ask(nginx.url, '/news/720p/201.m4s');

    await expect(wholeBody).rejects.toThrow('aborted');
  });

  it('lets go of a held request at the origin when the viewer leaves', async () => {
    const released = new Promise<void>((resolve) => {
      answer = (request, response) => {
        request.socket.once('close', resolve);
        response.write('held');
      };
    });
    const response = await open(nginx.url, '/news/playlist.m3u8?_HLS_msn=9');
    response.destroy();

    await released;
  });

  it('starts and runs without a complaint', async () => {
    expect(await nginx.log()).not.toMatch(/\[(warn|alert|crit|emerg)\]/);
  });

  it('gives a viewer up who takes nothing of what it asked for, and serves the others meanwhile', async () => {
    let freed = 0;
    answer = (request, response) => {
      if (!request.url?.includes('slow')) return pretendOrigin(request, response);
      request.socket.once('close', () => (freed += 1));
      // More than all buffers on the way hold.
      response.end(Buffer.alloc(64 * 1024 * 1024));
    };
    const slow = await open(nginx.url, '/news/720p/slow.m4s');
    expect((await ask(nginx.url, '/news/720p/100.m4s')).status).toBe(200);
    await expect.poll(() => freed, { timeout: 25_000, interval: 200 }).toBe(1);
    slow.on('error', () => undefined).resume();
  });

  it('asks the origin over connections it keeps, and never twice for one failed request', async () => {
    const sockets = new Set<unknown>();
    let asked = 0;
    answer = (request, response) => {
      sockets.add(request.socket);
      pretendOrigin(request, response);
    };
    for (let count = 0; count < 5; count += 1) await ask(nginx.url, '/time');
    expect(sockets.size).toBe(1);

    answer = (request) => {
      asked += 1;
      request.socket.destroy();
    };
    const failed = await ask(nginx.url, '/news/playlist.m3u8');
    expect(asked).toBe(1);
    expect(failed).toMatchObject({ status: 502, headers: { 'cache-control': 'no-store' } });
    expect(failed.headers['access-control-allow-origin']).toBe('*');
  });
});

describe('the limit on asking for what is not there', () => {
  let folder: string;
  let origin: Server;
  let nginx: RunningNginx | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-misses-'));
    await mkdir(join(folder, 'news', '720p'), { recursive: true });
    await writeFile(join(folder, 'news', '720p', '100.m4s'), MEDIA);
    origin = createServer((request, response) => {
      if (request.url?.endsWith('/101.m4s')) response.setHeader('X-Accel-Redirect', '/_media/news/720p/100.m4s');
      else if (request.url?.endsWith('/gone.m4s')) response.setHeader('X-Accel-Redirect', '/_media/news/720p/gone.m4s');
      else response.statusCode = 404;
      response.end();
    });
    origin.listen(0, '127.0.0.1');
    await once(origin, 'listening');
  });

  afterEach(async () => {
    await nginx?.stop();
    nginx = undefined;
  });

  afterAll(async () => {
    origin?.closeAllConnections();
    origin?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (MISS_LIMIT: string): Promise<string> => {
    const { port } = origin.address() as AddressInfo;
    nginx = await startNginx({ originPort: port, outputDir: folder, values: { MISS_LIMIT } });
    return nginx.url;
  };
  /** Seconds that so many requests take, one after the other. */
  const loop = async (url: string, count: number, path: string): Promise<number> => {
    const startedAt = performance.now();
    for (let turn = 0; turn < count; turn += 1) expect((await ask(url, path)).status).toBe(404);
    return (performance.now() - startedAt) / 1000;
  };
  const askTogether = async (url: string, count: number, path: string, headers = {}): Promise<RawAnswer[]> =>
    Promise.all(Array.from({ length: count }, () => ask(url, path, { headers })));

  it.each(['/news/720p/900.m4s', '/news/720p/gone.m4s'])('slows a reader down that loops over %s', async (path) => {
    // 30 a second; the first goes at once.
    expect(await loop(await start('address'), 31, path)).toBeGreaterThan(0.95);
  });

  it('refuses the same address with more of them open at once than anybody needs, in words and for a second', async () => {
    const answers = await askTogether(await start('address'), 100, '/news/720p/900.m4s');
    const refusals = answers.filter(({ status }) => status === 429);
    expect(refusals.length).toBeGreaterThan(20);
    expect(refusals[0]!.headers).toMatchObject({
      ...{ 'retry-after': '1', 'cache-control': 'no-store', 'content-type': 'application/problem+json' },
      'access-control-allow-origin': '*',
    });
    expect(answers.filter(({ status }) => status === 404).length).toBe(100 - refusals.length);
  });

  it('never counts what is there, or what the origin held until it was: a household behind one address', async () => {
    const url = await start('address');
    for (const path of ['/news/720p/100.m4s', '/news/720p/101.m4s']) {
      const answers = await askTogether(url, 200, path);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    }
  });

  it('counts viewers apart behind a CDN that tells their addresses, and believes the last one only', async () => {
    const url = await start('forwarded');
    const statuses = await Promise.all(
      ['198.51.100.1', 'spoofed, 198.51.100.2'].map(async (address) => {
        const answers = await askTogether(url, 50, '/news/720p/900.m4s', { 'x-forwarded-for': address });
        return answers.map(({ status }) => status);
      }),
    );
    expect(new Set(statuses.flat())).toEqual(new Set([404]));
    const spoofed = Array.from({ length: 100 }, (_, index) =>
      ask(url, '/news/720p/900.m4s', { headers: { 'x-forwarded-for': `203.0.113.${index}, 198.51.100.3` } }),
    );
    expect((await Promise.all(spoofed)).some(({ status }) => status === 429)).toBe(true);
  });

  it('can be switched off', async () => {
    const answers = await askTogether(await start('off'), 200, '/news/720p/900.m4s');
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
  });
});

describe('the nginx template', () => {
  it('has a value for every placeholder', () => {
    expect(renderNginxConf()).not.toMatch(/^[^#\n]*\$\{[A-Z_]+\}/m);
  });

  it('is filled in with what it is given', () => {
    const text = renderNginxConf({ LISTEN_ADDRESS: '127.0.0.1', LISTEN_PORT: 9000, ORIGIN: '127.0.0.1:9001' });
    expect(text).toContain('listen 127.0.0.1:9000 default_server');
    expect(text).toContain('server 127.0.0.1:9001 max_fails=0;');
  });

  it('refuses a value that would change the meaning of the file', () => {
    expect(() => renderNginxConf({ OUTPUT_DIR: '/media"; return 200; #' })).toThrow('OUTPUT_DIR cannot be');
    expect(() => renderNginxConf({ USER_DIRECTIVE: 'user root; daemon off;' })).toThrow('USER_DIRECTIVE cannot be');
  });

  it('asks for no more files than this machine allows, and for connections that fit into them', async () => {
    const [, files, connections] = /worker_rlimit_nofile (\d+);[^]*worker_connections (\d+);/.exec(renderNginxConf())!;
    const hard = Number(
      /^Max open files\s+\S+\s+(\d+)/m.exec(await readFile('/proc/self/limits', 'utf8'))?.[1] ?? 65_536,
    );
    expect(Number(files)).toBeLessThanOrEqual(hard);
    expect(Number(connections)).toBeLessThanOrEqual(Number(files) / 2);
    expect(renderNginxConf({ MAX_OPEN_FILES: 3000 })).toContain('worker_connections 1500;');
  });

  it('has a TLS listener only with a port, a certificate and a key', () => {
    expect(renderNginxConf()).not.toContain('ssl');
    const given = { TLS_PORT: 8443, TLS_CERTIFICATE: '/tls/certificate.pem', TLS_KEY: '/tls/key.pem' };
    expect(renderNginxConf(given)).toContain('listen 0.0.0.0:8443 ssl http2');
    expect(() => renderNginxConf({ ...given, TLS_KEY: '' })).toThrow('are needed together');
  });

  it('refuses a name the template does not have', () => {
    expect(() => renderNginxConf({ LISTEN_PORT: 9000, ...{ LISTEN: 9000 } })).toThrow('no placeholder LISTEN');
  });
});
