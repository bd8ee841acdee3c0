/** How a live playlist moves on: what leaves it, what is added, and in time (rfc8216bis 6.2.1, 6.2.2; P3, P6, P8, P9, L5). PURE. */
import type { Rule } from '../../rule.js';
import { completeSegments, durationOf } from '../playlist.js';
import type { Change } from './change.js';

const SAME_SECONDS = 0.0015;
/** What a timer, a busy machine and a network may add to what is allowed. */
const LATE_SEGMENT_SECONDS = 0.25;
const LATE_PART_SECONDS = 0.1;

export const WINDOW_RULES: readonly Rule<Change>[] = [
  {
    id: 'hls.media-sequence-grows',
    clause: 'rfc8216bis 6.2.2',
    severity: 'error',
    text: 'EXT-X-MEDIA-SEQUENCE never decreases.',
    check: ({ before, after }) =>
      after.mediaSequence < before.mediaSequence ? [`from ${before.mediaSequence} to ${after.mediaSequence}`] : [],
  },
  {
    id: 'hls.media-sequence-said',
    clause: 'rfc8216bis 6.2.2',
    severity: 'error',
    text: 'A playlist from which segments are removed says EXT-X-MEDIA-SEQUENCE.',
    check: ({ before, after }) => {
      const said = after.source.tags.some(({ name }) => name === 'EXT-X-MEDIA-SEQUENCE');
      const [first, now] = [before.segments[0]?.uri, after.segments[0]?.uri];
      const isGone = first !== undefined && !after.segments.some(({ uri }) => uri === first);
      return !said && isGone ? [`the first segment was ${first}, now it is ${now}; no EXT-X-MEDIA-SEQUENCE`] : [];
    },
  },
  {
    id: 'hls.window-three-targets',
    clause: 'rfc8216bis 6.2.2',
    severity: 'error',
    text: 'No segment is removed from a live playlist that is then shorter than three target durations.',
    check: (change) => {
      const { after } = change;
      const { targetDuration = 0 } = after;
      return hasRemoved(change) && durationOf(after) < 3 * targetDuration - SAME_SECONDS
        ? [`${durationOf(after).toFixed(3)} s are left, target duration ${targetDuration} s`]
        : [];
    },
  },
  {
    id: 'hls.window-six-segments',
    clause: 'Apple 8.11',
    severity: 'warning',
    text: 'A live playlist from which segments are removed keeps at least six.',
    check: (change) => {
      const left = completeSegments(change.after).length;
      return hasRemoved(change) && left < 6 ? [`${left} segments are left`] : [];
    },
  },
  {
    id: 'hls.live-without-type',
    clause: 'rfc8216bis 6.2.2',
    severity: 'error',
    text: 'A playlist from which segments are removed has no EXT-X-PLAYLIST-TYPE.',
    check: (change) =>
      change.after.playlistType && change.after.mediaSequence > change.before.mediaSequence
        ? [
            `${change.after.playlistType}; EXT-X-MEDIA-SEQUENCE went from ${change.before.mediaSequence} to ${change.after.mediaSequence}`,
          ]
        : [],
  },
  {
    id: 'hls.ended-is-final',
    clause: 'rfc8216bis 4.4.3.4',
    severity: 'error',
    text: 'After EXT-X-ENDLIST nothing is added.',
    check: ({ before, after }) => {
      if (!before.ended) return [];
      if (!after.ended) return ['EXT-X-ENDLIST is gone'];
      const [then, now] = [before.segments.at(-1)?.msn ?? -1, after.segments.at(-1)?.msn ?? -1];
      return now > then ? [`the last segment was ${then}, now it is ${now}`] : [];
    },
  },
  {
    id: 'hls.segment-in-time',
    clause: 'rfc8216bis 6.2.1',
    severity: 'error',
    text: 'A new segment is listed within 1.5 target durations of the one before it.',
    check: ({ after, secondsBetweenSegments = 0 }) => {
      const allowed = 1.5 * (after.targetDuration ?? Infinity);
      return !after.ended && secondsBetweenSegments > allowed + LATE_SEGMENT_SECONDS
        ? [
            `${secondsBetweenSegments.toFixed(2)} s until segment ${completeSegments(after).at(-1)?.msn}, allowed ${allowed} s`,
          ]
        : [];
    },
  },
  {
    id: 'hls.part-in-time',
    clause: 'rfc8216bis 6.2.1',
    severity: 'warning',
    text: 'A new part is listed within one part target of the one before it.',
    check: ({ after, secondsBetweenParts = 0 }) => {
      const { partTarget = Infinity } = after;
      const last = after.segments.at(-1);
      return !after.ended && secondsBetweenParts > 1.5 * partTarget + LATE_PART_SECONDS
        ? [
            `${secondsBetweenParts.toFixed(2)} s until part ${(last?.parts.length ?? 0) - 1} of segment ${last?.msn}, part target ${partTarget} s`,
          ]
        : [];
    },
  },
];

const hasRemoved = ({ before, after }: Change): boolean => !after.ended && after.mediaSequence > before.mediaSequence;
