/**
 * How much time passed at least between two additions to a playlist, as seen from outside: from when the earlier one was
 * first seen to the last moment at which the later one was certainly not there yet. PURE.
 */
import type { Exchange } from '../../http/index.js';
import { completeSegments, type MediaPlaylist } from '../playlist.js';
import type { Change } from '../rules/index.js';

/** A reload whose answer took longer than this was held: what it brought was not there until the end of the hold. */
const HELD_MS = 60;

interface Edge {
  readonly msn: number;
  readonly part: number;
}

export class Pace {
  private lastRequestAtMs = 0;
  private segment: { msn: number; seenAtMs: number } | undefined;
  private part: (Edge & { seenAtMs: number }) | undefined;

  /** Seconds for the rules; nothing where no segment (or part) was added, or the server was away (`interrupted`). */
  take(
    playlist: MediaPlaylist,
    exchange: Exchange,
    blocking: boolean,
    interrupted: boolean,
  ): Omit<Change, 'before' | 'after'> {
    const seenAtMs = exchange.sentAtMs + exchange.headerAfterMs;
    const absentUntilMs = blocking && exchange.headerAfterMs > HELD_MS ? seenAtMs : this.lastRequestAtMs;
    this.lastRequestAtMs = exchange.sentAtMs;
    const since = (then: { seenAtMs: number } | undefined): number | undefined =>
      then ? Math.max(0, absentUntilMs - then.seenAtMs) / 1000 : undefined;

    const last = playlist.segments.at(-1);
    const part = last && last.parts.length > 0 ? { msn: last.msn, part: last.parts.length - 1 } : undefined;
    const msn = completeSegments(playlist).at(-1)?.msn;
    if (interrupted) {
      // The time begins anew where the server came back, whatever it then listed.
      this.segment = msn === undefined ? undefined : { msn, seenAtMs };
      this.part = part && { ...part, seenAtMs };
      return {};
    }
    const secondsBetweenSegments = msn !== undefined && msn !== this.segment?.msn ? since(this.segment) : undefined;
    if (msn !== undefined && msn !== this.segment?.msn) this.segment = { msn, seenAtMs };

    const isNewPart = part && (part.msn !== this.part?.msn || part.part !== this.part.part);
    const secondsBetweenParts = isNewPart ? since(this.part) : undefined;
    if (isNewPart) this.part = { ...part, seenAtMs };
    return {
      ...(secondsBetweenSegments !== undefined && { secondsBetweenSegments }),
      ...(secondsBetweenParts !== undefined && { secondsBetweenParts }),
    };
  }
}
