/** One viewing of one stream by one protocol: waits for it, plays it, and begins again whenever it breaks or returns. */
import type { WallClock } from '../shared/clock';
import type { Player, Protocol } from './player';
import { startPlayer } from './start-player';
import { probeStream, type Probe } from './probe';

export type Status =
  | { readonly state: 'connecting' | 'playing' | 'paused' | 'stalled' }
  /** Not there yet, over, or broken: looked for again at `retryAt` (performance clock, ms). */
  | { readonly state: 'waiting' | 'ended' | 'error'; readonly detail: string; readonly retryAt: number };

export interface SessionError {
  readonly at: Date;
  readonly detail: string;
  readonly fatal: boolean;
}

export interface SessionRequest {
  /** Of the multivariant playlist or the MPD. */
  readonly url: string;
  readonly protocol: Protocol;
  readonly video: HTMLVideoElement;
  readonly clock: WallClock;
  /** Called when the status, the rungs or the errors are others than before. */
  readonly changed: () => void;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 10_000;
/** A player that shows nothing new for so long has lost its way: it is started anew. */
const PATIENCE_MS = 12_000;
const ERRORS_KEPT = 50;

export class Session {
  status: Status = { state: 'connecting' };
  player: Player | undefined;
  /** Key of the rung the viewer wants, or `auto`; outlives a player that had to be started anew. */
  choice = 'auto';
  stalls = 0;
  fatalErrors = 0;
  readonly errors: SessionError[] = [];

  private readonly stopping = new AbortController();
  private retryMs = FIRST_RETRY_MS;
  private hasPlayed = false;

  constructor(private readonly request: SessionRequest) {
    void this.run();
  }

  get protocol(): Protocol {
    return this.request.protocol;
  }

  select(key: string): void {
    this.choice = key;
    this.player?.select(key);
  }

  stop(): void {
    this.stopping.abort();
  }

  private async run(): Promise<void> {
    const { url, protocol } = this.request;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const probe = await probeStream(url, protocol, signal);
      if (signal.aborted) return;
      if (probe.found === 'live' || (probe.found === 'finished' && !this.hasPlayed)) {
        const detail = await this.playOnce();
        if (detail !== undefined) await this.retryAfter('error', detail);
      } else {
        const { state, detail } = this.inWords(probe);
        await this.retryAfter(state, detail);
      }
    }
  }

  private inWords(probe: Exclude<Probe, { found: 'live' }>): { state: 'waiting' | 'ended' | 'error'; detail: string } {
    if (probe.found === 'trouble') return { state: 'error', detail: probe.detail };
    if (this.hasPlayed) return { state: 'ended', detail: 'If it comes back, it plays on here.' };
    return { state: 'waiting', detail: probe.found === 'nothing' ? probe.detail : '' };
  }

  /** Plays until the stream ends (undefined) or breaks (what broke). */
  private async playOnce(): Promise<string | undefined> {
    const { video, clock, protocol, url, changed } = this.request;
    const over = new AbortController();
    const until = AbortSignal.any([this.stopping.signal, over.signal]);
    let broken: string | undefined;
    let chosen = false;

    this.set({ state: 'connecting' });
    this.listen(video, until, () => over.abort());
    this.watch(until, () => {
      broken = `Nothing new to show for ${PATIENCE_MS / 1000} seconds.`;
      this.note(broken, true);
      over.abort();
    });
    try {
      const player = await startPlayer(protocol, {
        video,
        clock,
        url,
        events: {
          rungsChanged: () => {
            if (!chosen && this.choice !== 'auto') this.player?.select(this.choice);
            chosen = true;
            changed();
          },
          failed: ({ detail, fatal, recovered }) => {
            this.note(detail, fatal);
            if (!fatal || recovered) return;
            broken = detail;
            over.abort();
          },
        },
      });
      this.player = player;
      // Muted, a page may begin by itself; a browser that still refuses gets a button.
      if (!until.aborted) await Promise.race([video.play().catch(() => this.showPaused(until)), aborted(until)]);
      await aborted(until);
    } catch (error) {
      broken = error instanceof Error ? error.message : String(error);
      this.note(broken, true);
    } finally {
      this.player?.destroy();
      this.player = undefined;
      over.abort();
    }
    return this.stopping.signal.aborted ? undefined : broken;
  }

  private listen(video: HTMLVideoElement, signal: AbortSignal, ended: () => void): void {
    let started = false;
    video.addEventListener(
      'playing',
      () => {
        started = true;
        this.hasPlayed = true;
        this.retryMs = FIRST_RETRY_MS;
        this.set({ state: 'playing' });
      },
      { signal },
    );
    video.addEventListener(
      'waiting',
      () => {
        if (!started || video.seeking || video.paused) return;
        this.stalls += 1;
        this.set({ state: 'stalled' });
      },
      { signal },
    );
    video.addEventListener('pause', () => this.showPaused(signal), { signal });
    video.addEventListener('ended', ended, { signal });
  }

  /** Calls `stuck` when connecting or a stall lasts too long. */
  private watch(signal: AbortSignal, stuck: () => void): void {
    let stuckSince = performance.now();
    const timer = setInterval(() => {
      const { state } = this.status;
      if (state !== 'connecting' && state !== 'stalled') stuckSince = performance.now();
      else if (performance.now() - stuckSince > PATIENCE_MS) stuck();
    }, 500);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  private showPaused(signal: AbortSignal): void {
    if (!signal.aborted && !this.request.video.ended) this.set({ state: 'paused' });
  }

  private async retryAfter(state: 'waiting' | 'ended' | 'error', detail: string): Promise<void> {
    this.set({ state, detail, retryAt: performance.now() + this.retryMs });
    const delay = this.retryMs;
    this.retryMs = Math.min(LAST_RETRY_MS, this.retryMs * 1.6);
    const timeUp = new AbortController();
    const timer = setTimeout(() => timeUp.abort(), delay);
    await aborted(AbortSignal.any([this.stopping.signal, timeUp.signal]));
    clearTimeout(timer);
  }

  private note(detail: string, fatal: boolean): void {
    if (fatal) this.fatalErrors += 1;
    this.errors.push({ at: new Date(), detail, fatal });
    if (this.errors.length > ERRORS_KEPT) this.errors.shift();
    this.request.changed();
  }

  private set(status: Status): void {
    if (this.stopping.signal.aborted) return;
    this.status = status;
    this.request.changed();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
