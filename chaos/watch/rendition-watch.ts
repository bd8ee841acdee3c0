/** Follows one rendition as a low-latency player does, and fetches everything it is told of, once in each life of the server. */
import { setTimeout as pause } from 'node:timers/promises';
import { parseMediaPlaylist, type MediaPlaylist, type Segment } from '../../load/hls/media-playlist.js';
import type { ImmutableCache } from '../invariants/immutable-cache.js';
import type { Progress } from '../invariants/progress.js';
import type { Violations } from '../invariants/violations.js';
import type { WindowHistory } from '../invariants/window-history.js';
import { get } from './get.js';

/** Longer than a reload is held: three target durations and an encoder that is being replaced. */
const RELOAD_LIMIT_MS = 10_000;
const MEDIA_LIMIT_MS = 5_000;
const RETRY_MS = 100;
/** Whoever is broken off by a dying nginx asks again; an object that breaks off this often is cut on disk. */
const MOST_BREAKS = 5;

export interface WatchedRendition {
  /** `wild/240p` */
  readonly name: string;
  /** Of its media playlist. */
  readonly url: URL;
  readonly history: WindowHistory;
  readonly progress: Progress;
}

export class RenditionWatch {
  private fetched = new Set<string>();
  /** Parts whose segment has not been fetched yet, by path. */
  private readonly parts = new Map<string, Buffer>();
  private readonly breaks = new Map<string, number>();

  constructor(
    private readonly rendition: WatchedRendition,
    private readonly cache: ImmutableCache,
    private readonly violations: Violations,
    private readonly elapsedSeconds: () => number,
  ) {}

  /** The server was started again: every name is asked for once more. */
  newLife(): void {
    this.fetched = new Set();
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    let held = false;
    while (!signal.aborted) {
      const playlist = await this.reload(held, signal);
      held = playlist !== undefined;
      if (playlist) await this.fetchNews(playlist, signal);
      else await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async reload(held: boolean, signal?: AbortSignal): Promise<MediaPlaylist | undefined> {
    const { name, url, history, progress } = this.rendition;
    const asked = new URL(url);
    if (held && history.newest) asked.search = `_HLS_msn=${history.newest.msn}&_HLS_part=${history.newest.part}`;
    const answer = await get(asked, RELOAD_LIMIT_MS, signal);
    if (answer.kind !== 'whole') return undefined;
    if (answer.status === 500) this.violations.add('server-error', name, `${asked.pathname} answered 500`);
    if (answer.status !== 200) return undefined;
    const playlist = parseMediaPlaylist(answer.body.toString(), url);
    history.add(playlist);
    progress.see(playlist.next, this.elapsedSeconds());
    return playlist;
  }

  private async fetchNews(playlist: MediaPlaylist, signal: AbortSignal): Promise<void> {
    for (const segment of playlist.segments) {
      for (const part of segment.parts) if (!part.gap) await this.fetchOnce(part.url, signal);
      if (segment.map) await this.fetchOnce(segment.map.url, signal);
      if (segment.complete && !segment.gap) await this.fetchSegment(segment, signal);
      else if (segment.complete) this.forgetParts(segment);
    }
  }

  private async fetchSegment(segment: Segment, signal: AbortSignal): Promise<void> {
    const body = await this.fetchOnce(segment.url, signal);
    if (!body) return;
    const parts = segment.parts.map(({ url }) => this.parts.get(url.pathname));
    if (parts.length > 0 && parts.every((part) => part !== undefined))
      this.cache.compare(segment.url.pathname, parts, body);
    this.forgetParts(segment);
  }

  private forgetParts({ parts }: Segment): void {
    for (const { url } of parts) this.parts.delete(url.pathname);
  }

  private async fetchOnce(url: URL, signal: AbortSignal): Promise<Buffer | undefined> {
    const path = url.pathname;
    if (this.fetched.has(path) || signal.aborted) return undefined;
    const answer = await get(url, MEDIA_LIMIT_MS, signal);
    if (answer.kind === 'broken') this.countBreak(path, signal);
    if (answer.kind !== 'whole') return undefined;
    if (answer.status === 404 || answer.status === 410) await this.checkAbsence(path, signal);
    if (answer.status === 500) this.violations.add('server-error', path, 'answered 500');
    if (answer.status !== 200) return undefined;
    this.fetched.add(path);
    this.cache.add(path, answer.body);
    if (/\.\d+\.m4s$/.test(path)) this.parts.set(path, answer.body);
    return answer.body;
  }

  /** It may have left the window, or become a gap, between the playlist and the request. */
  private async checkAbsence(path: string, signal: AbortSignal): Promise<void> {
    const playlist = await this.reload(false, signal);
    if (playlist && this.rendition.history.lists(path)) this.violations.add('absent', path, 'listed, and answered 404');
  }

  private countBreak(path: string, signal: AbortSignal): void {
    if (signal.aborted) return;
    const breaks = (this.breaks.get(path) ?? 0) + 1;
    this.breaks.set(path, breaks);
    if (breaks === MOST_BREAKS) this.violations.add('truncated', path, `broke off ${breaks} times`);
  }
}
