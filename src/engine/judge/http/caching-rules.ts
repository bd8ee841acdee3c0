/** The rules of caching and compression (RFC 9111, rfc8216bis B.1, Apple 10.1; sections 4.1 and 4.5 of the protocol rules). PURE. */
import type { Rule } from '../rule.js';
import { cacheDirectives, sharedLifetime } from './cache-control.js';
import type { Exchange } from './exchange.js';
import { isMedia, isPlaylist, varyOf, type Fetched } from './fetched.js';

/** Below this, compression gains nothing and many servers leave it. */
const WORTH_COMPRESSING = 1000;
const DAY_SECONDS = 86_400;

/** Of answers that will be others soon. Whether a multivariant playlist is one, only its media playlists tell. */
export const LIVE_CACHING_RULES: readonly Rule<Fetched>[] = [
  {
    id: 'http.playlist-lifetime',
    clause: 'rfc8216bis B.1',
    severity: 'warning',
    text: 'A live playlist is not kept longer than it is true: half a target duration, six for one that was waited for.',
    check: ({ exchange, resource, live, targetDuration, blocking }) => {
      if (!(isPlaylist(resource) || resource === 'mpd') || !live || exchange.status !== 200) return [];
      const lifetime = sharedLifetime(exchange);
      if (lifetime === undefined || targetDuration === undefined) return [];
      const longest = (blocking ? 6 : 1) * targetDuration;
      return lifetime > longest ? [`${said(exchange)}; ${longest} s at most`] : [];
    },
  },
  {
    id: 'http.playlist-lifetime-said',
    clause: 'RFC 9111 4.2.2',
    severity: 'note',
    text: 'A live playlist says how long it may be kept, or caches guess.',
    check: ({ exchange, resource, live }) =>
      (isPlaylist(resource) || resource === 'mpd') &&
      live &&
      exchange.status === 200 &&
      sharedLifetime(exchange) === undefined
        ? ['no Cache-Control, no Expires']
        : [],
  },
  {
    id: 'http.playlist-not-immutable',
    clause: 'RFC 8246 2',
    severity: 'error',
    text: 'A live playlist is not immutable.',
    check: ({ exchange, resource, live }) =>
      live && !isMedia(resource) && cacheDirectives(exchange).has('immutable') ? [said(exchange)] : [],
  },
  {
    id: 'http.age-plausible',
    clause: 'rfc8216bis C',
    severity: 'warning',
    text: 'Age is the time an answer spent in caches, and a live playlist spends little there.',
    check: ({ exchange, resource, live, targetDuration = DAY_SECONDS }) => {
      const age = Number(exchange.headers['age'] ?? 0);
      return live && isPlaylist(resource) && exchange.status === 200 && !(age <= 6 * targetDuration)
        ? [`Age ${exchange.headers['age']}, target duration ${targetDuration} s`]
        : [];
    },
  },
  {
    id: 'http.not-stale',
    clause: 'Apple 8.24',
    severity: 'warning',
    text: 'A live media playlist was modified within the last three target durations.',
    check: ({ exchange, resource, live, targetDuration }) => {
      const { date, 'last-modified': modified } = exchange.headers;
      if (!live || resource !== 'media-playlist' || targetDuration === undefined || !date || !modified) return [];
      const age = (Date.parse(date) - Date.parse(modified)) / 1000;
      return age > 3 * targetDuration ? [`Last-Modified ${age} s before Date`] : [];
    },
  },
];

export const CACHING_RULES: readonly Rule<Fetched>[] = [
  {
    id: 'http.media-lifetime',
    clause: 'rfc8216bis 6.2.2',
    severity: 'note',
    text: 'Media say how long they may be kept: a CDN should never ask twice.',
    check: ({ exchange, resource, expected }) => {
      if (!isMedia(resource) || expected !== 'there' || ![200, 206].includes(exchange.status)) return [];
      return sharedLifetime(exchange) ? [] : [said(exchange)];
    },
  },
  {
    id: 'http.negative-lifetime',
    clause: 'rfc8216bis B.1',
    severity: 'warning',
    text: 'A refusal is not kept for long: what is missing now may be there in a moment.',
    check: ({ exchange, targetDuration = 2, blocking }) => {
      if (exchange.status < 400) return [];
      const lifetime = sharedLifetime(exchange);
      const longest = (blocking ? 4 : 1) * targetDuration;
      return lifetime !== undefined && lifetime > longest
        ? [`${exchange.status}, ${said(exchange)}; ${longest} s at most`]
        : [];
    },
  },
  {
    id: 'http.negative-lifetime-said',
    clause: 'RFC 9111 4.2.2',
    severity: 'note',
    text: 'A 404, 405, 410, 414 or 501 says that it may not be kept, or caches guess.',
    check: ({ exchange }) =>
      [404, 405, 410, 414, 501].includes(exchange.status) && sharedLifetime(exchange) === undefined
        ? [`${exchange.status} without Cache-Control`]
        : [],
  },
  {
    id: 'http.playlist-compressed',
    clause: 'Apple 10.1',
    severity: 'warning',
    text: 'Playlists are sent compressed to those who can read it.',
    check: ({ exchange, resource }) =>
      !isMedia(resource) &&
      exchange.status === 200 &&
      exchange.method === 'GET' &&
      asksGzip(exchange) &&
      exchange.headers['content-encoding'] === undefined &&
      exchange.body.length >= WORTH_COMPRESSING
        ? [`${exchange.body.length} bytes, no Content-Encoding`]
        : [],
  },
  {
    id: 'http.vary-encoding',
    clause: 'RFC 9110 12.5.5',
    severity: 'warning',
    text: 'What is compressed for some says Vary: Accept-Encoding.',
    check: ({ exchange }) =>
      exchange.headers['content-encoding'] !== undefined &&
      !varyOf(exchange).includes('accept-encoding') &&
      !varyOf(exchange).includes('*')
        ? [`Content-Encoding ${exchange.headers['content-encoding']}, Vary ${exchange.headers['vary'] ?? 'missing'}`]
        : [],
  },
  {
    id: 'http.media-not-compressed',
    clause: 'RFC 9110 8.4',
    severity: 'warning',
    text: 'Media are not compressed once more: it costs time, lengths and ranges.',
    check: ({ exchange, resource }) =>
      isMedia(resource) && exchange.headers['content-encoding'] !== undefined
        ? [`Content-Encoding ${exchange.headers['content-encoding']}`]
        : [],
  },
  {
    id: 'http.no-cookies',
    clause: 'RFC 9111 7.3',
    severity: 'note',
    text: 'Answers that many share set no cookies.',
    check: ({ exchange }) =>
      exchange.headers['set-cookie'] === undefined ? [] : [`Set-Cookie with ${exchange.status}`],
  },
];

const asksGzip = ({ requestHeaders }: Exchange): boolean => /\bgzip\b/.test(requestHeaders['accept-encoding'] ?? '');
const said = ({ headers }: Exchange): string => `Cache-Control ${headers['cache-control'] ?? 'missing'}`;
