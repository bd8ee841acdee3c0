/** Keeps one media playlist up to date: by blocking reloads without pause where the server holds them, else by the clock. */
import type { Answer, HttpRequest } from '../http/request.js';
import { positionKey } from '../measure/wake-ledger.js';
import { retryDelayMs, type ViewerOptions } from '../viewer.js';
import type { MediaPlaylist, Position } from './media-playlist.js';
import { isAfter } from './next-step.js';

export interface ReloadOwner {
  readonly viewer: ViewerOptions;
  readonly lowLatency: boolean;
  request(request: HttpRequest): void;
  later(delayMs: number, action: () => void): void;
}

const HEADERS = 'Accept-Encoding: gzip\r\n';
const LEAST_PAUSE_MS = 100;

export class PlaylistReloads {
  private latest: MediaPlaylist | undefined;
  private failures = 0;
  private stopped = false;

  constructor(
    private readonly owner: ReloadOwner,
    readonly url: URL,
    /** Told of every answer that could be read; the next reload is under way by then. */
    private readonly updated: (playlist: MediaPlaylist) => void,
  ) {}

  start(): void {
    this.request(undefined);
  }

  /** Answers that are still to come are not told of. */
  stop(): void {
    this.stopped = true;
  }

  private request(asked: Position | undefined): void {
    const { url } = this;
    this.owner.request({
      ...{ method: 'GET', origin: url.origin, path: url.pathname + this.query(asked), headers: HEADERS, collect: true },
      answered: (answer) => {
        if (this.stopped) return;
        if (answer.status === 200) this.read(answer, asked);
        else this.fail(`playlist ${answer.status}`);
      },
      failed: (failure) => {
        if (!this.stopped) this.fail(`playlist: ${failure}`);
      },
    });
  }

  private query(asked: Position | undefined): string {
    const given = this.url.search;
    if (!asked) return given;
    // A delta update leaves out times of day; where they are not said at all, a full playlist is needed to count them.
    const skip = this.latest?.canSkip && this.latest.dated ? '&_HLS_skip=YES' : '';
    return `${given ? `${given}&` : '?'}_HLS_msn=${asked.msn}&_HLS_part=${asked.part}${skip}`;
  }

  private read(answer: Answer, asked: Position | undefined): void {
    const { measures, playlists } = this.owner.viewer;
    let playlist: MediaPlaylist;
    try {
      const manifest = playlists.of(this.url, answer);
      if (manifest.kind !== 'media') throw new Error('a multivariant playlist where a media playlist was expected');
      ({ playlist } = manifest);
    } catch {
      return this.fail('playlist that cannot be read');
    }
    measures.count('playlists', 1);
    measures.count('playlistBytes', answer.bytes);
    if (asked) this.noteWake(answer, asked, playlist);
    else measures.timings.playlist.record(answer.doneAtMs - answer.sentAtMs);
    const before = this.latest;
    this.failures = 0;
    this.latest = playlist;
    this.reload(answer, asked, playlist, before);
    this.updated(playlist);
  }

  private noteWake(answer: Answer, asked: Position, playlist: MediaPlaylist): void {
    const { msn, part } = playlist.next;
    // The last position that is listed: the one before the next one, whichever segment that is in.
    const shown = part > 0 ? positionKey(msn, part - 1) : positionKey(msn, 0) - 1;
    const requested = positionKey(asked.msn, asked.part);
    if (shown < requested) {
      if (!playlist.ended) this.owner.viewer.measures.error('playlist answered before the part was there');
      return;
    }
    this.owner.viewer.wake.add({
      ...{ kind: 'playlist', track: this.url.href, asked: requested, shown },
      ...{ sentAtMs: answer.sentAtMs, firstByteAtMs: answer.firstByteAtMs, doneAtMs: answer.doneAtMs },
      mediaEndMs: playlist.dated ? playlist.end * 1000 : 0,
    });
  }

  private reload(answer: Answer, asked: Position | undefined, now: MediaPlaylist, before?: MediaPlaylist): void {
    if (now.ended) return;
    const advanced = !before || isAfter(now.next, before.next);
    if (this.owner.lowLatency && now.canBlockReload && (advanced || !asked)) return this.request(now.next);
    // rfc8216bis 6.3.4: a target duration after the last request, half of one when nothing had changed.
    const pauseMs = now.targetDuration * (advanced ? 1000 : 500) - (answer.doneAtMs - answer.sentAtMs);
    this.again(Math.max(pauseMs, LEAST_PAUSE_MS));
  }

  private fail(kind: string): void {
    this.owner.viewer.measures.error(kind);
    this.failures += 1;
    this.again(retryDelayMs(this.failures));
  }

  private again(delayMs: number): void {
    this.owner.later(delayMs, () => {
      if (!this.stopped) this.request(undefined);
    });
  }
}
