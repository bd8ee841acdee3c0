import { describe, expect, it } from 'vitest';
import { violationsOf } from '../rule.js';
import { HTTP_RULES, type Fetched } from './index.js';
import { anAnswer, type AnswerOptions } from './testing.js';

const found = (answer: AnswerOptions, as: Partial<Fetched> = {}): string[] => {
  const subject: Fetched = {
    ...{ exchange: anAnswer(answer), resource: 'media-playlist', expected: 'there', live: true, targetDuration: 2 },
    ...as,
  };
  return violationsOf(HTTP_RULES, subject, { url: '', atMs: 0 }).map(({ rule, evidence }) => `${rule}: ${evidence}`);
};
const playlist = (headers: AnswerOptions['headers'] = {}, more: AnswerOptions = {}): AnswerOptions => ({
  headers: {
    ...{ 'content-type': 'application/vnd.apple.mpegurl', 'cache-control': 'public, max-age=1' },
    ...{ 'content-encoding': 'gzip', vary: 'Accept-Encoding' },
    ...headers,
  },
  body: '#EXTM3U\n',
  ...more,
});
const segment = (headers: AnswerOptions['headers'] = {}, more: AnswerOptions = {}): AnswerOptions => ({
  url: 'http://stream.test/demo/1.m4s',
  headers: { 'content-type': 'video/mp4', 'cache-control': 'public, max-age=31536000, immutable', ...headers },
  ...more,
});
const asSegment = { resource: 'segment', live: false } as const;

