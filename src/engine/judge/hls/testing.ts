/** Playlists for the judge's own tests. */
import type { MediaPlaylist } from './playlist.js';
import { readMediaPlaylist } from './read-media-playlist.js';
import { readPlaylist } from './read-playlist.js';

export const mediaOf = (text: string, url = 'http://stream.test/720p/playlist.m3u8'): MediaPlaylist =>
  readMediaPlaylist(readPlaylist(text, url));

export interface LivePlaylistOptions {
  readonly first?: number;
  /** Complete segments, two seconds each. */
  readonly segments?: number;
  /** Of the segment in progress, half a second each; 0: there is none. */
  readonly parts?: number;
  readonly ended?: boolean;
  readonly skipped?: number;
  /** More lines, before the first segment. */
  readonly more?: readonly string[];
  readonly reports?: readonly string[];
}

/** A low-latency playlist of four parts a segment; the last complete segment is told with its parts. */
export function aLiveText(options: LivePlaylistOptions = {}): string {
  const { first = 100, segments = 10, parts = 2, ended = false, skipped = 0, more = [], reports = [] } = options;
  const partsOf = (msn: number, count: number): string[] =>
    Array.from(
      { length: ended ? 0 : count },
      (_, part) => `#EXT-X-PART:DURATION=0.5,URI="${msn}.${part}.m4s"${part === 0 ? ',INDEPENDENT=YES' : ''}`,
    );
  const last = first + segments - 1;
  return [
    '#EXTM3U',
    `#EXT-X-VERSION:${skipped > 0 ? 9 : 6}`,
    '#EXT-X-TARGETDURATION:2',
    '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12,HOLD-BACK=6,PART-HOLD-BACK=1.5',
    '#EXT-X-PART-INF:PART-TARGET=0.5',
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
    '#EXT-X-DISCONTINUITY-SEQUENCE:0',
    ...(skipped > 0 ? [`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`] : ['#EXT-X-MAP:URI="init.mp4"']),
    ...more,
    ...Array.from({ length: segments - skipped }, (_, index) => first + skipped + index).flatMap((msn) => [
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(Date.UTC(2026, 0, 1) + msn * 2000).toISOString()}`,
      ...(msn === last ? partsOf(msn, 4) : []),
      ...['#EXTINF:2,', `${msn}.m4s`],
    ]),
    ...(ended || parts === 0
      ? []
      : [`#EXT-X-PROGRAM-DATE-TIME:${new Date(Date.UTC(2026, 0, 1) + (last + 1) * 2000).toISOString()}`]),
    ...partsOf(last + 1, parts),
    ...(ended ? ['#EXT-X-ENDLIST'] : [`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${last + 1}.${parts}.m4s"`, ...reports]),
    '',
  ].join('\n');
}

export const aLivePlaylist = (options: LivePlaylistOptions = {}): MediaPlaylist => mediaOf(aLiveText(options));
