/** Fetches the media of one playlist as they are listed, and judges bytes against what was said of them. */
import { BoxSplitter, readFragment } from '../../../isobmff/index.js';
import { MediaJudge, type TrackFacts } from '../../media/index.js';
import type { Exchange, Resource } from '../../http/index.js';
import { violationsOf } from '../../rule.js';
import type { Watch } from '../../watch.js';
import {
  completeSegments,
  durationOf,
  type ByteRange,
  type MediaMap,
  type MediaPlaylist,
  type Part,
  type Segment,
} from '../playlist.js';
import { FETCHED_SEGMENT_RULES, type DateMapping } from '../rules/index.js';
import { BitRates } from './bit-rates.js';
import type { JudgedFetch } from './judged-fetch.js';

/** Live, a client starts about three segments from the end. */
const LIVE_START_SEGMENTS = 3;

export interface FirstOfEach {
  init?: Exchange;
  segment?: Exchange;
  part?: Exchange;
}

export class RenditionMedia {
  readonly judge = new MediaJudge();
  readonly rates = new BitRates();
  /** The first answer of each kind that went well, for questions about HTTP. */
  readonly first: FirstOfEach = {};
  /** Milliseconds a part's bytes usually take. */
  usualTransferMs = 0;
  mapping: DateMapping | undefined;
  private queue: Promise<void> = Promise.resolve();
  private fetched = 0;
  private startMsn: number | undefined;
  private lastSegment = -1;
  /** Number of the newest segment whose media are missing, in part or all: what comes next continues nothing. */
  private lastGap = -1;
  private lastPart: { msn: number; index: number } = { msn: -1, index: -1 };
  private lastMap: string | undefined;
  private readonly partBytes = new Map<number, Buffer[]>();
  private readonly previous = { segment: -1, part: { msn: -1, index: -1 } };

  constructor(
    private readonly watch: Watch,
    private readonly fetch: JudgedFetch,
    /** For evidence. */
    private readonly name: string,
    private readonly signal: AbortSignal,
  ) {}

  get track(): TrackFacts | undefined {
    return this.judge.track;
  }

  /** Puts what is new in the playlist at the end of the queue. */
  take(playlist: MediaPlaylist): void {
    const complete = completeSegments(playlist);
    const isLive = !playlist.ended;
    this.startMsn ??= (isLive ? complete.at(-LIVE_START_SEGMENTS) : complete[0])?.msn ?? playlist.segments[0]?.msn;
    for (const segment of playlist.segments) {
      if (segment.msn < (this.startMsn ?? 0)) continue;
      segment.parts.forEach((part, index) => this.takePart(segment, part, index, playlist));
      if (segment.complete && segment.msn > this.lastSegment) {
        this.lastSegment = segment.msn;
        if (segment.gap) this.lastGap = segment.msn;
        else this.enqueue(isLive ? durationOf(playlist) : Infinity, () => this.fetchSegment(segment));
      }
    }
  }

  /** Resolves when all that is queued has been fetched and judged. */
  settled(): Promise<void> {
    return this.queue;
  }

  private takePart(segment: Segment, part: Part, index: number, { targetDuration = 1 }: MediaPlaylist): void {
    const { msn } = segment;
    const isNew = msn > this.lastPart.msn || (msn === this.lastPart.msn && index > this.lastPart.index);
    if (!isNew || segment.msn <= this.lastSegment) return;
    this.lastPart = { msn, index };
    if (!part.gap) this.enqueue(3 * targetDuration, () => this.fetchPart(segment, part, index));
  }

  /** 6.2.2: what is fetched later than it must stay available is nobody's fault but ours, and left out. */
  private enqueue(availableSeconds: number, work: () => Promise<void>): void {
    const listedAtMs = performance.now();
    this.queue = this.queue.then(async () => {
      if (this.signal.aborted || this.fetched >= (this.watch.mediaPerRendition ?? Infinity)) return;
      if (performance.now() - listedAtMs < availableSeconds * 1000) await work();
    });
    // A fault of ours is thrown where the queue is awaited, not in the midst of the watch.
    this.queue.catch(() => undefined);
  }

  private async fetchInit(map: MediaMap | undefined): Promise<void> {
    const name = map?.url && `${map.url} ${map.byteRange?.offset ?? ''}`;
    if (!name || name === this.lastMap) return;
    const exchange = await this.get(map.url, 'init', map.byteRange);
    if (!exchange) return;
    this.lastMap = name;
    this.first.init ??= exchange;
    this.watch.verdict.add(this.judge.takeInit(exchange.body, placeOf(exchange)));
  }