describe('the rules of an HTTP answer', () => {
  it('have nothing to say about a good playlist, a good segment and a good refusal', () => {
    expect(found(playlist())).toEqual([]);
    expect(found(playlist({ 'cache-control': 'public, max-age=12' }), { blocking: true })).toEqual([]);
    expect(
      found(playlist({ 'access-control-allow-origin': 'https://player.example', vary: 'Accept-Encoding, Origin' })),
    ).toEqual([]);
    expect(found(segment(), asSegment)).toEqual([]);
    expect(found({ url: 'http://stream.test/2.m4s', status: 404 }, { ...asSegment, expected: 'absent' })).toEqual([]);
  });

  it.each([
    ['a listed playlist that is not there', { status: 404 }, {}, 'http.listed-is-there: media-playlist answered 404'],
    [
      'a segment that is redirected',
      segment({ location: '/b' }, { status: 302 }),
      asSegment,
      'http.media-not-redirected: 302 to /b',
    ],
    [
      'a bad request that makes the server fail',
      { status: 500 },
      { expected: 'refused' },
      'http.never-500: answered 500',
    ],
    [
      'an answer that is cut',
      playlist({ 'content-length': '20' }, { truncated: true }),
      {},
      'http.whole: cut after 8 of 20 bytes',
    ],
    [
      'a playlist that cannot be known for one',
      playlist({ 'content-type': 'text/plain' }, { url: 'http://stream.test/live' }),
      {},
      'http.playlist-identified: path without .m3u8, Content-Type text/plain',
    ],
    [
      'a playlist of a wrong type',
      playlist({ 'content-type': undefined }),
      {},
      'http.playlist-type: Content-Type missing',
    ],
    [
      'an MPD of a wrong type',
      playlist({ 'content-type': 'text/xml' }),
      { resource: 'mpd' },
      'http.mpd-type: Content-Type text/xml',
    ],
    [
      'a segment of a wrong type',
      segment({ 'content-type': 'application/octet-stream' }),
      asSegment,
      'http.media-type: Content-Type application/octet-stream for .m4s; video/mp4 or audio/mp4 or video/iso.segment or application/mp4 expected',
    ],
    [
      'no CORS on an error',
      { status: 404, headers: { 'access-control-allow-origin': undefined } },
      { ...asSegment, expected: 'absent' },
      'http.cors: 404: Access-Control-Allow-Origin missing',
    ],
    [
      'CORS said twice',
      playlist({ 'access-control-allow-origin': '*, *' }),
      {},
      'http.cors: 200: Access-Control-Allow-Origin *, *',
    ],
    [
      'Vary: Origin beside *',
      playlist({ vary: 'Origin, Accept-Encoding' }),
      {},
      'http.cors-varies: Vary: Origin beside Access-Control-Allow-Origin: * splits caches',
    ],
    [
      'an echoed origin without Vary',
      playlist({ 'access-control-allow-origin': 'https://player.example' }),
      {},
      'http.cors-varies: allowed origin https://player.example without Vary: Origin',
    ],
    [
      'a live playlist that is kept',
      playlist({ 'cache-control': 'max-age=60' }),
      {},
      'http.playlist-lifetime: Cache-Control max-age=60; 2 s at most',
    ],
    [
      'a shared lifetime that is longer',
      playlist({ 'cache-control': 'max-age=1, s-maxage=30' }),
      {},
      'http.playlist-lifetime: Cache-Control max-age=1, s-maxage=30; 2 s at most',
    ],
    [
      'a held playlist that is kept too long',
      playlist({ 'cache-control': 'max-age=60' }),
      { blocking: true },
      'http.playlist-lifetime: Cache-Control max-age=60; 12 s at most',
    ],
    [
      'a lifetime by Expires',
      playlist({
        'cache-control': undefined,
        date: 'Thu, 01 Jan 2026 00:00:00 GMT',
        expires: 'Thu, 01 Jan 2026 00:01:00 GMT',
      }),
      {},
      'http.playlist-lifetime: Cache-Control missing; 2 s at most',
    ],
    [
      'no lifetime at all',
      playlist({ 'cache-control': undefined }),
      {},
      'http.playlist-lifetime-said: no Cache-Control, no Expires',
    ],
    [
      'an immutable live playlist',
      playlist({ 'cache-control': 'max-age=1, immutable' }),
      {},
      'http.playlist-not-immutable: Cache-Control max-age=1, immutable',
    ],
    [
      'media that may not be kept',
      segment({ 'cache-control': 'no-cache' }),
      asSegment,
      'http.media-lifetime: Cache-Control no-cache',
    ],
    [
      'a 404 that is kept',
      { status: 404, headers: { 'cache-control': 'max-age=300' } },
      { ...asSegment, expected: 'absent' },
      'http.negative-lifetime: 404, Cache-Control max-age=300; 2 s at most',
    ],
    [
      'a 404 that caches may guess about',
      { status: 404, headers: { 'cache-control': undefined } },
      { ...asSegment, expected: 'absent' },
      'http.negative-lifetime-said: 404 without Cache-Control',
    ],
    [
      'a long playlist in plain',
      playlist({ 'content-encoding': undefined }, { body: 'x'.repeat(2000) }),
      {},
      'http.playlist-compressed: 2000 bytes, no Content-Encoding',
    ],
    [
      'compression without Vary',
      playlist({ vary: undefined }),
      {},
      'http.vary-encoding: Content-Encoding gzip, Vary missing',
    ],
    [
      'media compressed again',
      segment({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' }),
      asSegment,
      'http.media-not-compressed: Content-Encoding gzip',
    ],
    ['a cookie', playlist({ 'set-cookie': 'id=1' }), {}, 'http.no-cookies: Set-Cookie with 200'],
    ['an Age beyond reason', playlist({ age: '90' }), {}, 'http.age-plausible: Age 90, target duration 2 s'],
    [
      'a playlist nobody has modified for long',
      playlist({ date: 'Thu, 01 Jan 2026 00:00:30 GMT', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }),
      {},
      'http.not-stale: Last-Modified 30 s before Date',
    ],
  ] as const)('find %s', (_what, answer, as, expected) => {
    expect(found(answer, as)).toEqual([expected]);
  });

  it('allow a playlist on demand to be kept for ever', () => {
    expect(found(playlist({ 'cache-control': 'max-age=31536000, immutable' }), { live: false })).toEqual([]);
  });
});
