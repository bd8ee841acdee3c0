/**
 * The HTTP of playback, as one table: what is asked and what comes back, to the header. The server alone and the server
 * behind nginx are held to the same rows, so that a viewer cannot tell which of them answered.
 */
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import request from 'supertest';
import { expect } from 'vitest';
import type { TestApplication } from './application.js';
import { ask, type RawAnswer, type RawRequest } from './raw-http.js';
import { INIT, partContent, type ScriptedPipeline } from './scripted-pipeline.js';

/** Header names are lower case; `undefined`: the header must be absent. */
export type ExpectedHeaders = Readonly<Record<string, string | RegExp | undefined>>;

export interface Row {
  readonly title: string;
  readonly path: string;
  /** `{etag}` and `{date}` in a header stand for the validators of a plain GET of the same path. */
  readonly request: RawRequest;
  readonly status: number;
  readonly headers: ExpectedHeaders;
  readonly body?: string;
}

const IMMUTABLE = 'public, max-age=31536000, immutable';
const HLS = 'application/vnd.apple.mpegurl';
const DASH = 'application/dash+xml';
const SEGMENT = Array.from({ length: 6 }, (_, part) => partContent('480p', 100, part)).join('');
const SIZE = SEGMENT.length;

const camera = (name: string): string => `/streams/camera/${name}`;
const fileHeaders = (type: string): ExpectedHeaders => ({
  ...{ 'cache-control': IMMUTABLE, 'content-type': type, etag: /^"[0-9a-f]+-[0-9a-f]+"$/ },
  ...{ 'content-encoding': undefined, vary: undefined },
});
/** Of the whole file; of a 206 the status itself says that ranges are understood. */
const mediaHeaders = (type: string): ExpectedHeaders => ({ ...fileHeaders(type), 'accept-ranges': 'bytes' });
const manifestHeaders = (type: string, cacheControl: string): ExpectedHeaders => ({
  'cache-control': cacheControl,
  'content-type': type,
  etag: /^W\/"/,
  vary: 'Accept-Encoding',
});
const refused: ExpectedHeaders = { 'cache-control': 'no-store', 'content-type': 'application/problem+json' };

function row(
  title: string,
  path: string,
  request: RawRequest,
  status: number,
  headers: ExpectedHeaders,
  body?: string,
): Row {
  return { title, path, request, status, headers, ...(body !== undefined && { body }) };
}
const get = (title: string, path: string, headers: ExpectedHeaders, body?: string): Row =>
  row(title, path, {}, 200, headers, body);
const withHeader = (header: string, value: string): RawRequest => ({ headers: { [header]: value } });

