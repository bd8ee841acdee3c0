/** The rules of one media playlist, with or without low latency (rfc8216bis 4.4.3, 4.4.4; P1 to P18). PURE. */
import type { Rule } from '../../rule.js';
import { completeSegments, hasParts, lineText, tagText, type MediaPlaylist, type Tag } from '../playlist.js';
import { text } from '../tag-values.js';

const FRAGMENTED_MP4 = /\.(m4s|m4f|mp4|m4v|m4a|cmfv|cmfa|cmft)$/i;

export const SEGMENT_RULES: readonly Rule<MediaPlaylist>[] = [
  {
    id: 'hls.target-duration',
    clause: 'rfc8216bis 4.4.3.1',
    severity: 'error',
    text: 'There is an EXT-X-TARGETDURATION of at least 1.',
    check: ({ targetDuration }) =>
      targetDuration === undefined || targetDuration < 1 ? [`target duration ${targetDuration ?? 'missing'}`] : [],
  },
  {
    id: 'hls.target-duration-fits',
    clause: 'rfc8216bis 4.4.3.1',
    severity: 'error',
    text: 'No EXTINF, rounded to whole seconds, exceeds the target duration.',
    check: (playlist) => {
      const { targetDuration } = playlist;
      if (targetDuration === undefined) return [];
      return completeSegments(playlist)
        .filter(({ duration = 0 }) => Math.round(duration) > targetDuration)
        .map(
          ({ line, duration, uri }) =>
            `${lineText(line, uri!)} lasts ${duration} s, target duration ${targetDuration} s`,
        );
    },
  },
  {
    id: 'hls.extinf',
    clause: 'rfc8216bis 4.4.4.1',
    severity: 'error',
    text: 'Each segment has an EXTINF, and each EXTINF a segment.',
    check: (playlist) => [
      ...completeSegments(playlist)
        .filter(({ duration }) => duration === undefined)
        .map(({ line, uri }) => `${lineText(line, uri!)} has no EXTINF`),
      ...strayExtinf(playlist),
    ],
  },
  {
    id: 'hls.media-sequence-first',
    clause: 'rfc8216bis 4.4.3.2',
    severity: 'error',
    text: 'EXT-X-MEDIA-SEQUENCE comes before the first segment.',
    check: (playlist) => laterThan(playlist, 'EXT-X-MEDIA-SEQUENCE', firstSegmentLine(playlist)),
  },
  {
    id: 'hls.discontinuity-sequence-first',
    clause: 'rfc8216bis 4.4.3.3',
    severity: 'error',
    text: 'EXT-X-DISCONTINUITY-SEQUENCE comes before the first segment and any EXT-X-DISCONTINUITY.',
    check: (playlist) => {
      const first = playlist.source.tags.find(({ name }) => name === 'EXT-X-DISCONTINUITY')?.line ?? Infinity;
      return laterThan(playlist, 'EXT-X-DISCONTINUITY-SEQUENCE', Math.min(first, firstSegmentLine(playlist)));
    },
  },
  {
    id: 'hls.discontinuity-sequence-always',
    clause: 'Apple 8.17',
    severity: 'note',
    text: 'A live playlist always says EXT-X-DISCONTINUITY-SEQUENCE, for a discontinuity may come.',
    check: ({ ended, playlistType, source }) =>
      ended || playlistType || source.tags.some(({ name }) => name === 'EXT-X-DISCONTINUITY-SEQUENCE')
        ? []
        : ['no EXT-X-DISCONTINUITY-SEQUENCE'],
  },
  {
    id: 'hls.playlist-type-vod-ended',
    clause: 'rfc8216bis 4.4.3.5',
    severity: 'error',
    text: 'A playlist of type VOD cannot change, so it has EXT-X-ENDLIST.',
    check: ({ playlistType, ended }) => (playlistType === 'VOD' && !ended ? ['VOD without EXT-X-ENDLIST'] : []),
  },
  {
    id: 'hls.map',
    clause: 'rfc8216bis 3.1.2',
    severity: 'error',
    text: 'Fragmented MP4 segments have an EXT-X-MAP.',
    check: ({ segments, skipped }) =>
      (skipped ? [] : segments)
        .filter(({ map, gap, parts }) => !map && !gap && parts.every((part) => !part.gap))
        .map(({ line, uri, parts }) => ({ line, name: uri ?? parts[0]?.uri ?? '' }))
        .filter(({ name }) => FRAGMENTED_MP4.test(name.split(/[?#]/)[0]!))
        .slice(0, 1)
        .map(({ line, name }) => `${lineText(line, name)} has no EXT-X-MAP above it`),
  },
  {
    id: 'hls.map-change-is-discontinuity',
    clause: 'rfc8216bis 4.4.4.3',
    severity: 'warning',
    text: 'A new EXT-X-MAP comes with an EXT-X-DISCONTINUITY: encoding parameters change there.',
    check: ({ segments }) =>
      segments.flatMap(({ map, discontinuity }, index) => {
        const before = segments[index - 1]?.map;
        const same = before?.uri === map?.uri && before?.byteRange?.offset === map?.byteRange?.offset;
        return before && map && !same && !discontinuity
          ? [`line ${map.line}: ${map.uri}, before it ${before.uri}`]
          : [];
      }),
  },
  {
    id: 'hls.parent-tags-first',
    clause: 'rfc8216bis 4.4.4.9',
    severity: 'error',
    text: 'DISCONTINUITY, KEY, MAP and PROGRAM-DATE-TIME of a segment come before its first part.',
    check: ({ segments }) =>
      segments.flatMap(({ lateTags, parts }) =>
        lateTags.map((tag) => `${tagText(tag)} comes after the part in line ${parts[0]!.line}`),
      ),
  },
  {
    id: 'hls.byte-range-offset',
    clause: 'rfc8216bis 4.4.4.2',
    severity: 'error',
    text: 'A byte range without an offset follows another of the same resource.',
    check: ({ segments, skipped }) =>
      segments
        .filter(({ byteRange }, index) => byteRange && byteRange.offset === undefined && !(skipped && index === 0))
        .map(({ line, uri = '' }) => `${lineText(line, uri)}: no range of the same resource before it`),
  },
  {
    id: 'hls.key',
    clause: 'rfc8216bis 4.4.4.4',
    severity: 'error',
    text: 'An EXT-X-KEY has a URI, unless its METHOD is NONE: then it has nothing else.',
    check: ({ source }) =>
      source.tags
        .filter((tag) => tag.name === 'EXT-X-KEY')
        .filter((tag) => (text(tag, 'METHOD') === 'NONE' ? tag.attributes.size > 1 : !tag.attributes.has('URI')))
        .map(tagText),
  },
  {
    id: 'hls.ended-without-hint',
    clause: 'rfc8216bis 4.4.5.3',
    severity: 'error',
    text: 'A playlist with EXT-X-ENDLIST has no EXT-X-PRELOAD-HINT.',
    check: ({ ended, hints }) => (ended ? hints.map(tagText) : []),
  },
  {
    id: 'hls.part-gap-is-segment-gap',
    clause: 'rfc8216bis 6.2.1',
    severity: 'warning',
    text: 'A segment that lacks a part is a gap itself.',
    check: (playlist) =>
      completeSegments(playlist)
        .filter(({ gap, parts }) => !gap && parts.some((part) => part.gap))
        .map(({ line, uri, parts }) => `${lineText(line, uri!)} is no gap, its part in ${lineOfGap(parts)} is`),
  },
  {
    id: 'hls.i-frames-without-parts',
    clause: 'rfc8216bis 4.4.4.9',
    severity: 'warning',
    text: 'An I-frame playlist has no parts.',
    check: (playlist) => (playlist.iFramesOnly && hasParts(playlist) ? ['EXT-X-I-FRAMES-ONLY beside EXT-X-PART'] : []),
  },
];

const lineOfGap = (parts: readonly { line: number; gap: boolean }[]): string =>
  `line ${parts.find(({ gap }) => gap)?.line}`;

function strayExtinf({ source }: MediaPlaylist): string[] {
  const durations = source.tags.filter(({ name }) => name === 'EXTINF');
  const followed = (tag: Tag, next: Tag | undefined): boolean =>
    source.uris.some(({ line }) => line > tag.line && line < (next?.line ?? Infinity));
  return durations
    .filter((tag, index) => !followed(tag, durations[index + 1]))
    .map((tag) => `${tagText(tag)} is followed by no URI`);
}

function firstSegmentLine({ source }: MediaPlaylist): number {
  const first = source.tags.find(({ name }) => name === 'EXTINF' || name === 'EXT-X-PART');
  return Math.min(first?.line ?? Infinity, source.uris[0]?.line ?? Infinity);
}

function laterThan({ source }: MediaPlaylist, name: string, line: number): string[] {
  return source.tags
    .filter((tag) => tag.name === name && tag.line > line)
    .map((tag) => `${tagText(tag)} comes after line ${line}`);
}
