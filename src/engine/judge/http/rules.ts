/** The rules of one HTTP answer (RFC 9110, Fetch 3, Apple 8 and 10; sections 4.1 and 4.4 of the protocol rules). PURE. */
import type { Rule } from '../rule.js';
import { sharedLifetime } from './cache-control.js';
import { CACHING_RULES, LIVE_CACHING_RULES } from './caching-rules.js';
import type { Exchange } from './exchange.js';
import { isFine, isMedia, isOutage, isPlaylist, varyOf, type Fetched } from './fetched.js';

const PLAYLIST_TYPES = ['application/vnd.apple.mpegurl', 'audio/mpegurl', 'application/x-mpegurl', 'audio/x-mpegurl'];
/** By file name; what is not listed may be anything. */
const MEDIA_TYPES: Readonly<Record<string, readonly string[]>> = {
  m4s: ['video/mp4', 'audio/mp4', 'video/iso.segment', 'application/mp4'],
  mp4: ['video/mp4', 'audio/mp4', 'application/mp4'],
  m4v: ['video/mp4'],
  m4a: ['audio/mp4', 'video/mp4'],
  cmfv: ['video/mp4'],
  cmfa: ['audio/mp4'],
  ts: ['video/mp2t'],
  aac: ['audio/aac', 'audio/aacp'],
  ac3: ['audio/ac3'],
  mp3: ['audio/mpeg'],
  vtt: ['text/vtt'],
};

const ANSWER_RULES: readonly Rule<Fetched>[] = [
  {
    id: 'http.listed-is-there',
    clause: 'rfc8216bis 6.2.1',
    severity: 'error',
    text: 'What a playlist lists can be fetched, the moment it is listed.',
    check: ({ exchange: { status }, expected, resource }) => {
      // A redirect has a rule of its own; what is no answer of the origin at all is told as an outage.
      const isToldElsewhere = (status >= 300 && status < 400) || isOutage(status);
      return expected !== 'there' || isFine(status) || isToldElsewhere ? [] : [`${resource} answered ${status}`];
    },
  },
  {
    id: 'http.media-not-redirected',
    clause: 'Apple 8.18',
    severity: 'warning',
    text: 'Requests for media are not redirected.',
    check: ({ exchange, resource }) =>
      isMedia(resource) && [301, 302, 303, 307, 308].includes(exchange.status)
        ? [`${exchange.status} to ${exchange.headers['location'] ?? 'nowhere'}`]
        : [],
  },
  {
    id: 'http.never-500',
    clause: 'RFC 9110 15.6',
    severity: 'error',
    text: 'No request of a client makes the server fail.',
    check: ({ exchange, expected }) =>
      expected !== 'there' && exchange.status >= 500 && exchange.status !== 503 ? [`answered ${exchange.status}`] : [],
  },
  {
    id: 'http.whole',
    clause: 'RFC 9112 8',
    severity: 'error',
    text: 'An answer comes whole: the connection is not cut before its end.',
    check: ({ exchange }) => {
      const received = exchange.bursts.reduce((sum, { bytes }) => sum + bytes, 0);
      const promised = exchange.headers['content-length'];
      const ofHowMany = promised === undefined ? '' : ` of ${promised}`;
      return exchange.truncated ? [`cut after ${received}${ofHowMany} bytes`] : [];
    },
  },
  {
    id: 'http.playlist-identified',
    clause: 'rfc8216bis 4',
    severity: 'error',
    text: 'A playlist is known by its path (.m3u8) or by its Content-Type.',
    check: ({ exchange, resource }) =>
      isPlaylist(resource) && exchange.status === 200 && !isPlaylistPath(exchange.url) && !hasPlaylistType(exchange)
        ? [`path without .m3u8, Content-Type ${exchange.headers['content-type'] ?? 'missing'}`]
        : [],
  },
  {
    id: 'http.playlist-type',
    clause: 'Apple 10.4',
    severity: 'warning',
    text: 'Playlists are sent as application/vnd.apple.mpegurl.',
    check: ({ exchange, resource }) =>
      isPlaylist(resource) && exchange.status === 200 && isPlaylistPath(exchange.url) && !hasPlaylistType(exchange)
        ? [`Content-Type ${exchange.headers['content-type'] ?? 'missing'}`]
        : [],
  },
  {
    id: 'http.mpd-type',
    clause: 'ISO/IEC 23009-1 C.1',
    severity: 'warning',
    text: 'MPDs are sent as application/dash+xml.',
    check: ({ exchange, resource }) =>
      resource === 'mpd' && exchange.status === 200 && typeOf(exchange) !== 'application/dash+xml'
        ? [`Content-Type ${exchange.headers['content-type'] ?? 'missing'}`]
        : [],
  },
  {
    id: 'http.media-type',
    clause: 'Apple 10.4',
    severity: 'warning',
    text: 'Media are sent with the type of what they are.',
    check: ({ exchange, resource }) => {
      const extension = /\.([a-z0-9]+)$/i.exec(new URL(exchange.url).pathname)?.[1]?.toLowerCase() ?? '';
      const allowed = MEDIA_TYPES[extension];
      return isMedia(resource) &&
        isFine(exchange.status) &&
        exchange.status !== 304 &&
        allowed &&
        !allowed.includes(typeOf(exchange))
        ? [
            `Content-Type ${exchange.headers['content-type'] ?? 'missing'} for .${extension}; ${allowed.join(' or ')} expected`,
          ]
        : [];
    },
  },
  {
    id: 'http.cors',
    clause: 'Fetch 3.3',
    severity: 'warning',
    text: 'Every answer can be read by a web page of another site: Access-Control-Allow-Origin, once, whatever the status.',
    check: ({ exchange }) => {
      const allowed = exchange.headers['access-control-allow-origin'];
      if (allowed === '*' || allowed === exchange.requestHeaders['origin']) return [];
      return [`${exchange.status}: Access-Control-Allow-Origin ${allowed ?? 'missing'}`];
    },
  },
  {
    id: 'http.cors-varies',
    clause: 'Fetch 3.3.3',
    severity: 'warning',
    text: 'Vary: Origin stands exactly where the allowed origin is the one that asked.',
    check: ({ exchange }) => {
      const allowed = exchange.headers['access-control-allow-origin'];
      const varies = varyOf(exchange).includes('origin');
      if (allowed === '*' && varies) return ['Vary: Origin beside Access-Control-Allow-Origin: * splits caches'];
      const isEcho = allowed !== undefined && allowed !== '*' && allowed === exchange.requestHeaders['origin'];
      return isEcho && !varies && sharedLifetime(exchange) !== 0
        ? [`allowed origin ${allowed} without Vary: Origin`]
        : [];
    },
  },
];

/** Every rule of one answer. */
export const HTTP_RULES: readonly Rule<Fetched>[] = [...ANSWER_RULES, ...CACHING_RULES, ...LIVE_CACHING_RULES];

const isPlaylistPath = (url: string): boolean => /\.m3u8?$/i.test(new URL(url).pathname);
const hasPlaylistType = (exchange: Exchange): boolean => PLAYLIST_TYPES.includes(typeOf(exchange));
const typeOf = ({ headers }: Exchange): string => (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
