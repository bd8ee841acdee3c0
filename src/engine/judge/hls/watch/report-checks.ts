/** Lays rendition reports beside what the playlists they are about really listed, before and after. PURE. */
import { lastPosition, type Position } from '../playlist.js';
import type { ReportCheck } from '../rules/index.js';
import type { Version } from './playlist-follower.js';

interface Sighting {
  /** Unix ms. */
  readonly requestedAtMs: number;
  readonly seenAtMs: number;
  readonly position: Position;
}

/** Renditions may be updated one after the other, within a part target (B.1), and an answer takes its time. */
const GRACE_MS = 400;
const REMEMBERED = 40;

export class ReportChecks {
  private readonly sightings = new Map<string, Sighting[]>();
  /** Reports that a later look at their playlist will confirm, by that playlist's URL. */
  private readonly open = new Map<string, { check: ReportCheck; seenAtMs: number; inPlaylist: string }[]>();

  /** What can be said now: this version's reports looked back upon, and earlier reports about this playlist. */
  take(url: string, { playlist, exchange }: Version): { check: ReportCheck; inPlaylist: string }[] {
    const position = lastPosition(playlist);
    const seenAtMs = exchange.sentAtMs + exchange.headerAfterMs;
    // An answer out of a cache shows how things were.
    const isFresh = !(Number(exchange.headers['age'] ?? 0) > 0);
    if (!position || playlist.ended || !isFresh) return [];
    const graceMs = GRACE_MS + (playlist.partTarget ?? 1) * 1000;

    const found = playlist.reports.flatMap((report) => {
      const about = key(report.url ?? '');
      const said = {
        msn: report.lastMsn ?? position.msn,
        part: report.lastPart ?? (report.lastMsn === undefined ? position.part : undefined),
      };
      const atLeast = this.sightings.get(about)?.findLast((one) => one.seenAtMs < seenAtMs - graceMs)?.position;
      const check = { report, said, atLeast, atMost: undefined };
      const waiting = this.open.get(about) ?? [];
      this.open.set(about, [...waiting, { check, seenAtMs, inPlaylist: url }].slice(-REMEMBERED));
      return [{ check, inPlaylist: url }];
    });

    const own = key(url);
    const confirmable = (this.open.get(own) ?? []).filter((one) => one.seenAtMs <= exchange.sentAtMs);
    this.open.set(
      own,
      (this.open.get(own) ?? []).filter((one) => one.seenAtMs > exchange.sentAtMs),
    );
    const confirmed = confirmable.map(({ check, inPlaylist }) => ({
      ...{ check: { ...check, atLeast: undefined, atMost: position }, inPlaylist },
    }));

    const sighting = { requestedAtMs: exchange.sentAtMs, seenAtMs, position };
    this.sightings.set(own, [...(this.sightings.get(own) ?? []), sighting].slice(-REMEMBERED));
    return [...found, ...confirmed];
  }
}

const key = (url: string): string => url.split('?')[0]!;
