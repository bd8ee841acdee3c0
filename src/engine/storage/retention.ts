/** How long media stays on disk after it has left the playlists. PURE. */
import { parseMediaName } from './media-path.js';

export interface RetentionTerms {
  /** Finished segments a playlist lists. */
  readonly windowSegments: number;
  readonly segmentSeconds: number;
  readonly targetDuration: number;
}

export interface Retention {
  /** Segments up to this far behind the newest one stay. */
  readonly keepSegments: number;
  /** Parts of segments up to this far behind the newest one stay. */
  readonly keepParts: number;
}

/**
 * A segment that left a playlist stays for its own length plus the longest playlist that named it (RFC 8216bis
 * 6.2.2); one more segment stands in for a cached playlist. Parts are listed for 3 target durations and stay
 * fetchable for as long again.
 */
export function retentionFor({ windowSegments, segmentSeconds, targetDuration }: RetentionTerms): Retention {
  const partSegments = Math.ceil((6 * targetDuration) / segmentSeconds) + 2;
  return { keepSegments: 2 * windowSegments + 2, keepParts: Math.min(partSegments, 2 * windowSegments + 2) };
}

/** Whether a file of this name may go, once segment `newest` is finished. Init segments and strangers' files stay. */
export function isOutdated(name: string, newest: number, { keepSegments, keepParts }: Retention): boolean {
  const media = parseMediaName(name);
  if (media === undefined || !('segment' in media)) return false;
  return media.segment < newest - (media.kind === 'segment' ? keepSegments : keepParts);
}
