/** Everybody who watches the scene: each rendition, each MPD, and the server's memory; and what they have to say of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { ImmutableCache } from '../invariants/immutable-cache.js';
import { ServerMemory } from '../invariants/memory.js';
import { Progress } from '../invariants/progress.js';
import type { Violations } from '../invariants/violations.js';
import { WindowHistory } from '../invariants/window-history.js';
import { residentBytes } from '../stage/processes.js';
import { MpdWatch } from './mpd-watch.js';
import { RenditionWatch, type WatchedRendition } from './rendition-watch.js';

/** With room for a busy machine: a hung encoder is found out within three parts, a second at least, and joins at the next segment. */
const SILENCE_LIMIT_SECONDS = 15;
/** From the start of a new server, its own start and the probing of the source included. */
const RETURN_LIMIT_SECONDS = 15;
const MEMORY_EVERY_MS = 1000;

/** What there is to watch. */
export interface Scene {
  readonly url: string;
  readonly streams: readonly string[];
  /** `stream/rendition` */
  readonly renditions: readonly string[];
  readonly serverPid: number;
}

export class Audience {
  readonly cache: ImmutableCache;
  readonly memory = new ServerMemory();
  private readonly renditions: readonly WatchedRendition[];
  private readonly watches: readonly RenditionWatch[];
  private readonly mpds: readonly MpdWatch[];
  private readonly leaving = new AbortController();
  private readonly watching: Promise<unknown>;

  /** They watch from now on, until they leave. */
  constructor(
    private readonly scene: Scene,
    private readonly violations: Violations,
    private readonly elapsedSeconds: () => number,
  ) {
    this.cache = new ImmutableCache(violations);
    this.renditions = scene.renditions.map((name) => ({
      ...{ name, url: new URL(`${scene.url}/${name}/playlist.m3u8`) },
      ...{ history: new WindowHistory(name, violations), progress: new Progress() },
    }));
    this.watches = this.renditions.map((one) => new RenditionWatch(one, this.cache, violations, elapsedSeconds));
    const isListed = (path: string): boolean => this.renditions.some(({ history }) => history.lists(path));
    this.mpds = scene.streams.map(
      (id) => new MpdWatch(new URL(`${scene.url}/${id}/manifest.mpd`), this.cache, violations, isListed),
    );
    const everybody = [...this.watches, ...this.mpds].map((watch) => watch.run(this.leaving.signal));
    this.watching = Promise.all([...everybody, this.watchMemory()]);
  }

  serverGone(): void {
    for (const { progress } of this.renditions) progress.serverGone(this.elapsedSeconds());
  }

  serverStarts(): void {
    for (const { progress } of this.renditions) progress.serverStarts(this.elapsedSeconds());
  }

  serverIsBack(): void {
    for (const watch of this.watches) watch.newLife();
  }

  /** What a crowd asks for: playlists, the next position, the part that is about to be. */
  get liveUrls(): URL[] {
    return this.renditions.flatMap(({ url, history: { newest } }) => {
      if (!newest) return [url];
      const { msn, part } = newest;
      return [url, new URL(`?_HLS_msn=${msn}&_HLS_part=${part}`, url), new URL(`${msn}.${part}.m4s`, url)];
    });
  }

  /** Resolves when nobody asks for anything any more, and what took too long has been told. */
  async leave(): Promise<void> {
    this.leaving.abort();
    await this.watching;
    for (const { name, progress } of this.renditions) {
      progress.end(this.elapsedSeconds());
      this.judge(name, progress);
    }
    for (const { pid, evidence } of this.memory.excesses) this.violations.add('memory', `server ${pid}`, evidence);
  }

  get gaps(): number {
    return this.renditions.reduce((sum, { history }) => sum + history.gapsListed, 0);
  }

  get longestSilence(): number {
    return Math.max(...this.renditions.map(({ progress }) => progress.longestSilence));
  }

  /** Of each restart the rendition that came last: seconds from the server's start to its first new part. */
  get returns(): number[] {
    const all = this.renditions.map(({ progress }) => progress.returns);
    const restarts = Math.max(0, ...all.map(({ length }) => length));
    return Array.from({ length: restarts }, (_, restart) => Math.max(...all.map((returns) => returns[restart] ?? 0)));
  }

  private judge(name: string, { longestSilence, returns }: Progress): void {
    if (longestSilence > SILENCE_LIMIT_SECONDS)
      this.violations.add('silence', name, `${longestSilence.toFixed(1)} s without a new part`);
    const slow = returns.filter((seconds) => seconds > RETURN_LIMIT_SECONDS);
    for (const seconds of slow)
      this.violations.add('slow-return', name, `${seconds.toFixed(1)} s from the server's start to the first new part`);
  }

  private async watchMemory(): Promise<void> {
    const { signal } = this.leaving;
    while (!signal.aborted) {
      const pid = this.scene.serverPid;
      const bytes = await residentBytes(pid);
      if (bytes !== undefined) this.memory.add(pid, bytes, this.elapsedSeconds());
      await pause(MEMORY_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