const MEDIA_ROWS: readonly Row[] = [
  get('an init segment may be kept for ever', camera(`480p/${INIT}`), mediaHeaders('video/mp4'), 'init'),
  get('an init segment of sound', camera(`audio/${INIT}`), mediaHeaders('audio/mp4'), 'init'),
  get(
    'a segment',
    camera('480p/100.m4s'),
    { ...mediaHeaders('video/iso.segment'), 'content-length': `${SIZE}` },
    SEGMENT,
  ),
  get('a part', camera('480p/101.1.m4s'), mediaHeaders('video/iso.segment'), partContent('480p', 101, 1)),
  get('a segment of sound', camera('audio/100.m4s'), mediaHeaders('audio/mp4')),
  get('a transport stream segment', camera('480p/100.ts'), mediaHeaders('video/mp2t'), 'transport stream'),
  get(
    'a query means nothing to media',
    camera('480p/100.m4s?token=1&_HLS_msn=9'),
    mediaHeaders('video/iso.segment'),
    SEGMENT,
  ),
  row('media is never compressed', camera('480p/100.m4s'), withHeader('accept-encoding', 'gzip, br'), 200, {
    ...mediaHeaders('video/iso.segment'),
    'content-length': `${SIZE}`,
  }),
  row(
    'media in hand is confirmed',
    camera('480p/100.m4s'),
    withHeader('if-none-match', '{etag}'),
    304,
    {
      ...{ 'cache-control': IMMUTABLE, etag: /^"/, 'content-type': undefined },
    },
    '',
  ),
  row(
    'media in hand is confirmed among other validators',
    camera('480p/100.m4s'),
    withHeader('if-none-match', '"a", W/{etag}'),
    304,
    {
      'cache-control': IMMUTABLE,
    },
    '',
  ),
  row(
    'media in hand is confirmed by its date',
    camera('480p/100.m4s'),
    withHeader('if-modified-since', '{date}'),
    304,
    {
      'cache-control': IMMUTABLE,
    },
    '',
  ),
  row(
    'other media in hand is replaced',
    camera('480p/100.m4s'),
    withHeader('if-none-match', '"a"'),
    200,
    {
      'content-length': `${SIZE}`,
    },
    SEGMENT,
  ),
];

const RANGE_ROWS: readonly Row[] = [
  ...(
    [
      ['a range', 'bytes=1-4', `bytes 1-4/${SIZE}`, SEGMENT.slice(1, 5)],
      ['a range of one byte', 'bytes=0-0', `bytes 0-0/${SIZE}`, '<'],
      ['a range without an end', 'bytes=60-', `bytes 60-${SIZE - 1}/${SIZE}`, SEGMENT.slice(60)],
      [
        'a range that ends nowhere near',
        'bytes=60-9007199254740991',
        `bytes 60-${SIZE - 1}/${SIZE}`,
        SEGMENT.slice(60),
      ],
      ['the last bytes', 'bytes=-5', `bytes ${SIZE - 5}-${SIZE - 1}/${SIZE}`, SEGMENT.slice(-5)],
      ['more last bytes than there are', 'bytes=-5000', `bytes 0-${SIZE - 1}/${SIZE}`, SEGMENT],
    ] as const
  ).map(([title, range, contentRange, body]) =>
    row(
      title,
      camera('480p/100.m4s'),
      withHeader('range', range),
      206,
      {
        ...fileHeaders('video/iso.segment'),
        ...{ 'content-range': contentRange, 'content-length': `${body.length}` },
      },
      body,
    ),
  ),
  row(
    'a range of a part',
    camera('480p/101.1.m4s'),
    withHeader('range', 'bytes=1-4'),
    206,
    fileHeaders('video/iso.segment'),
    '480p',
  ),
  row(
    'a range of sound',
    camera('audio/100.m4s'),
    withHeader('range', 'bytes=1-5'),
    206,
    fileHeaders('audio/mp4'),
    'audio',
  ),
  row(
    'a range of a transport stream',
    camera('480p/100.ts'),
    withHeader('range', 'bytes=0-8'),
    206,
    fileHeaders('video/mp2t'),
    'transport',
  ),
  row('a range behind the end', camera('480p/100.m4s'), withHeader('range', `bytes=${SIZE}-`), 416, {
    ...refused,
    'content-range': `bytes */${SIZE}`,
  }),
  row(
    'several ranges at once get the whole',
    camera('480p/100.m4s'),
    withHeader('range', 'bytes=0-1,4-5'),
    200,
    {
      ...mediaHeaders('video/iso.segment'),
      'content-range': undefined,
    },
    SEGMENT,
  ),
  row('HEAD has no range', camera('480p/100.m4s'), { method: 'HEAD', headers: { range: 'bytes=0-1' } }, 200, {
    'content-length': `${SIZE}`,
    'content-range': undefined,
  }),
  row(
    'a range of the same file',
    camera('480p/100.m4s'),
    { headers: { range: 'bytes=0-0', 'if-range': '{etag}' } },
    206,
    {},
    '<',
  ),
  row(
    'a range of the file of that date',
    camera('480p/100.m4s'),
    { headers: { range: 'bytes=0-0', 'if-range': '{date}' } },
    206,
    {},
    '<',
  ),
  row(
    'a range of another file gets the whole',
    camera('480p/100.m4s'),
    { headers: { range: 'bytes=0-0', 'if-range': '"a"' } },
    200,
    {
      'content-range': undefined,
    },
    SEGMENT,
  ),
  row('a range of a file not there yet', camera('480p/999.m4s'), withHeader('range', 'bytes=0-1'), 404, refused),
];

const MANIFEST_ROWS: readonly Row[] = [
  get('the multivariant playlist', camera('playlist.m3u8'), manifestHeaders(HLS, 'public, max-age=1'), undefined),
  get(
    'a media playlist lives half a target duration',
    camera('480p/playlist.m3u8'),
    manifestHeaders(HLS, 'public, max-age=1'),
  ),
  get(
    'a playlist named by position lives six',
    camera('480p/playlist.m3u8?_HLS_msn=101&_HLS_part=1'),
    manifestHeaders(HLS, 'public, max-age=12'),
  ),
  get(
    'a playlist of a segment long gone',
    camera('480p/playlist.m3u8?_HLS_msn=7'),
    manifestHeaders(HLS, 'public, max-age=12'),
  ),
  get('a delta update', camera('480p/playlist.m3u8?_HLS_skip=YES'), manifestHeaders(HLS, 'public, max-age=1')),
  get(
    'a parameter that is not ours',
    camera('480p/playlist.m3u8?_HLS_other=1&x=%00'),
    manifestHeaders(HLS, 'public, max-age=1'),
  ),
  get('the MPD', camera('manifest.mpd'), manifestHeaders(DASH, 'public, max-age=1')),
  get('the MPD as a timeline', camera('manifest-timeline.mpd'), manifestHeaders(DASH, 'public, max-age=1')),
  get('a playlist that ended', '/streams/over/480p/playlist.m3u8', manifestHeaders(HLS, 'public, max-age=60')),
  get(
    'a playlist that ended, asked for by position',
    '/streams/over/480p/playlist.m3u8?_HLS_msn=999',
    manifestHeaders(HLS, 'public, max-age=60'),
  ),
  get('a multivariant playlist that ended', '/streams/over/playlist.m3u8', manifestHeaders(HLS, 'public, max-age=60')),
  get('an MPD that is static', '/streams/over/manifest.mpd', manifestHeaders(DASH, 'public, max-age=60')),
  ...['playlist.m3u8', '480p/playlist.m3u8', 'manifest.mpd', 'manifest-timeline.mpd'].flatMap((name) => [
    row(`${name} is compressed for who accepts it`, camera(name), withHeader('accept-encoding', 'deflate, gzip'), 200, {
      ...{ 'content-encoding': 'gzip', vary: 'Accept-Encoding', 'content-length': /^\d+$/ },
    }),
    row(
      `${name} is plain for who refuses that`,
      camera(name),
      withHeader('accept-encoding', 'gzip;q=0, identity'),
      200,
      {
        ...{ 'content-encoding': undefined, vary: 'Accept-Encoding', 'content-length': /^\d+$/ },
      },
    ),
    row(
      `${name} in hand is confirmed`,
      camera(name),
      withHeader('if-none-match', '{etag}'),
      304,
      {
        ...{ 'cache-control': 'public, max-age=1', vary: 'Accept-Encoding', etag: /^W\/"/, 'content-type': undefined },
      },
      '',
    ),
  ]),
  get('the clock is kept by nobody', '/time', {
    'cache-control': 'no-store',
    'content-type': 'text/plain; charset=utf-8',
    date: /GMT$/,
  }),
];

const REFUSED_ROWS: readonly Row[] = [
  ...(
    [
      ['a segment far ahead', 'camera/480p/110.m4s'],
      ['a segment too far ahead for words', 'camera/480p/99999999999999999.m4s'],
      ['a part far ahead', 'camera/480p/101.5.m4s'],
      ['a part past the end of a finished segment', 'camera/480p/100.6.m4s'],
      ['a transport stream segment of a stream that has none', 'camera/480p/110.ts'],
      ['a transport stream part', 'camera/480p/100.1.ts'],
      ['an init segment that never was', 'camera/480p/init-ffffffffffff.mp4'],
      ['a segment behind the end of a stream that ended', 'over/480p/102.m4s'],
      ['a rendition that is not on the ladder', 'camera/4320p/100.m4s'],
      ['a playlist of such a rendition', 'camera/4320p/playlist.m3u8'],
      ['media of an unknown stream', 'nobody/480p/100.m4s'],
      ['a playlist of an unknown stream', 'nobody/playlist.m3u8'],
      ['a media playlist of an unknown stream', 'nobody/480p/playlist.m3u8?_HLS_msn=1'],
      ['an MPD of an unknown stream', 'nobody/manifest.mpd'],
      ['a file still being written', 'camera/480p/.101.2.m4s.tmp'],
      ['a file still being written, its dots disguised', 'camera/480p/%2E101.2.m4s%2Etmp'],
      ['a hidden file', 'camera/480p/.inits'],
      ['a hidden file with a media ending', 'camera/480p/.100.m4s'],
      ['a file of another kind', 'camera/480p/notes.txt'],
      ['a folder', 'camera/480p/'],
      ['a parent folder', 'camera/480p/../480p/100.m4s'],
      ['a parent folder, encoded', 'camera/480p/..%2f480p%2f100.m4s'],
      ['a parent folder, wholly encoded', 'camera/%2e%2e/camera/480p/100.m4s'],
      ['a parent folder, encoded twice', 'camera/480p/..%252f480p%252f100.m4s'],
      ['a parent folder, with backslashes', 'camera/480p/..\\480p\\100.m4s'],
      ['a parent folder, with encoded backslashes', 'camera/480p/..%5c480p%5c100.m4s'],
      ['a stream id that is a parent folder', '../camera/480p/100.m4s'],
      ['an absolute path', 'camera/480p//etc/passwd.m4s'],
      ['a name in capitals', 'camera/480P/100.m4s'],
      ['a number with a leading zero', 'camera/480p/0100.m4s'],
    ] as const
  ).map(([title, path]) => row(title, `/streams/${path}`, {}, 404, refused)),
  ...(
    [
      ['a part without its segment', '_HLS_part=1'],
      ['a negative position', '_HLS_msn=-1'],
      ['a position that is no number', '_HLS_msn=x'],
      ['a position beyond 2^64', '_HLS_msn=99999999999999999999'],
      ['two positions', '_HLS_msn=101&_HLS_msn=102'],
      ['a position far ahead', '_HLS_msn=120'],
      ['a part far ahead of the last', '_HLS_msn=101&_HLS_part=90'],
    ] as const
  ).map(([title, query]) => row(title, camera(`480p/playlist.m3u8?${query}`), {}, 400, refused)),
  ...['playlist.m3u8', '480p/100.m4s', '480p/100.ts'].flatMap((name) =>
    ['POST', 'PUT', 'DELETE', 'PATCH'].map((method) =>
      row(`${method} of ${name}`, camera(name), { method }, 405, { ...refused, allow: 'GET, HEAD, OPTIONS' }),
    ),
  ),
];

const PREFLIGHT_ROWS: readonly Row[] = [
  ...['/time', '/streams/nobody/playlist.m3u8', '/streams/nobody/480p/1.m4s'],
  ...['playlist.m3u8', '480p/playlist.m3u8?_HLS_msn=101', 'manifest.mpd', 'manifest-timeline.mpd'].map(camera),
  ...['480p/100.m4s', '480p/999.m4s', '480p/100.ts', `audio/${INIT}`].map(camera),
].map((path) =>
  row(
    `a preflight for ${path}`,
    path,
    { method: 'OPTIONS', headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' } },
    204,
    {
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers':
        'Range, Content-Type, If-None-Match, CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status',
      'access-control-max-age': '86400',
      'cache-control': 'public, max-age=86400',
      'content-type': undefined,
    },
    '',
  ),
);

export const TABLE: readonly Row[] = [
  ...MEDIA_ROWS,
  ...RANGE_ROWS,
  ...MANIFEST_ROWS,
  ...REFUSED_ROWS,
  ...PREFLIGHT_ROWS,
];

/** What holds of every answer, whatever it is. */
const ALWAYS: ExpectedHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Age, Date, Content-Length, Content-Range, ETag, Accept-Ranges',
  ...{ 'set-cookie': undefined, location: undefined, age: undefined, 'x-accel-redirect': undefined },
  ...{ 'access-control-allow-credentials': undefined, 'x-powered-by': undefined },
};

/** Asks for a row as it says, and holds the answer against it. */
export async function askRow(url: string, { path, request, ...expected }: Row): Promise<RawAnswer> {
  const answer = await ask(url, path, await filledIn(url, path, request));
  expectAnswer(answer, expected);
  return answer;
}

export function expectAnswer(
  { status, headers, body }: RawAnswer,
  expected: Pick<Row, 'status' | 'headers'> & { readonly body?: string },
): void {
  const readable = headers['content-encoding'] === undefined ? body.toString() : '';
  expect(status, readable.slice(0, 300)).toBe(expected.status);
  for (const [name, value] of Object.entries({ ...ALWAYS, ...expected.headers })) {
    if (value instanceof RegExp) expect(headers[name], name).toMatch(value);
    else expect(headers[name], name).toBe(value);
  }
  // No version, and nothing for a person: a player shows neither.
  expect(headers['server'] ?? 'nginx').toBe('nginx');
  expect(headers['content-type'] ?? '').not.toContain('text/html');
  expect(headers['vary'] ?? '').not.toMatch(/origin/i);
  if (expected.body !== undefined) expect(body.toString()).toBe(expected.body);
}

/** Headers that describe a connection or a moment, not a resource. */
const OF_THE_MOMENT = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'x-cache']);

