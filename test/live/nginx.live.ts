/** The CDN face of Lockstep, as the repository's nginx files make it: one table of what is asked and what comes back. */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { renderNginxConf } from '../../nginx/render.mjs';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { ask, open, type RawRequest } from '../support/raw-http.js';

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
  // Files on disk
  [
    'a segment on disk is sent with its type and may be kept for ever',
    '/news/720p/100.m4s',
    {},
    {
      status: 200,
      headers: {
        ...media('video/iso.segment'),
        'content-length': '10',
        'accept-ranges': 'bytes',
        etag: /^"/,
        age: undefined,
        'x-from-origin': undefined,
      },
      body: '0123456789',
    },
  ],
  ['the /streams prefix names the same file', '/streams/news/720p/100.m4s', {}, { status: 200, body: '0123456789' }],
  ['a part on disk', '/news/720p/100.2.m4s', {}, { status: 200, headers: media('video/iso.segment') }],
  ['an init segment', '/news/720p/init-1a2b3c4d.mp4', {}, { status: 200, headers: media('video/mp4') }],
  ['an audio segment has an audio type', '/news/audio/100.m4s', {}, { status: 200, headers: media('audio/mp4') }],
  [
    'an audio init segment too',
    '/streams/news/audio/init-1a2b3c4d.mp4',
    {},
    { status: 200, headers: media('audio/mp4') },
  ],
  ['a query means nothing to media', '/news/720p/100.m4s?token=1', {}, { status: 200, body: '0123456789' }],
  [
    'media is never compressed',
    '/news/720p/100.m4s',
    { headers: { 'accept-encoding': 'gzip' } },
    { status: 200, headers: { 'content-encoding': undefined, 'content-length': '10' } },
  ],
  [
    'HEAD has the headers and no body',
    '/news/720p/100.m4s',
    { method: 'HEAD' },
    { status: 200, headers: { ...media('video/iso.segment'), 'content-length': '10' }, body: '' },
  ],
  [
    'a range',
    '/news/720p/100.m4s',
    { headers: { range: 'bytes=2-4' } },
    { status: 206, headers: { ...media('video/iso.segment'), 'content-range': 'bytes 2-4/10' }, body: '234' },
  ],
  [
    'a range without an end',
    '/news/720p/100.m4s',
    { headers: { range: 'bytes=7-9007199254740991' } },
    { status: 206, headers: { 'content-range': 'bytes 7-9/10' }, body: '789' },
  ],
  [
    'a range of an audio segment',
    '/streams/news/audio/100.m4s',
    { headers: { range: 'bytes=-2' } },
    { status: 206, headers: { ...media('audio/mp4'), 'content-range': 'bytes 8-9/10' }, body: '89' },
  ],
  [
    'a range of what is not there yet is a question for the origin',
    '/news/720p/999.m4s',
    { headers: { range: 'bytes=0-1' } },
    { status: 404, headers: { ...refused, 'content-type': 'application/problem+json' } },
  ],
  [
    'a range past the end is refused, and the refusal is not kept',
    '/news/720p/100.m4s',
    { headers: { range: 'bytes=50-60' } },
    { status: 416, headers: { ...refused, 'content-range': 'bytes */10' } },
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
    "the origin's 404 keeps the origin's words",
    '/news/720p/999.m4s',
    {},
    {
      status: 404,
      headers: { ...refused, 'content-type': 'application/problem+json' },
      body: '{"detail":"/streams/news/720p/999.m4s capable=1"}',
    },
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
  [
    'a preflight',
    '/news/720p/100.m4s',
    { method: 'OPTIONS', headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' } },
    {
      status: 204,
      headers: {
        'access-control-allow-methods': 'GET, HEAD, OPTIONS',
        'access-control-allow-headers': 'Range, Content-Type, If-None-Match',
        'access-control-max-age': '86400',
      },
      body: '',
    },
  ],
  ['a preflight for a playlist', '/news/playlist.m3u8', { method: 'OPTIONS' }, { status: 204 }],
  [
    'only reading is allowed',
    '/news/playlist.m3u8',
    { method: 'POST' },
    { status: 405, headers: { ...refused, allow: 'GET, HEAD, OPTIONS' } },
  ],
  ['nothing can be deleted', '/streams/news', { method: 'DELETE' }, { status: 405, headers: refused }],
  ['the list of streams is not for viewers', '/streams', {}, { status: 404, headers: refused }],
  ['a stream of the API is not for viewers', '/streams/news', {}, { status: 404, headers: refused }],
  ['metrics are not for viewers', '/metrics', {}, { status: 404, headers: refused }],
  ['other kinds of file are not served', '/news/720p/notes.txt', {}, { status: 404, headers: refused }],
  ['a folder is not listed', '/news/720p/', {}, { status: 404, headers: refused }],
  ['the internal name is not a public one', '/_media/news/720p/100.m4s', {}, { status: 404, headers: refused }],
  ['a file still being written', '/news/720p/104.tmp.m4s', {}, { status: 404, headers: refused }],
  ['the same with its dot disguised', '/news/720p/104%2Etmp.m4s', {}, { status: 404, headers: refused }],
  ['a file still being written, other ending', '/news/720p/104.m4s.tmp', {}, { status: 404, headers: refused }],
  ['a hidden file', '/news/720p/.105.m4s', {}, { status: 404, headers: refused }],
  ['a hidden folder', '/.secret/720p/100.m4s', {}, { status: 404, headers: refused }],
  ['a parent folder inside the path', '/other/../news/720p/100.m4s', {}, { status: 404, headers: refused }],
  ['a parent folder in disguise', '/news/720p/..%2f720p/100.m4s', {}, { status: 404, headers: refused }],
  ['a parent folder in a fuller disguise', '/news/%2e%2e/news/720p/100.m4s', {}, { status: 404, headers: refused }],
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
  const status = name.endsWith('/503.m4s') ? 503 : 404;
  if (status === 503) response.setHeader('Retry-After', '1');
  response.setHeader('Cache-Control', 'no-store').setHeader('Content-Type', 'application/problem+json');
  response.statusCode = status;
  response.end(JSON.stringify({ detail: `${path} capable=${String(request.headers['x-accel-capable'])}` }));
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
      ...['100.m4s', '100.2.m4s', 'init-1a2b3c4d.mp4', '104.tmp.m4s', '.105.m4s', 'notes.txt', '104.m4s.tmp'].map(
        (name) => `news/720p/${name}`,
      ),
      ...['news/audio/100.m4s', 'news/audio/init-1a2b3c4d.mp4', '.secret/720p/100.m4s'],
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

  it.each(TABLE)('%s: %s', async (_title, path, request, expected) => {
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
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('answers 304 to a viewer who already has the segment, still with cache and CORS headers', async () => {
    const first = await ask(nginx.url, '/news/720p/100.m4s');
    const again = await ask(nginx.url, '/news/720p/100.m4s', {
      headers: { 'if-none-match': first.headers['etag'] ?? '' },
    });

    expect(again).toMatchObject({ status: 304, headers: { etag: first.headers['etag'], 'cache-control': IMMUTABLE } });
    expect(again.headers['access-control-allow-origin']).toBe('*');
    expect((await stat(join(folder, 'news/720p/100.m4s'))).size).toBe(MEDIA.length);
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

  it('refuses a name the template does not have', () => {
    expect(() => renderNginxConf({ LISTEN_PORT: 9000, ...{ LISTEN: 9000 } })).toThrow('no placeholder LISTEN');
  });
});
