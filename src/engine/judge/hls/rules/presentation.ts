/** The rules that bind all playlists of a presentation together (rfc8216bis 6.2.4, B.1; M8, M9, L10). PURE. */
import type { Rule } from '../../rule.js';
import {
  completeSegments,
  hasParts,
  type MediaPlaylist,
  type MultivariantPlaylist,
  type Segment,
  type VariantStream,
} from '../playlist.js';
import { codecsOf, isVideoCodec } from '../codecs.js';

/** One media playlist among the others. */
export interface Member {
  /** Its URL without what all have in common: for evidence. */
  readonly name: string;
  readonly url: string;
  /** `VARIANT`: it is the URI of a variant stream; otherwise the TYPE of its EXT-X-MEDIA. */
  readonly type: string;
  /** Variant streams that may be played with it. */
  readonly variants: readonly VariantStream[];
  readonly playlist: MediaPlaylist;
}

export interface Presentation {
  readonly multivariant: MultivariantPlaylist;
  /** As they were fetched at about the same time. */
  readonly members: readonly Member[];
}

/** Within this of a boundary, two renditions may be on different sides of it. */
const BOUNDARY_MS = 500;

export const PRESENTATION_RULES: readonly Rule<Presentation>[] = [
  {
    id: 'hls.same-target-duration',
    clause: 'rfc8216bis 6.2.4',
    severity: 'error',
    text: 'All media playlists have the same target duration.',
    check: ({ members }) =>
      different(
        members.filter(({ type, playlist }) => playlist.playlistType !== 'VOD' || type !== 'SUBTITLES'),
        ({ targetDuration }) => targetDuration,
      ),
  },
  {
    id: 'hls.same-server-control',
    clause: 'rfc8216bis 6.2.4',
    severity: 'error',
    text: 'All media playlists have the same EXT-X-SERVER-CONTROL.',
    check: ({ members }) => different(members.filter(isLive), controlText),
  },
  {
    id: 'hls.same-playlist-type',
    clause: 'rfc8216bis 6.2.4',
    severity: 'error',
    text: 'All media playlists have the same EXT-X-PLAYLIST-TYPE, or none has one.',
    check: ({ members }) => different(members, ({ playlistType }) => playlistType),
  },
  {
    id: 'hls.dates-in-all',
    clause: 'rfc8216bis 6.2.4',
    severity: 'error',
    text: 'All media playlists have dates, or none has.',
    check: ({ members }) =>
      different(
        members.filter(({ playlist }) => playlist.segments.length > 0),
        ({ segments }) => (segments.some(({ date }) => date) ? 'dates' : 'no dates'),
      ),
  },
  {
    id: 'hls.same-discontinuities',
    clause: 'rfc8216bis 6.2.4',
    severity: 'error',
    text: 'Matching content has matching Discontinuity Sequence Numbers in all playlists.',
    check: ({ members }) => {
      const [first, ...others] = members;
      return others.flatMap((other) => discontinuityMismatch(first!, other).slice(0, 1));
    },
  },
  {
    id: 'hls.independent-in-video',
    clause: 'Apple 9.12',
    severity: 'warning',
    text: 'EXT-X-INDEPENDENT-SEGMENTS is in the multivariant playlist, or else in every video playlist.',
    check: ({ multivariant, members }) => {
      if (saysIndependent(multivariant)) return [];
      const video = members.filter(
        ({ type, variants }) => type === 'VARIANT' && variants.some(({ tag }) => codecsOf(tag).some(isVideoCodec)),
      );
      const without = video.filter(({ playlist }) => !saysIndependent(playlist));
      return without.length < video.length ? without.map(({ name }) => `${name} does not say it, others do`) : [];
    },
  },
  {
    id: 'hls.independent-once',
    clause: 'rfc8216bis 4.4.2.1',
    severity: 'note',
    text: 'EXT-X-INDEPENDENT-SEGMENTS in the multivariant playlist is not repeated in media playlists.',
    check: ({ multivariant, members }) =>
      saysIndependent(multivariant)
        ? members.filter(({ playlist }) => saysIndependent(playlist)).map(({ name }) => `repeated in ${name}`)
        : [],
  },
  {
    id: 'hls.part-hold-back-for-all',
    clause: 'rfc8216bis 4.4.3.8',
    severity: 'warning',
    text: 'PART-HOLD-BACK is at least three times the longest part target of all playlists.',
    check: ({ members }) => {
      const longest = Math.max(...members.map(({ playlist }) => playlist.partTarget ?? 0));
      return members
        .filter(({ playlist }) => (playlist.serverControl?.partHoldBack ?? Infinity) >= 3 * (playlist.partTarget ?? 0))
        .filter(({ playlist }) => (playlist.serverControl?.partHoldBack ?? Infinity) < 3 * longest - 1e-6)
        .map(
          ({ name, playlist }) =>
            `${name}: PART-HOLD-BACK ${playlist.serverControl?.partHoldBack}, longest part target ${longest} s`,
        );
    },
  },
  {
    id: 'hls.reports-complete',
    clause: 'rfc8216bis B.1',
    severity: 'warning',
    text: 'A low-latency playlist has a rendition report for every other playlist.',
    check: ({ members }) => {
      const live = members.filter((member) => isLive(member) && hasParts(member.playlist));
      return live.flatMap(({ name, url, playlist }) => {
        const reported = new Set(playlist.reports.map((report) => pathOf(report.url ?? '')));
        const missing = live.filter((other) => other.url !== url && !reported.has(pathOf(other.url)));
        return missing.length > 0 ? [`${name} has no report for ${missing.map((other) => other.name).join(', ')}`] : [];
      });
    },
  },
  {
    id: 'hls.reports-known',
    clause: 'rfc8216bis 4.4.5.4',
    severity: 'warning',
    text: 'Rendition reports are about playlists of this presentation.',
    check: ({ members, multivariant }) => {
      const known = new Set([...members.map(({ url }) => pathOf(url)), ...listedPaths(multivariant)]);
      return members.flatMap(({ name, playlist }) =>
        playlist.reports
          .filter(({ url }) => url !== undefined && !known.has(pathOf(url)))
          .map(({ line, uri }) => `${name} line ${line}: ${uri} is not listed in the multivariant playlist`),
      );
    },
  },
];