export function lastingHeaders({ headers }: RawAnswer): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_MOMENT.has(name)));
}

async function filledIn(url: string, path: string, { headers = {}, ...request }: RawRequest): Promise<RawRequest> {
  if (!Object.values(headers).some((value) => /\{(etag|date)\}/.test(value))) return { ...request, headers };
  const first = (await ask(url, path)).headers;
  const fill = (value: string): string =>
    value.replace('{etag}', first['etag'] ?? '').replace('{date}', first['last-modified'] ?? '');
  return {
    ...request,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)])),
  };
}

/**
 * The streams that the rows speak of: `camera` on air with segment 100 and two parts of 101, `over` ended after 101, and
 * files that nobody may see.
 */
export async function setScene(application: TestApplication): Promise<void> {
  for (const id of ['camera', 'over']) (await startOnAir(application, id)).publish(101, 0, 1);
  application.pipelines.of('over').publish(101, 2, 5);
  await request(application.server).delete('/streams/over').expect(200);
  const folder = join(application.settings.outputDir, 'camera', '480p');
  await writeFile(join(folder, '100.ts'), 'transport stream');
  for (const name of ['.101.2.m4s.tmp', '.inits', '.100.m4s', 'notes.txt'])
    await writeFile(join(folder, name), 'hidden');
}

/** A stream with the rungs 480p and 360p and segment 100. */
export async function startOnAir(
  { server, pipelines, settings }: TestApplication,
  id: string,
): Promise<ScriptedPipeline> {
  const spec = { stream_id: id, source_url: 'srt://127.0.0.1:9000', qualities: ['480p', '360p'] };
  await request(server).post('/streams').send(spec).expect(201);
  const pipeline = pipelines.of(id);
  pipeline.open();
  pipeline.publish(100);
  // Files of a test are younger than a second, in which a validator made of dates could not tell two of them apart.
  const segment = join(settings.outputDir, id, '480p', '100.m4s');
  await mkdir(dirname(segment), { recursive: true });
  await utimes(segment, 1_700_000_000, 1_700_000_000);
  return pipeline;
}
