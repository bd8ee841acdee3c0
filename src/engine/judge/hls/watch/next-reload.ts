/** What a client asks for next, and when (rfc8216bis 6.2.5, 6.3.4). PURE. */
import { completeSegments, hasParts, type MediaPlaylist } from '../playlist.js';

export interface NextReload {
  /** Delivery directives, in UTF-8 order (6.3.2); none when the server is polled. */
  readonly directives: Readonly<Record<string, string>>;
  readonly blocking: boolean;
  /** Not before this many milliseconds after the last request was sent. */
  readonly afterMs: number;
}

/** Every so many reloads ask for a delta update: often enough to see them, seldom enough to see full ones too. */
const SKIP_EVERY = 3;
/** A server that answers blocking reloads at once would be asked in a tight loop otherwise. */
const SHORTEST_BLOCKING_MS = 20;

/** `changed`: the last answer brought something new. `reloads`: how many there were. */
export function nextReload(
  playlist: MediaPlaylist,
  { changed, reloads }: { changed: boolean; reloads: number },
): NextReload {
  const { serverControl, targetDuration = 6 } = playlist;
  if (!serverControl?.canBlockReload) {
    // 6.3.4: the last segment's duration after a change, half a target duration otherwise.
    const last = completeSegments(playlist).at(-1)?.duration ?? targetDuration;
    return { directives: {}, blocking: false, afterMs: (changed ? last : targetDuration / 2) * 1000 };
  }
  const skip = serverControl.canSkipUntil !== undefined && reloads % SKIP_EVERY === SKIP_EVERY - 1;
  return {
    directives: { ...nextPosition(playlist), ...(skip && { _HLS_skip: 'YES' }) },
    blocking: true,
    // Nothing new although it was waited for: the server does not hold, and is not to be hurried.
    afterMs: changed ? SHORTEST_BLOCKING_MS : (targetDuration / 2) * 1000,
  };
}

/** The part, or without parts the segment, that comes after everything listed. */
export function nextPosition(playlist: MediaPlaylist): Record<string, string> {
  const last = playlist.segments.at(-1);
  const inProgress = last && !last.complete;
  const msn = last ? last.msn + (inProgress ? 0 : 1) : playlist.mediaSequence;
  if (!hasParts(playlist)) return { _HLS_msn: String(msn) };
  return { _HLS_msn: String(msn), _HLS_part: String(inProgress ? last.parts.length : 0) };
}

export function withQuery(url: string, query: Readonly<Record<string, string>>): string {
  const asked = new URL(url);
  for (const [name, value] of Object.entries(query)) asked.searchParams.set(name, value);
  return asked.href;
}
