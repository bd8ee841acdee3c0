/** Follows one rendition as a low-latency player does, by blocking reload, and notes when it was told of each part. */
import { parseMediaPlaylist, type MediaPlaylist, type Position } from '../../load/hls/media-playlist.js';

/** Longer than any reload is held. */
const LIMIT_MS = 20_000;

export interface ToldPart extends Position {
  readonly gap: boolean;
  /** When the playlist that lists it first was here, Unix ms. */
  readonly atMs: number;
}

export class RenditionFollower {
  /** In the order of their telling. What was there when it came to it is left out. */
  readonly told: ToldPart[] = [];
  /** What made the numbers of two playlists disagree, a discontinuity, or a wrong answer; empty if all is well. */
  readonly complaints: string[] = [];
  private readonly leaving = new AbortController();
  private readonly following: Promise<void>;
  private next: Position | undefined;

  /** Follows from now on, until it is stopped. `url` is that of a media playlist. */
  constructor(private readonly url: string) {
    this.following = this.follow();
  }

  /** The longest time between two parts that were told within these limits, in ms; over its edges, too. */
  longestWait(fromMs: number, toMs: number): number {
    const times = this.told.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs && atMs <= toMs);
    const edges = [fromMs, ...times, toMs];
    return Math.max(...edges.slice(1).map((atMs, index) => atMs - edges[index]!));
  }

  async stop(): Promise<void> {
    this.leaving.abort();
    await this.following;
  }

  private async follow(): Promise<void> {
    const { signal } = this.leaving;
    while (!signal.aborted) {
      const asked = new URL(this.url);
      if (this.next) asked.search = `_HLS_msn=${this.next.msn}&_HLS_part=${this.next.part}`;
      try {
        const response = await fetch(asked, { signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]) });
        const text = await response.text();
        if (response.ok) this.take(text, Date.now());
        else this.complaints.push(`${asked.pathname}${asked.search} answered ${response.status}`);
      } catch (error) {
        if (!signal.aborted) this.complaints.push(String(error));
      }
    }
  }

  private take(text: string, atMs: number): void {
    if (/^#EXT-X-DISCONTINUITY$/m.test(text)) this.complaints.push('a discontinuity');
    const playlist = parseMediaPlaylist(text, new URL(this.url));
    const known = this.next;
    this.next = playlist.next;
    if (!known) return;
    const news = partsFrom(playlist, known);
    const [first] = news;
    // The last part of a segment is told before its segment ends: part 6 of six is part 0 of the next one.
    const isNext =
      first?.msn === known.msn ? first.part === known.part : first?.part === 0 && first.msn === known.msn + 1;
    if (first && !isNext)
      this.complaints.push(`${first.msn}.${first.part} after everything up to ${known.msn}.${known.part}`);
    this.told.push(...news.map((part) => ({ ...part, atMs })));
  }
}

function partsFrom({ segments }: MediaPlaylist, { msn, part }: Position): Omit<ToldPart, 'atMs'>[] {
  return segments.flatMap((segment) =>
    segment.parts
      .map(({ gap }, index) => ({ msn: segment.msn, part: index, gap }))
      .filter((told) => told.msn > msn || (told.msn === msn && told.part >= part)),
  );
}
