/** The media playlists of one rendition, one after the other through every crash. PURE. */
import type { MediaPlaylist, Position, Segment } from '../../load/hls/media-playlist.js';
import type { Violations } from './violations.js';

export class WindowHistory {
  private latest: MediaPlaylist | undefined;
  /** By media sequence number: whether the segment was a gap when it was first listed as complete. */
  private readonly gaps = new Map<number, boolean>();

  constructor(
    private readonly rendition: string,
    private readonly violations: Violations,
  ) {}

  get newest(): Position | undefined {
    return this.latest?.next;
  }

  /** Segments that were listed as gaps. */
  get gapsListed(): number {
    return [...this.gaps.values()].filter(Boolean).length;
  }

  /** Whether the latest playlist lists this path as something that can be fetched. */
  lists(path: string): boolean {
    return (this.latest?.segments ?? []).some((segment) =>
      [...(segment.complete ? [segment] : []), ...segment.parts].some(
        (piece) => !piece.gap && piece.url.pathname === path,
      ),
    );
  }

  add(playlist: MediaPlaylist): void {
    if (this.latest) this.compare(this.latest, playlist);
    playlist.segments.forEach((segment) => this.check(segment));
    this.latest = playlist;
  }

  private compare(before: MediaPlaylist, now: MediaPlaylist): void {
    if (now.firstMsn < before.firstMsn)
      this.complain('went-back', `EXT-X-MEDIA-SEQUENCE ${now.firstMsn} after ${before.firstMsn}`);
    if (now.next.msn < before.next.msn || (now.next.msn === before.next.msn && now.next.part < before.next.part))
      this.complain('went-back', `next is ${positionOf(now.next)}, and it was ${positionOf(before.next)}`);
    for (const name of ['targetDuration', 'partTarget'] as const)
      if (now[name] !== before[name]) this.complain('promise-changed', `${name} ${now[name]} after ${before[name]}`);
  }

  private check(segment: Segment): void {
    const { msn, parts, complete, gap } = segment;
    if (complete && numberIn(segment.url) !== msn)
      this.complain('name-is-number', `segment ${msn} is called ${segment.url.pathname}`);
    parts.forEach((part, index) => {
      if (!part.gap && !part.url.pathname.endsWith(`/${msn}.${index}.m4s`))
        this.complain('part-missing', `part ${index} of segment ${msn} is called ${part.url.pathname}`);
    });
    if (!complete) return;
    const before = this.gaps.get(msn);
    if (before !== undefined && before !== gap)
      this.complain(
        'gap-changed',
        `segment ${msn} was ${before ? 'a gap' : 'there'}, and is ${gap ? 'a gap' : 'there'}`,
      );
    this.gaps.set(msn, gap);
  }

  private complain(invariant: Parameters<Violations['add']>[0], evidence: string): void {
    this.violations.add(invariant, this.rendition, evidence);
  }
}

const positionOf = ({ msn, part }: Position): string => `${msn}.${part}`;

const numberIn = (url: URL): number => Number(/\/(\d+)\.\w+$/.exec(url.pathname)?.[1] ?? Number.NaN);
