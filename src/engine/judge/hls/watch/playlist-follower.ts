/** Follows one media playlist as a client does, and judges each version by itself and against the one before. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Exchange } from '../../http/index.js';
import { violationsOf, type Place, type Rule } from '../../rule.js';
import type { Watch } from '../../watch.js';
import { judgeChange, judgePlaylist } from '../judge-playlist.js';
import { mergeDelta } from '../merge-delta.js';
import { completeSegments, type MediaPlaylist } from '../playlist.js';
import { DELIVERY_RULES } from '../rules/index.js';
import type { JudgedFetch } from './judged-fetch.js';
import { nextReload, withQuery, type NextReload } from './next-reload.js';
import { Pace } from './pace.js';

export interface Version {
  /** Whole: a delta update is merged. */
  readonly playlist: MediaPlaylist;
  readonly exchange: Exchange;
}

export interface FollowerOptions {
  readonly url: string;
  readonly variables: ReadonlyMap<string, string>;
  readonly onVersion: (version: Version) => void;
}

type Directives = Readonly<Record<string, string>>;

const RETRY_MS = 500;
/** How long a playlist may be 404 before the stream is taken to be gone. */
const GONE_AFTER_MS = 10_000;

const DELTA_FITS: Rule<string> = {
  id: 'hls.delta-fits',
  clause: 'rfc8216bis 6.2.5.1',
  severity: 'error',
  text: 'A delta update skips only what its client has seen within the skip boundary.',
  check: (misfit) => [misfit],
};
const GONE: Rule<string> = {
  id: 'hls.gone',
  clause: 'rfc8216bis 6.2.1',
  severity: 'note',
  text: 'The playlist is there until it ends.',
  check: (evidence) => [evidence],
};
const IS_MEDIA_PLAYLIST: Rule<string> = {
  id: 'hls.is-media-playlist',
  clause: 'rfc8216bis 4.4.6',
  severity: 'error',
  text: 'What a multivariant playlist lists is a media playlist.',
  check: (evidence) => [evidence],
};

export class PlaylistFollower {
  latest: Version | undefined;
  private readonly pace = new Pace();
  private changed = true;
  private refused = false;
  private reloads = 0;
  private goneSinceMs: number | undefined;

  constructor(
    private readonly watch: Watch,
    private readonly fetch: JudgedFetch,
    private readonly options: FollowerOptions,
  ) {}

  /** Resolves when the playlist has ended or gone, or the watch is over. `first`: it has been fetched already. */
  async run(signal: AbortSignal, first?: Exchange): Promise<void> {
    if (first) this.take(first, false);
    while (!signal.aborted && !this.latest?.playlist.ended) {
      const next = this.next();
      await until((this.latest?.exchange.sentAtMs ?? 0) + (next?.afterMs ?? 0), signal);
      if (signal.aborted) return;
      const targetDuration = this.latest?.playlist.targetDuration;
      const exchange = await this.fetch.get(withQuery(this.options.url, next?.directives ?? {}), {
        ...{ resource: 'media-playlist', live: true, expected: 'there', mayBeGone: this.latest !== undefined },
        ...{ blocking: next?.blocking ?? false, ...(targetDuration !== undefined && { targetDuration }) },
      });
      this.refused = exchange?.status !== 200;
      if (exchange?.status === 200) this.take(exchange, next?.blocking ?? false, next?.directives);
      else if (exchange && this.isGone(exchange)) return;
      else await until(Date.now() + RETRY_MS, signal);
    }
  }

  /** Undefined: ask plainly. Who was refused, or away, no longer knows what comes next. */
  private next(): NextReload | undefined {
    const { latest, changed, reloads } = this;
    if (!latest || this.refused || this.fetch.wasAwaySince(latest.exchange.sentAtMs)) return undefined;
    return nextReload(latest.playlist, { changed, reloads });
  }

  private take(exchange: Exchange, blocking: boolean, { _HLS_msn: msn, _HLS_part: part }: Directives = {}): void {
    this.goneSinceMs = undefined;
    this.reloads += 1;
    const place: Place = { url: this.options.url, atMs: exchange.sentAtMs };
    const { media, violations } = judgePlaylist(
      exchange.body,
      { ...place, url: exchange.url },
      {
        imports: this.options.variables,
      },
    );
    this.watch.verdict.add(violations.map((violation) => ({ ...violation, ...place })));
    if (!media)
      return this.watch.verdict.add(violationsOf([IS_MEDIA_PLAYLIST], `${exchange.body.length} bytes`, place));
    if (blocking && msn !== undefined) {
      const asked = { msn: Number(msn), part: part === undefined ? undefined : Number(part) };
      this.watch.verdict.add(violationsOf(DELIVERY_RULES, { probe: 'held', exchange, asked, answer: media }, place));
    }
    const before = this.latest;
    const merged = mergeDelta(before?.playlist, media);
    if ('misfit' in merged) {
      // Whoever was away longer than the skip boundary should not have asked for a delta update.
      if (!this.fetch.wasAwaySince(before?.exchange.sentAtMs ?? 0)) {
        this.watch.verdict.add(violationsOf([DELTA_FITS], merged.misfit, place));
      }
      this.latest = undefined;
      return;
    }
    const { whole } = merged;
    const hasGrown = !before || edgeOf(whole) !== edgeOf(before.playlist) || whole.ended !== before.playlist.ended;
    // Who asked plainly, where one can wait, has not waited for anything yet.
    this.changed = hasGrown || (!blocking && whole.serverControl?.canBlockReload === true);
    this.latest = { playlist: whole, exchange };
    const pace = this.pace.take(whole, exchange, blocking, this.fetch.wasAwaySince(before?.exchange.sentAtMs ?? 0));
    if (before) this.watch.verdict.add(judgeChange({ before: before.playlist, after: whole, ...pace }, place));
    this.options.onVersion(this.latest);
  }

  private isGone({ status, sentAtMs }: Exchange): boolean {
    if (status !== 404 && status !== 410) return false;
    this.goneSinceMs ??= sentAtMs;
    const isOver = status === 410 || Date.now() - this.goneSinceMs > GONE_AFTER_MS;
    if (isOver) {
      const place = { url: this.options.url, atMs: this.goneSinceMs };
      this.watch.verdict.add(violationsOf([GONE], `answered ${status}, and did not come back`, place));
    }
    return isOver;
  }
}

/** What is listed last, in one word. */
function edgeOf(playlist: MediaPlaylist): string {
  const last = playlist.segments.at(-1);
  return `${completeSegments(playlist).at(-1)?.msn} ${last?.msn} ${last?.parts.length}`;
}

async function until(unixMs: number, signal: AbortSignal): Promise<void> {
  const wait = unixMs - Date.now();
  if (wait > 0) await pause(wait, undefined, { signal }).catch(() => undefined);
}