  private async fetchPart(segment: Segment, part: Part, index: number): Promise<void> {
    if (part.url === undefined) return;
    await this.fetchInit(segment.map);
    this.fetched += 1;
    const exchange = await this.get(part.url, 'part', part.byteRange);
    if (!exchange) return;
    this.first.part ??= exchange;
    const transfer = exchange.doneAfterMs - exchange.headerAfterMs;
    this.usualTransferMs = this.usualTransferMs === 0 ? transfer : 0.8 * this.usualTransferMs + 0.2 * transfer;
    const { msn } = segment;
    const known = this.partBytes.get(msn) ?? [];
    known[index] = exchange.body;
    this.partBytes.set(msn, known);
    if (segment.key) return;
    const { previous } = this;
    const follows =
      index > 0
        ? previous.part.msn === msn && previous.part.index === index - 1
        : previous.part.msn === msn - 1 && this.lastGap !== msn - 1;
    this.watch.verdict.add(
      this.judge.takeMedia(
        exchange.body,
        {
          ...{
            kind: 'part',
            durationSeconds: part.duration,
            independent: part.independent,
            sequence: msn,
            part: index,
          },
          discontinuity: !follows || (index === 0 && segment.discontinuity),
        },
        placeOf(exchange),
      ),
    );
    previous.part = { msn, index };
  }

  private async fetchSegment(segment: Segment): Promise<void> {
    if (segment.url === undefined) return;
    await this.fetchInit(segment.map);
    this.fetched += 1;
    const { msn, duration } = segment;
    const parts = this.allPartsOf(segment);
    for (const known of this.partBytes.keys()) if (known <= msn) this.partBytes.delete(known);
    const exchange = await this.get(segment.url, 'segment', segment.byteRange);
    if (!exchange) return;
    this.first.segment ??= exchange;
    const place = placeOf(exchange);
    const bytes = exchange.body;
    this.rates.add({ msn, seconds: duration ?? 0, bytes: bytes.length });
    this.watch.verdict.add(violationsOf(FETCHED_SEGMENT_RULES, { segment, bytes, parts, payloadOf }, place));
    if (segment.key) return;
    this.watch.verdict.add(
      this.judge.takeMedia(
        bytes,
        {
          ...{ kind: 'segment', sequence: msn, ...(duration !== undefined && { durationSeconds: duration }) },
          discontinuity: segment.discontinuity || this.previous.segment !== msn - 1,
        },
        place,
      ),
    );
    this.previous.segment = msn;
    this.mapping = this.mappingOf(segment, bytes) ?? this.mapping;
  }

  private async get(url: string, resource: Resource, range: ByteRange | undefined): Promise<Exchange | undefined> {
    const isRange = range?.offset !== undefined;
    const headers = isRange ? { range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : undefined;
    const exchange = await this.fetch.get(url, {
      ...{ resource, expected: 'there', live: false },
      ...(headers && { headers }),
    });
    if (!exchange || (exchange.status !== 200 && exchange.status !== 206)) return undefined;
    // A server without ranges sends the whole; what was listed is in it.
    const whole = isRange && exchange.status === 200;
    return whole ? { ...exchange, body: exchange.body.subarray(range.offset, range.offset + range.length) } : exchange;
  }

  /** The bytes of its parts, where every one of them was fetched. */
  private allPartsOf({ msn, parts }: Segment): readonly Buffer[] | undefined {
    const bytes = this.partBytes.get(msn) ?? [];
    const isWhole = parts.length > 0 && parts.every((_, index) => bytes[index] !== undefined);
    return isWhole && bytes.length === parts.length ? bytes : undefined;
  }

  private mappingOf({ msn, date }: Segment, bytes: Buffer): DateMapping | undefined {
    const timescale = this.track?.timescale;
    const start = timescale && firstDecodeTime(bytes);
    if (!date || Number.isNaN(date.ms) || start === undefined || !timescale) return undefined;
    return { name: this.name, msn, dateMs: date.ms, mediaSeconds: start / timescale };
  }
}

const placeOf = ({ url, sentAtMs }: Exchange) => ({ url, atMs: sentAtMs });

/** The samples of fragmented MP4; other formats as they are. */
function payloadOf(bytes: Buffer): Buffer {
  const boxes = boxesOf(bytes);
  return boxes ? Buffer.concat(boxes.filter(({ type }) => type === 'mdat').map((box) => box.bytes.subarray(8))) : bytes;
}

function firstDecodeTime(bytes: Buffer): number | undefined {
  const moof = boxesOf(bytes)?.find(({ type }) => type === 'moof');
  try {
    return moof && readFragment(moof.bytes).decodeTime;
  } catch {
    return undefined; // The media judge says what is wrong with it.
  }
}

function boxesOf(bytes: Buffer) {
  try {
    const boxes = new BoxSplitter().push(bytes);
    return boxes.some(({ type }) => type === 'moof') ? boxes : undefined;
  } catch {
    return undefined; // No ISO BMFF.
  }
}