const isLive = ({ playlist }: Member): boolean => !playlist.ended;
const pathOf = (url: string): string => url.split('?')[0]!;

const saysIndependent = ({ source }: MediaPlaylist | MultivariantPlaylist): boolean =>
  source.tags.some(({ name }) => name === 'EXT-X-INDEPENDENT-SEGMENTS');

const listedPaths = ({ variants, renditions, source }: MultivariantPlaylist): string[] => {
  const iFrames = source.tags.filter(({ name }) => name === 'EXT-X-I-FRAME-STREAM-INF');
  const uris = iFrames.map((tag) => new URL(tag.attributes.get('URI')?.value ?? '', source.url).href);
  return [...variants, ...renditions]
    .flatMap(({ url }) => (url === undefined ? [] : [pathOf(url)]))
    .concat(uris.map(pathOf));
};

/** Attributes in any order say the same. */
function controlText({ serverControl }: MediaPlaylist): string {
  const list = serverControl?.text.slice(serverControl.text.indexOf(':') + 1);
  return list === undefined ? 'none' : list.split(',').sort().join(',');
}

/** Evidence where members do not all say what the first says. */
function different(
  members: readonly Member[],
  say: (playlist: MediaPlaylist) => string | number | undefined,
): string[] {
  const [first, ...others] = members;
  if (!first) return [];
  const expected = say(first.playlist);
  return others
    .filter(({ playlist }) => say(playlist) !== expected)
    .map(({ name, playlist }) => `${name}: ${say(playlist) ?? 'none'}; ${first.name}: ${expected ?? 'none'}`);
}

/** Segments that hold the same date, well away from any boundary, with different numbers. */
function discontinuityMismatch(one: Member, other: Member): string[] {
  const dated = (member: Member): Segment[] => completeSegments(member.playlist).filter(({ date }) => date);
  const theirs = dated(other);
  return dated(one).flatMap((segment) => {
    const middle = segment.date!.ms + ((segment.duration ?? 0) * 1000) / 2;
    const twin = theirs.find(
      ({ date, duration = 0 }) =>
        middle >= date!.ms + BOUNDARY_MS && middle <= date!.ms + duration * 1000 - BOUNDARY_MS,
    );
    return twin && twin.discontinuitySequence !== segment.discontinuitySequence
      ? [
          `${new Date(middle).toISOString()} has number ${segment.discontinuitySequence} in ${one.name} (segment ${segment.msn}), ` +
            `${twin.discontinuitySequence} in ${other.name} (segment ${twin.msn})`,
        ]
      : [];
  });
}
