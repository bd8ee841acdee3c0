/**
 * The one table of what a cache may keep, and for how long. nginx says the same for the files it serves itself; a test
 * holds the two together.
 */

/** Apple 10.4, rfc8216bis 4. */
export const HLS_TYPE = 'application/vnd.apple.mpegurl';

export type Cached =
  | 'media'
  | 'live-multivariant'
  | 'live-playlist'
  | 'blocking-playlist'
  | 'live-mpd'
  | 'ended-manifest'
  | 'clock'
  | 'preflight';

const ONE_YEAR = 31_536_000;
const ONE_DAY = 86_400;

/** Cache-Control for a successful answer (rfc8216bis B.1 for playlists). `targetDuration` in seconds. */
export function cacheControl(what: Cached, targetDuration: number): string {
  switch (what) {
    case 'media':
      return `public, max-age=${ONE_YEAR}, immutable`;
    case 'live-multivariant':
    case 'live-mpd':
      return 'public, max-age=1';
    case 'live-playlist':
      return `public, max-age=${Math.max(1, Math.floor(targetDuration / 2))}`;
    case 'blocking-playlist':
      // Named by position, so it never changes meaning; it only becomes useless.
      return `public, max-age=${6 * targetDuration}`;
    case 'ended-manifest':
      return 'public, max-age=60';
    case 'clock':
      return 'no-store';
    case 'preflight':
      // The same for everybody and for ever; a CDN that keeps answers to OPTIONS spares us the question.
      return `public, max-age=${ONE_DAY}`;
  }
}

export const CORS_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Age, Date, Content-Length, Content-Range, ETag, Accept-Ranges',
};

export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  ...CORS_HEADERS,
  'access-control-allow-methods': 'GET, HEAD, OPTIONS',
  'access-control-allow-headers':
    'Range, Content-Type, If-None-Match, CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status',
  'access-control-max-age': String(ONE_DAY),
  'cache-control': cacheControl('preflight', 1),
};
