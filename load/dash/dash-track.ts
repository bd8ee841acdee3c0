/** One representation of one DASH viewer: requests each segment the moment it may be, and plays chunks as they come. */
import type { HttpRequest } from '../http/request.js';
import { retryDelayMs, type ViewerOptions } from '../viewer.js';
import { ChunkReader } from './chunk-reader.js';
import type { Mpd, Period, Representation } from './mpd.js';
import { availableAt, initUrl, segmentAfter, segmentAtTime, type DashSegment } from './segments.js';

export interface DashTrackOwner {
  readonly viewer: ViewerOptions;
  readonly lowLatency: boolean;
  readonly mpd: Mpd;
  /** Seconds since 1970 on the server's clock. */
  serverNow(): number;
  request(request: HttpRequest): void;
  later(delayMs: number, action: () => void): void;
  appended(track: number, seconds: number, mediaEnd: number): void;
  ended(track: number): void;
}

const ATTEMPTS = 3;
/** How soon to look again for a segment that the MPD does not tell of yet. */
const UNLISTED_RETRY_MS = 250;

export class DashTrack {
  private segment: DashSegment | undefined;
  private initLoaded: string | undefined;
  private failures = 0;

  constructor(
    private readonly owner: DashTrackOwner,
    private readonly number: number,
    private period: Period,
    private choose: (period: Period) => Representation | undefined,
  ) {}

  /** Places itself on the segment that holds `time` (seconds of the presentation) and gives where that begins. */
  place(time: number): number | undefined {
    const representation = this.choose(this.period);
    this.segment = representation && segmentAtTime(this.period, representation, time);
    return this.segment?.start;
  }

  run(): void {
    const { segment } = this;
    const period = this.owner.mpd.periods.find(({ id }) => id === this.period.id);
    const representation = period && this.choose(period);
    if (!segment || !representation) return this.owner.ended(this.number);
    this.period = period;
    const init = initUrl(representation);
    if (init && init.href !== this.initLoaded && this.owner.viewer.options.media !== 'none') return this.loadInit(init);
    const waitMs =
      (availableAt(this.owner.mpd, representation, segment, this.owner.lowLatency) - this.owner.serverNow()) * 1000;
    if (waitMs > 0 && this.owner.mpd.dynamic) return this.owner.later(waitMs, () => this.load(representation, segment));
    this.load(representation, segment);
  }

  private loadInit(url: URL): void {
    this.transfer(url, 'init segment', undefined, (failure) => {
      if (failure === undefined) this.initLoaded = url.href;
      this.goOn(failure);
    });
  }

  private load({ template }: Representation, segment: DashSegment): void {
    let taken = 0;
    const append = (seconds: number) => {
      taken += seconds;
      const end = this.owner.mpd.availabilityStartTime + segment.start + taken;
      this.owner.appended(this.number, seconds, end);
    };
    // Chunk by chunk as they come, and what rounding leaves of the nominal duration at the end.
    const chunks = new ChunkReader((ticks) => append(Math.min(ticks / template.timescale, segment.duration - taken)));
    if (this.owner.viewer.options.media === 'none') {
      append(segment.duration);
      return this.next(segment);
    }
    this.transfer(segment.url, 'segment', chunks, (failure) => {
      if (failure === undefined) append(segment.duration - taken);
      if (failure === undefined || this.failures + 1 >= ATTEMPTS) this.next(segment, failure);
      else this.goOn(failure);
    });
  }

  private goOn(failure: string | undefined): void {
    if (failure === undefined) {
      this.failures = 0;
      return this.run();
    }
    this.owner.viewer.measures.error(failure);
    this.failures += 1;
    this.owner.later(retryDelayMs(this.failures), () => this.run());
  }

  private next(segment: DashSegment, failure?: string): void {
    const { mpd } = this.owner;
    const period = mpd.periods.find(({ id }) => id === this.period.id);
    const representation = period && this.choose(period);
    const following = representation && segmentAfter(period, representation, segment);
    if (following) {
      this.segment = following;
      return this.goOn(failure);
    }
    const later = mpd.periods.find(({ start }) => start > this.period.start);
    if (later && later.sets.length > 0) {
      this.period = later;
      this.place(later.start);
      return this.goOn(failure);
    }
    if (!mpd.dynamic || !period) return this.owner.ended(this.number);
    this.owner.later(UNLISTED_RETRY_MS, () => this.next(segment, failure));
  }

  private transfer(url: URL, name: string, chunks: ChunkReader | undefined, over: (failure?: string) => void): void {
    const { measures, options } = this.owner.viewer;
    this.owner.request({
      ...{ method: options.media === 'head' ? 'HEAD' : 'GET', origin: url.origin, path: url.pathname + url.search },
      headers: '',
      ...(chunks && { onBytes: (bytes: Buffer, from: number, to: number) => chunks.push(bytes, from, to) }),
      answered: (answer) => {
        if (answer.status !== 200) return over(`${name} ${answer.status}`);
        measures.mediaReceived(answer, true);
        over();
      },
      failed: (failure) => over(`${name}: ${failure}`),
    });
  }
}
