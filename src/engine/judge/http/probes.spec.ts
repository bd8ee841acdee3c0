import { describe, expect, it } from 'vitest';
import { probeHttp } from './index.js';
import { anAnswer, aServer, type AnswerOptions } from './testing.js';

const BODY = Buffer.from(Array.from({ length: 500 }, (_, index) => index % 256));
const URL_OF_SEGMENT = 'http://stream.test/1.m4s';
const GET_HEADERS = {
  'content-type': 'video/mp4',
  etag: '"a"',
  'content-length': '500',
  'cache-control': 'max-age=60',
};

type Kind = 'HEAD' | 'OPTIONS' | 'revalidation' | 'range' | 'past-end';

const GOOD: Record<Kind, AnswerOptions> = {
  HEAD: { headers: GET_HEADERS },
  OPTIONS: { status: 204, headers: { 'access-control-allow-headers': 'Range, Content-Type' } },
  revalidation: { status: 304, headers: { etag: '"a"', 'cache-control': 'max-age=60' } },
  range: { status: 206, headers: { 'content-range': 'bytes 0-99/500' }, body: BODY.subarray(0, 100) },
  'past-end': { status: 416, headers: { 'content-range': 'bytes */500' } },
};

async function found(changes: Partial<Record<Kind, AnswerOptions>>, needsRanges = false): Promise<string[]> {
  const answers = { ...GOOD, ...changes };
  const first = anAnswer({ url: URL_OF_SEGMENT, headers: GET_HEADERS, body: BODY });
  const server = aServer((_path, headers) => {
    if (headers['if-none-match']) return answers.revalidation;
    return headers['range'] === 'bytes=0-99' ? answers.range : answers['past-end'];
  });
  const ask: typeof server.ask = (url, options) => {
    const method = options?.method ?? 'GET';
    if (method === 'GET') return server.ask(url, options);
    return Promise.resolve(anAnswer({ ...answers[method], url, method }));
  };
  const violations = await probeHttp(ask, first, 'segment', { live: false, needsRanges });
  return violations.map(({ rule, evidence }) => `${rule}: ${evidence}`);
}

describe('the other ways to ask for a resource', () => {
  it('have nothing to say about a server that knows them all', async () => {
    expect(await found({})).toEqual([]);
  });

  it.each([
    ['a HEAD that is not allowed', { HEAD: { status: 405 } }, 'http.head: HEAD answered 405, GET 200'],
    [
      'a HEAD of another length',
      { HEAD: { headers: { ...GET_HEADERS, 'content-length': '0' } } },
      'http.head: content-length: GET 500, HEAD 0',
    ],
    ['a preflight that is refused', { OPTIONS: { status: 405 } }, 'http.preflight: OPTIONS answered 405'],
    [
      'a preflight that does not grant Range',
      { OPTIONS: { status: 204 } },
      'http.preflight: Access-Control-Allow-Headers missing, Range asked for',
    ],
    [
      'an ETag that is of no use',
      { revalidation: { headers: { etag: '"a"' }, body: BODY } },
      'http.not-modified: If-None-Match "a" answered 200 with the same ETag',
    ],
    [
      'a 304 that forgets what it is about',
      { revalidation: { status: 304, headers: { etag: '"a"', 'cache-control': undefined } } },
      'http.not-modified-bare: 304 without cache-control',
    ],
    ['no ranges where nobody needs them', { range: { body: BODY } }, 'http.range: bytes=0-99 answered 200, the whole'],
    [
      'a range of wrong bytes',
      { range: { status: 206, headers: { 'content-range': 'bytes 0-99/500' }, body: BODY.subarray(1, 101) } },
      'http.range-exact: 100 bytes that are not the first 100',
    ],
    [
      'a range of a whole that it is not of',
      { range: { status: 206, headers: { 'content-range': 'bytes 0-99/499' }, body: BODY.subarray(0, 100) } },
      'http.range-exact: Content-Range bytes 0-99/499, the whole has 500 bytes',
    ],
    [
      'a range past the end that is found',
      { 'past-end': { status: 206 } },
      'http.range-past-end: bytes=9000000000- answered 206',
    ],
    [
      'a 416 that no page can read',
      { 'past-end': { status: 416, headers: { 'access-control-allow-origin': '*, *' } } },
      'http.range-past-end-kept: Access-Control-Allow-Origin *, *',
    ],
  ])('find %s', async (_what, changes, expected) => {
    expect(await found(changes)).toEqual([expected]);
  });

  it('find no ranges where playlists list byte ranges', async () => {
    expect(await found({ range: { body: BODY } }, true)).toEqual([
      'http.range-needed: bytes=0-99 answered 200, the whole',
    ]);
  });
});
