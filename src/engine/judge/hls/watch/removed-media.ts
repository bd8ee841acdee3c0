/** Asks for media that were just removed from a playlist: they stay available for a while (rfc8216bis 6.2.2). */
import { violationsOf, type Rule } from '../../rule.js';
import type { Watch } from '../../watch.js';
import { completeSegments, type MediaPlaylist, type Part, type Segment } from '../playlist.js';
import type { JudgedFetch } from './judged-fetch.js';

interface Removed {
  readonly what: string;
  readonly status: number;
}

const STILL_THERE: Rule<Removed> = {
  id: 'hls.removed-still-there',
  clause: 'rfc8216bis 6.2.2',
  severity: 'error',
  text: 'A segment that leaves the playlist stays available for its duration and the playlist’s; a part for three target durations.',
  check: ({ what, status }) =>
    status === 200 || status === 206 ? [] : [`${what} answered ${status} right after it was removed`],
};

export class RemovedMedia {
  private before: MediaPlaylist | undefined;
  private askedForSegment = false;
  private askedForPart = false;

  constructor(
    private readonly watch: Watch,
    private readonly fetch: JudgedFetch,
  ) {}

  /** Asks once for the first segment, and once for the first part, that are seen to leave. */
  async take(after: MediaPlaylist): Promise<void> {
    const { before } = this;
    this.before = after;
    if (!before || after.ended) return;
    const segment = this.askedForSegment ? undefined : firstSegmentGone(before, after);
    const part = this.askedForPart ? undefined : firstPartGone(before, after);
    this.askedForSegment ||= segment !== undefined;
    this.askedForPart ||= part !== undefined;
    await Promise.all([
      segment && this.ask(`segment ${segment.msn}`, segment.url, segment.byteRange?.offset),
      part && this.ask(`part ${part.uri}`, part.url, part.byteRange?.offset),
    ]);
  }

  private async ask(what: string, url: string | undefined, offset: number | undefined): Promise<void> {
    if (url === undefined) return;
    const exchange = await this.fetch.get(url, {
      ...{ resource: 'segment', expected: 'absent', live: false },
      ...(offset !== undefined && { headers: { range: `bytes=${offset}-${offset}` } }),
    });
    if (!exchange) return;
    const place = { url, atMs: exchange.sentAtMs };
    this.watch.verdict.add(violationsOf([STILL_THERE], { what, status: exchange.status }, place));
  }
}

/** Only of a window that slid on: after a restart another one may begin. */
function firstSegmentGone(before: MediaPlaylist, after: MediaPlaylist): Segment | undefined {
  const slid = after.mediaSequence > before.mediaSequence && after.mediaSequence <= before.mediaSequence + 3;
  return slid ? completeSegments(before).find(({ msn, gap }) => msn < after.mediaSequence && !gap) : undefined;
}

function firstPartGone(before: MediaPlaylist, after: MediaPlaylist): Part | undefined {
  for (const { msn, parts } of before.segments) {
    const now = after.segments.find((segment) => segment.msn === msn);
    if (now && now.parts.length === 0 && parts[0] && !parts[0].gap) return parts[0];
  }
  return undefined;
}
