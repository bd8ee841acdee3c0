/** The media of one Representation in one Period: fetches what is asked for, and judges bytes against the MPD. */
import type { Exchange } from '../../http/index.js';
import { MediaJudge, type SegmentAlignment } from '../../media/index.js';
import { violationsOf } from '../../rule.js';
import type { Watch } from '../../watch.js';
import { SEGMENT_RULES, TRACK_RULES } from '../rules/media.js';
import { initializationUrl, type Told, type ToldSegment } from './availability.js';
import type { DashFetch } from './dash-fetch.js';

/** A double holds seconds since an epoch this well. */
const SAME_SECONDS = 0.000_1;
export class RepresentationMedia {
  readonly judge = new MediaJudge();
  /** The first one. */
  init: Exchange | undefined;
  fetched = 0;
  private initUrl: string | undefined;
  private lastEndSeconds: number | undefined;
  private lastNumber: number | undefined;
  private firstError: number | undefined;
  private seen = 0;
  private bits = 0;
  private seconds = 0;

  constructor(
    private readonly watch: Watch,
    private readonly fetch: DashFetch,
    private readonly kind: 'video' | 'audio' | 'other',
    private readonly alignment: SegmentAlignment,
  ) {}

  /** Fetches the initialization segment where it is another than before. */
  async takeInit(told: Told): Promise<void> {
    const url = initializationUrl(told);
    if (url === undefined || url === this.initUrl) return;
    const exchange = await this.fetch.get(url, { resource: 'init', expected: 'there', live: false });
    if (exchange?.status !== 200) return;
    this.initUrl = url;
    this.init ??= exchange;
    const place = { url: exchange.url, atMs: exchange.sentAtMs };
    this.watch.verdict.add(this.judge.takeInit(exchange.body, place));
    const { track } = this.judge;
    const { representation, addressing } = told;
    if (track) this.watch.verdict.add(violationsOf(TRACK_RULES, { representation, addressing, track }, place));
  }

  /** Whole segments only; one that was cut off says nothing of what the encoder made. */
  take(told: Told, segment: ToldSegment, exchange: Exchange): void {
    if (exchange.status !== 200 || exchange.truncated) return;
    const place = { url: exchange.url, atMs: exchange.sentAtMs };
    const { number, durationSeconds, startSeconds, isExact } = segment;
    // Exact times tell of a gap themselves, and nominal ones by the number that is left out.
    const isLater = isExact && this.lastEndSeconds !== undefined && startSeconds > this.lastEndSeconds + SAME_SECONDS;
    const discontinuity = isLater || (this.lastNumber !== undefined && number !== this.lastNumber + 1);
    this.lastNumber = number;
    this.lastEndSeconds = startSeconds + durationSeconds;
    this.watch.verdict.add(
      this.judge.takeMedia(
        exchange.body,
        // Nominal times are no promise of each segment.
        { kind: 'segment', sequence: number, discontinuity, ...(isExact && { durationSeconds, startSeconds }) },
        place,
      ),
    );
    this.measure(told, segment, exchange);
  }

  private measure({ mpd, representation, addressing }: Told, segment: ToldSegment, exchange: Exchange): void {
    const { number, startSeconds: nominalStart } = segment;
    const span = this.judge.lastSegment;
    const { track } = this.judge;
    if (span?.sequence !== number || !track) return;
    const realDuration = span.endSeconds - span.startSeconds;
    this.firstError ??= span.startSeconds - nominalStart;
    this.seen += 1;
    this.bits += exchange.body.length * 8;
    this.seconds += realDuration;
    const place = { url: exchange.url, atMs: exchange.sentAtMs };
    const measured = {
      ...{ number, addressing, nominalStart, realStart: span.startSeconds, realDuration },
      ...{ firstError: this.firstError, seen: this.seen, bits: this.bits, seconds: this.seconds },
      ...{ bandwidth: representation.bandwidth, maxSegmentDuration: mpd.maxSegmentDuration },
    };
    this.watch.verdict.add(violationsOf(SEGMENT_RULES, measured, place));
    if (this.kind === 'other') return;
    const aligned = {
      ...{ rendition: representation.id, kind: this.kind, sequence: number - addressing.startNumber },
      ...{ startSeconds: span.startSeconds, stepSeconds: span.stepSeconds },
    };
    this.watch.verdict.add(this.alignment.take(aligned, place));
  }
}
