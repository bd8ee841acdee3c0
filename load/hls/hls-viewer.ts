/** A player of HLS: chooses a rendition, plays it and its audio a hold-back behind the live edge. */
import { nowMs } from '../clock.js';
import { ViewerConnections } from '../http/viewer-connections.js';
import type { Answer, HttpRequest } from '../http/request.js';
import type { PlaybackState } from '../playback/buffer-model.js';
import { Playback } from '../playback/playback.js';
import { affordableRendition, chooseRendition, viewerChance } from '../schedule.js';
import { retryDelayMs, type Viewer, type ViewerOptions } from '../viewer.js';
import { HlsTrack, type TrackOwner } from './hls-track.js';
import type { Variant } from './multivariant.js';
import { startPosition } from './next-step.js';

/** Ahead of the playhead before the picture moves, when no part target says what a moment is. */
const RESUME_SECONDS = 0.5;
/** Smaller transfers say more about delay than about the line. */
const TELLING_BYTES = 16 * 1024;
const PURPOSE = { rendition: 0, hints: 1 };

export class HlsViewer implements Viewer, TrackOwner {
  readonly hints: boolean;
  readonly lowLatency: boolean;
  private readonly connections: ViewerConnections;
  private readonly timers = new Set<NodeJS.Timeout>();
  private joinedAtMs = 0;
  private playback: Playback | undefined;
  private tracks: HlsTrack[] = [];
  private variants: readonly Variant[] = [];
  private throughputBps = 0;
  private failures = 0;
  private readonly endedTracks = new Set<HlsTrack>();

  constructor(readonly viewer: ViewerOptions) {
    const { options, index, measures } = viewer;
    this.connections = new ViewerConnections(measures, options.allowRemote);
    this.lowLatency = options.mode === 'll';
    this.hints = viewerChance(index, PURPOSE.hints) < options.hintShare;
  }

  get state(): PlaybackState {
    return this.playback?.state ?? 'starting';
  }

  get stalls(): number {
    return this.playback?.stalls ?? 0;
  }

  get openConnections(): number {
    return this.connections.openCount;
  }

  start(): void {
    this.joinedAtMs = nowMs();
    this.requestFirst();
  }

  tick(atMs: number): void {
    this.connections.expire(atMs);
    this.playback?.sample(atMs);
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.playback?.sample(nowMs());
    this.connections.close();
  }

  request(request: HttpRequest): void {
    this.connections.request(request);
  }

  later(delayMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, delayMs);
    this.timers.add(timer);
  }

  /** The address may be of either kind of playlist. */
  private requestFirst(): void {
    const { url, measures } = this.viewer;
    const again = (kind: string) => {
      measures.error(kind);
      this.failures += 1;
      this.later(retryDelayMs(this.failures), () => this.requestFirst());
    };
    this.request({
      ...{ method: 'GET', origin: url.origin, path: url.pathname + url.search, collect: true },
      headers: 'Accept-Encoding: gzip\r\n',
      answered: (answer) => (answer.status === 200 ? this.begin(answer, again) : again(`playlist ${answer.status}`)),
      failed: (failure) => again(`playlist: ${failure}`),
    });
  }

  private begin(answer: Answer, again: (kind: string) => void): void {
    const { url, options, index, measures, playlists } = this.viewer;
    let urls: readonly URL[] = [url];
    try {
      const manifest = playlists.of(url, answer);
      if (manifest.kind === 'multivariant') {
        this.variants = manifest.variants;
        const bandwidths = this.variants.map(({ bandwidth }) => bandwidth);
        const chosen = chooseRendition(bandwidths, options.rendition, viewerChance(index, PURPOSE.rendition));
        const variant = this.variants[chosen]!;
        urls = variant.audio ? [variant.url, variant.audio] : [variant.url];
      }
    } catch {
      return again('playlist that cannot be read');
    }
    measures.count('playlists', 1);
    measures.count('playlistBytes', answer.bytes);
    measures.timings.playlist.record(answer.doneAtMs - answer.sentAtMs);
    this.tracks = urls.map((address) => new HlsTrack(this, address));
    for (const track of this.tracks) track.start();
  }

  ready(): void {
    const playlists = this.tracks.map(({ playlist }) => playlist);
    const resumeSeconds = Math.max(...playlists.map((playlist) => playlist?.partTarget ?? 0)) || RESUME_SECONDS;
    if (playlists.includes(undefined) || this.playback) return;
    this.playback = new Playback({
      ...{ tracks: this.tracks.length, resumeSeconds: this.lowLatency ? resumeSeconds : RESUME_SECONDS },
      ...{ measures: this.viewer.measures, joinedAtMs: this.joinedAtMs },
    });
    this.tuneIn((leads) => leads.forEach((lead, track) => this.playback!.append(track, lead)));
  }

  /** A hold-back behind the edge that all tracks have reached, at a place where pictures can start. */
  private tuneIn(place: (leads: readonly number[]) => void): void {
    const playlists = this.tracks.map(({ playlist }) => playlist!);
    const holdBack = Math.max(
      ...playlists.map((playlist) => (this.lowLatency && playlist.partHoldBack) || playlist.holdBack),
    );
    const wanted = Math.min(...playlists.map(({ end }) => end)) - holdBack;
    const positions = playlists.map((playlist) => startPosition(playlist, wanted, this.lowLatency));
    const starts = playlists.map(({ segments }, track) => {
      const { msn, part } = positions[track]!;
      const segment = segments.find((candidate) => candidate.msn === msn);
      return segment?.parts[part]?.start ?? segment?.start ?? wanted;
    });
    const start = Math.max(wanted, ...starts);
    place(starts.map((of) => of - start));
    this.tracks.forEach((track, number) => track.loadFrom(positions[number]!));
  }

  appended(track: HlsTrack, seconds: number, mediaEnd?: number): void {
    this.playback?.append(this.tracks.indexOf(track), seconds, mediaEnd);
  }

  lost(): void {
    if (!this.playback || this.tracks.some(({ playlist }) => !playlist)) return;
    this.viewer.measures.count('seeks', 1);
    this.tuneIn((leads) => this.playback!.seek(leads));
  }

  ended(track: HlsTrack): void {
    this.endedTracks.add(track);
    if (this.endedTracks.size === this.tracks.length) this.playback?.finish();
  }

  transferred({ bytes, sentAtMs, doneAtMs }: Answer): void {
    if (bytes < TELLING_BYTES) return;
    const bps = (bytes * 8000) / Math.max(doneAtMs - sentAtMs, 0.1);
    this.throughputBps = this.throughputBps === 0 ? bps : this.throughputBps * 0.8 + bps * 0.2;
  }

  atSegmentStart(track: HlsTrack): void {
    if (this.viewer.options.rendition !== 'adaptive' || track !== this.tracks[0] || this.variants.length < 2) return;
    if (this.throughputBps === 0) return;
    const bandwidths = this.variants.map(({ bandwidth }) => bandwidth);
    const { url } = this.variants[affordableRendition(bandwidths, this.throughputBps)]!;
    if (url.href === track.address.href) return;
    this.viewer.measures.count('switches', 1);
    track.switchTo(url);
  }
}
