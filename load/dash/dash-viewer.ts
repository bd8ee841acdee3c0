/** A player of DASH: sets its clock, joins a target latency behind the edge, and keeps the MPD up to date. */
import { EPOCH_OFFSET_MS, nowMs } from '../clock.js';
import { headerIn } from '../http/response-parser.js';
import type { Answer, HttpRequest } from '../http/request.js';
import { ViewerConnections } from '../http/viewer-connections.js';
import type { PlaybackState } from '../playback/buffer-model.js';
import { Playback } from '../playback/playback.js';
import { chooseRendition, viewerChance } from '../schedule.js';
import { retryDelayMs, type Viewer, type ViewerOptions } from '../viewer.js';
import { DashTrack, type DashTrackOwner } from './dash-track.js';
import type { Mpd, Period, Representation } from './mpd.js';

const RESUME_SECONDS = 0.25;
/** A plain player's distance from the edge when the MPD suggests none, in segments. */
const PLAIN_DELAY_SEGMENTS = 3;
const LEAST_UPDATE_SECONDS = 0.5;
const CLOCK_SCHEMES = /^urn:mpeg:dash:utc:http-(xsdate|iso|head):/;

export class DashViewer implements Viewer, DashTrackOwner {
  readonly lowLatency: boolean;
  private readonly connections: ViewerConnections;
  private readonly timers = new Set<NodeJS.Timeout>();
  private current: Mpd | undefined;
  private validators = '';
  private clockOffsetMs = 0;
  private joinedAtMs = 0;
  private failures = 0;
  private playback: Playback | undefined;
  private tracks: DashTrack[] = [];
  private readonly endedTracks = new Set<number>();

  constructor(readonly viewer: ViewerOptions) {
    this.connections = new ViewerConnections(viewer.measures, viewer.options.allowRemote);
    this.lowLatency = viewer.options.mode === 'll';
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

  get mpd(): Mpd {
    return this.current!;
  }

  serverNow(): number {
    return (nowMs() + EPOCH_OFFSET_MS + this.clockOffsetMs) / 1000;
  }

  start(): void {
    this.joinedAtMs = nowMs();
    this.requestMpd();
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

  appended(track: number, seconds: number, mediaEnd: number): void {
    this.playback?.append(track, seconds, mediaEnd);
  }

  ended(track: number): void {
    this.endedTracks.add(track);
    if (this.endedTracks.size === this.tracks.length) this.playback?.finish();
  }

  private requestMpd(): void {
    const { url, measures } = this.viewer;
    const again = (kind: string) => {
      measures.error(kind);
      this.failures += 1;
      this.later(retryDelayMs(this.failures), () => this.requestMpd());
    };
    this.request({
      ...{ method: 'GET', origin: url.origin, path: url.pathname + url.search, collect: true },
      headers: `Accept-Encoding: gzip\r\n${this.validators}`,
      answered: (answer) => {
        if (answer.status === 200) return this.read(answer, again);
        if (answer.status !== 304 || !this.current) return again(`MPD ${answer.status}`);
        measures.count('unchanged', 1);
        measures.timings.playlist.record(answer.doneAtMs - answer.sentAtMs);
        this.updateLater(this.current);
      },
      failed: (failure) => again(`MPD: ${failure}`),
    });
  }

  private read(answer: Answer, again: (kind: string) => void): void {
    const { measures, mpds, url } = this.viewer;
    const before = this.current;
    try {
      this.current = mpds.of(url, answer);
    } catch {
      return again('MPD that cannot be read');
    }
    this.failures = 0;
    measures.count('playlists', 1);
    measures.count('playlistBytes', answer.bytes);
    measures.timings.playlist.record(answer.doneAtMs - answer.sentAtMs);
    const [etag, modified] = ['etag', 'last-modified'].map((name) => headerIn(answer.headers, name));
    this.validators = etag ? `If-None-Match: ${etag}\r\n` : modified ? `If-Modified-Since: ${modified}\r\n` : '';
    if (!before) this.setClock(this.current);
    this.updateLater(this.current);
  }

  private updateLater({ dynamic, minimumUpdatePeriod }: Mpd): void {
    if (!dynamic || minimumUpdatePeriod === undefined) return;
    this.later(Math.max(minimumUpdatePeriod, LEAST_UPDATE_SECONDS) * 1000, () => this.requestMpd());
  }

  /** UTCTiming: what the server's clock says, taken for the middle of the exchange. */
  private setClock(mpd: Mpd): void {
    const timing = mpd.utcTimings.find(({ scheme }) => CLOCK_SCHEMES.test(scheme));
    if (!timing) return this.begin(mpd);
    const url = new URL(timing.value, this.viewer.url);
    const head = timing.scheme.includes('http-head');
    this.request({
      ...{
        method: head ? 'HEAD' : 'GET',
        origin: url.origin,
        path: url.pathname + url.search,
        headers: '',
        collect: true,
      },
      answered: ({ status, body, headers, sentAtMs, doneAtMs }) => {
        const said = Date.parse(head ? (headerIn(headers, 'date') ?? '') : body.toString('latin1').trim());
        if (status === 200 && !Number.isNaN(said))
          this.clockOffsetMs = said - ((sentAtMs + doneAtMs) / 2 + EPOCH_OFFSET_MS);
        else this.viewer.measures.error(`clock ${status}`);
        this.begin(mpd);
      },
      failed: (failure) => {
        this.viewer.measures.error(`clock: ${failure}`);
        this.begin(mpd);
      },
    });
  }

  private begin(mpd: Mpd): void {
    const presentationNow = this.serverNow() - mpd.availabilityStartTime;
    const first = mpd.periods[0]!;
    const edge = mpd.dynamic ? presentationNow - this.delay(mpd) : first.start;
    const period = mpd.periods.findLast(({ start }) => start <= edge) ?? first;
    const kinds = ['video', 'audio'].filter((kind) => period.sets.some(({ contentType }) => contentType === kind));
    this.tracks = kinds.map((kind, number) => new DashTrack(this, number, period, (of) => this.choose(of, kind)));
    const starts = this.tracks.map((track) => track.place(edge) ?? edge);
    const start = Math.max(edge, ...starts);
    const { measures } = this.viewer;
    const resumeSeconds = RESUME_SECONDS;
    this.playback = new Playback({ tracks: kinds.length, resumeSeconds, measures, joinedAtMs: this.joinedAtMs });
    this.playback.clockOffsetMs = this.clockOffsetMs;
    starts.forEach((of, number) => this.playback!.append(number, of - start));
    for (const track of this.tracks) track.run();
  }

  private delay(mpd: Mpd): number {
    if (this.lowLatency && mpd.latencyTarget !== undefined) return mpd.latencyTarget;
    if (mpd.suggestedPresentationDelay !== undefined) return mpd.suggestedPresentationDelay;
    const template = mpd.periods.at(-1)!.sets[0]?.representations[0]?.template;
    const ticks = template?.duration ?? template?.timeline?.at(-1)?.duration ?? 0;
    return (PLAIN_DELAY_SEGMENTS * ticks) / (template?.timescale ?? 1);
  }

  private choose({ sets }: Period, kind: string): Representation | undefined {
    const { options, index } = this.viewer;
    const representations = sets.find(({ contentType }) => contentType === kind)?.representations ?? [];
    const bandwidths = representations.map(({ bandwidth }) => bandwidth);
    if (bandwidths.length === 0) return undefined;
    // The line is not measured through chunked answers, which are as slow as the encoder: adaptive stays where it starts.
    return representations[chooseRendition(bandwidths, options.rendition, viewerChance(index, 0))];
  }
}
