/** The rules of parts, hints and reports in one media playlist (rfc8216bis 4.4.3.7, 4.4.4.9, 4.4.5; L1, L3, L6, L7, L10). PURE. */
import type { Rule } from '../../rule.js';
import { hasParts, tagText, type MediaPlaylist, type Part, type Segment } from '../playlist.js';

/** A part may be this much shorter than the part target (4.4.4.9). */
const SHORTEST_PART = 0.85;
/** What a sum of printed durations may be off: less than any frame but the slowest. */
const SUM_TOLERANCE_SECONDS = 0.05;
const EPSILON = 1e-6;

export const LOW_LATENCY_RULES: readonly Rule<MediaPlaylist>[] = [
  {
    id: 'hls.part-target',
    clause: 'rfc8216bis 4.4.3.7',
    severity: 'error',
    text: 'A playlist with parts has an EXT-X-PART-INF.',
    check: (playlist) =>
      hasParts(playlist) && playlist.partTarget === undefined
        ? [`${tagText(allParts(playlist)[0]!)}; no EXT-X-PART-INF`]
        : [],
  },
  {
    id: 'hls.part-fits-target',
    clause: 'rfc8216bis 4.4.4.9',
    severity: 'error',
    text: 'No part is longer than the part target.',
    check: (playlist) =>
      allParts(playlist)
        .filter(({ duration }) => duration > (playlist.partTarget ?? Infinity) + EPSILON)
        .map((part) => `${tagText(part)}: part target ${playlist.partTarget} s`),
  },
  {
    id: 'hls.part-not-short',
    clause: 'rfc8216bis 4.4.4.9',
    severity: 'error',
    text: 'Parts last at least 85 % of the part target, but for independent ones, gaps, those before a gap and last ones.',
    check: ({ segments, partTarget = 0 }) =>
      segments.flatMap(({ parts }) =>
        parts
          .filter((part, index) => !mayBeShort(part, parts[index + 1]))
          .filter(({ duration }) => duration < SHORTEST_PART * partTarget - EPSILON)
          .map((part) => `${tagText(part)}: 85 % of the part target is ${(SHORTEST_PART * partTarget).toFixed(3)} s`),
      ),
  },
  {
    id: 'hls.parts-add-up',
    clause: 'rfc8216bis 3.2',
    severity: 'error',
    text: 'The parts of a segment last as long as the segment.',
    check: ({ segments }) => {
      const oldest = segments.find(({ parts }) => parts.length > 0);
      return segments
        .filter(({ complete, parts, gap }) => complete && parts.length > 0 && !gap)
        .flatMap((segment) => {
          const sum = segment.parts.reduce((total, { duration }) => total + duration, 0);
          const off = sum - (segment.duration ?? sum);
          // Of the oldest one parts may have been removed already.
          if (off < 0 && segment === oldest) return [];
          const allowed = SUM_TOLERANCE_SECONDS + 0.0005 * segment.parts.length;
          return Math.abs(off) > allowed
            ? [
                `segment ${segment.msn} (line ${segment.line}): ${segment.parts.length} parts last ${sum.toFixed(3)} s, EXTINF says ${segment.duration} s`,
              ]
            : [];
        });
    },
  },
  {
    id: 'hls.first-part-independent',
    clause: 'rfc8216bis 4.4.4.9',
    severity: 'warning',
    text: 'Where segments are independent, their first part says INDEPENDENT=YES.',
    check: ({ segments, source }) => {
      if (!source.tags.some(({ name }) => name === 'EXT-X-INDEPENDENT-SEGMENTS')) return [];
      const oldest = segments.find(({ parts }) => parts.length > 0);
      return segments
        .filter((segment) => segment !== oldest && segment.parts[0])
        .map(({ parts }) => parts[0]!)
        .filter(({ independent, gap }) => !independent && !gap)
        .map(tagText);
    },
  },
  {
    id: 'hls.parts-near-edge',
    clause: 'rfc8216bis 6.2.2',
    severity: 'warning',
    text: 'Parts are no longer listed once they are more than three target durations from the end.',
    check: ({ segments, targetDuration }) => {
      if (targetDuration === undefined) return [];
      const old = segments.filter(
        (segment, index) => segment.parts.length > 0 && endDistance(segments, index) > 3 * targetDuration + EPSILON,
      );
      return old
        .slice(0, 1)
        .map(
          ({ parts, msn }) =>
            `${tagText(parts[0]!)}: segment ${msn} ended more than ${3 * targetDuration} s before the end`,
        );
    },
  },
  {
    id: 'hls.preload-hint',
    clause: 'rfc8216bis B.1',
    severity: 'warning',
    text: 'A live playlist with parts hints at the next part.',
    check: (playlist) =>
      isLowLatency(playlist) && !playlist.hints.some(({ type }) => type === 'PART')
        ? [`no EXT-X-PRELOAD-HINT:TYPE=PART after ${tagText(allParts(playlist).at(-1)!)}`]
        : [],
  },
  {
    id: 'hls.one-hint-a-type',
    clause: 'rfc8216bis 6.2.6',
    severity: 'warning',
    text: 'There is one hint of a type at most.',
    check: ({ hints }) =>
      hints.filter((one, index) => hints.findIndex(({ type }) => type === one.type) < index).map(tagText),
  },
  {
    id: 'hls.hint-not-listed',
    clause: 'rfc8216bis 4.4.5.3',
    severity: 'error',
    text: 'What is hinted at is not listed already.',
    check: (playlist) =>
      playlist.hints
        .filter(({ type }) => type === 'PART')
        .flatMap((hint) => {
          const start = hint.byteRangeStart ?? 0;
          const listed = allParts(playlist).find(
            ({ uri, byteRange }) => uri === hint.uri && (byteRange ? (byteRange.offset ?? 0) >= start : true),
          );
          return listed ? [`${tagText(hint)}: listed in line ${listed.line}`] : [];
        }),
  },
  {
    id: 'hls.report-relative',
    clause: 'rfc8216bis 4.4.5.4',
    severity: 'error',
    text: 'The URI of a rendition report is relative.',
    check: ({ reports }) => reports.filter(({ uri }) => /^([a-z][a-z0-9+.-]*:|\/\/)/i.test(uri)).map(tagText),
  },
  {
    id: 'hls.report-not-self',
    clause: 'rfc8216bis B.1',
    severity: 'warning',
    text: 'Rendition reports are about other playlists.',
    check: ({ reports, source }) =>
      reports.filter(({ url }) => url !== undefined && url.split('?')[0] === source.url.split('?')[0]).map(tagText),
  },
];

const isLowLatency = (playlist: MediaPlaylist): boolean => !playlist.ended && hasParts(playlist);

const allParts = ({ segments }: MediaPlaylist): readonly Part[] => segments.flatMap(({ parts }) => parts);

/** `next` undefined: the last one of its parent, or of the playlist, where it may turn out to be the last. */
const mayBeShort = ({ independent, gap }: Part, next: Part | undefined): boolean =>
  independent || gap || next === undefined || next.gap;

/** Seconds from the end of segment `index` to the end of the playlist, its last parts included. */
function endDistance(segments: readonly Segment[], index: number): number {
  return segments.slice(index + 1).reduce((sum, { complete, duration, parts }) => {
    const listed = parts.reduce((total, part) => total + part.duration, 0);
    return sum + (complete ? (duration ?? 0) : listed);
  }, 0);
}
