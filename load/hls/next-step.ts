/** Where a player is in a playlist, and what it does next. */
import type { MediaPlaylist, Piece, Position, Segment } from './media-playlist.js';

export type NextStep =
  | { readonly kind: 'load'; readonly piece: Piece; readonly position: Position; readonly whole: boolean }
  | { readonly kind: 'hint'; readonly url: URL; readonly position: Position }
  | { readonly kind: 'wait' }
  | { readonly kind: 'lost' }
  | { readonly kind: 'end' };

export interface Ways {
  /** Knows parts; otherwise only whole segments. */
  readonly withParts: boolean;
  /** Requests what a playlist hints at. */
  readonly hints: boolean;
}

/** What to load for position `next`: lost when it has left the window, wait when it is not there yet. */
export function nextStep(playlist: MediaPlaylist, next: Position, ways: Ways): NextStep {
  const segment = segmentAt(playlist, next.msn);
  const part = ways.withParts ? segment?.parts[next.part] : undefined;
  if (part) return { kind: 'load', piece: part, position: next, whole: false };
  if (segment?.complete && (segment.parts.length === 0 || !ways.withParts))
    return { kind: 'load', piece: segment, position: next, whole: true };
  if (segment?.complete) return nextStep(playlist, listedPosition(playlist, next), ways);
  if (next.msn < (playlist.segments[0]?.msn ?? playlist.firstMsn)) return { kind: 'lost' };
  if (playlist.ended) return { kind: 'end' };
  const isHinted = playlist.next.msn === next.msn && playlist.next.part === next.part;
  return ways.withParts && ways.hints && isHinted && playlist.hint
    ? { kind: 'hint', url: playlist.hint, position: next }
    : { kind: 'wait' };
}

/** The position of the segment, or of the independent part, to start at when playback starts at `time`. */
export function startPosition({ segments, firstMsn }: MediaPlaylist, time: number, withParts: boolean): Position {
  let found: Position = { msn: segments[0]?.msn ?? firstMsn, part: 0 };
  for (const segment of segments) {
    if (segment.start > time + EDGE) break;
    if (segment.complete || withParts) found = { msn: segment.msn, part: 0 };
    if (!withParts) continue;
    segment.parts.forEach((part, index) => {
      if (part.start <= time + EDGE && part.independent) found = { msn: segment.msn, part: index };
    });
  }
  return found;
}

/** Times are sums of rounded durations. */
const EDGE = 0.002;

export const segmentAt = ({ segments }: MediaPlaylist, msn: number): Segment | undefined =>
  segments[msn - (segments[0]?.msn ?? 0)];

/** rfc8216bis 6.2.5.2: a part past the end of a complete segment means part 0 of the next one. */
export function listedPosition(playlist: MediaPlaylist, position: Position): Position {
  const segment = segmentAt(playlist, position.msn);
  const isPast = segment?.complete === true && position.part >= segment.parts.length;
  return isPast ? { msn: position.msn + 1, part: 0 } : position;
}

export const isAfter = (a: Position, b: Position): boolean => a.msn > b.msn || (a.msn === b.msn && a.part > b.part);

/**
 * Where another rendition goes on when everything up to `mediaEnd` (seconds since 1970) is there: sequence numbers need
 * not agree between playlists, the time of day does.
 */
export function resumePosition(playlist: MediaPlaylist, next: Position, mediaEnd: number): Position {
  const SAME_SECONDS = 0.1;
  if (!playlist.dated) return next;
  const segment = playlist.segments.find(({ start }) => Math.abs(start - mediaEnd) < SAME_SECONDS);
  if (segment) return { msn: segment.msn, part: 0 };
  return Math.abs(playlist.end - mediaEnd) < SAME_SECONDS ? playlist.next : next;
}
