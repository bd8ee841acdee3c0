/** For tests: a low-latency DASH server on a clock that a test moves, and faults to give it. */
import { chunkBytes } from '../../isobmff/index.js';
import { VIDEO_INIT } from '../../packager/testing.js';
import type { Ask, AskOptions, Burst, Exchange } from '../http/index.js';
import type { Timing } from './watch/timing.js';

/** Time stands still until all that can happen has happened, and then goes on to what comes next. */
export class VirtualTime implements Timing {
  private ms = Date.parse('2026-03-01T12:00:00Z');
  private readonly sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  readonly now = (): number => this.ms;

  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((wake) => {
      if (signal.aborted) return wake();
      this.sleepers.push({ atMs: this.ms + Math.max(0, ms), wake });
      signal.addEventListener('abort', () => wake(), { once: true });
    });

  /** Moves the time until it is done. */
  async run(done: Promise<unknown>): Promise<void> {
    let isDone = false;
    const finished = done.finally(() => (isDone = true));
    finished.catch(() => undefined);
    for (;;) {
      // Promises first: one turn of the event loop lets all of them run that can.
      await new Promise((turn) => setImmediate(turn));
      if (isDone) return void (await finished);
      this.sleepers.sort((a, b) => a.atMs - b.atMs);
      const next = this.sleepers.shift();
      if (!next) continue;
      this.ms = Math.max(this.ms, next.atMs);
      next.wake();
    }
  }
}

export const START_MS = Date.parse('2026-03-01T11:50:00Z');
const SEGMENT_SECONDS = 2;
const CHUNKS = 4;
const FRAMES = 15;
const FRAME_TICKS = 3000;
/** Milliseconds from the end of a chunk to its publication. */
const PACKAGING_MS = 50;
const IDR = Buffer.from([0, 0, 0, 3, 0x65, 0x88, 0x80]);
const SLICE = Buffer.from([0, 0, 0, 3, 0x41, 0x9a, 0x00]);

export interface Faults {
  /** Milliseconds by which every chunk comes later than it should. */
  readonly lateMs?: number;
  /** The segment in progress is refused until it is whole. */
  readonly wholeOnly?: boolean;
  /** The whole segment comes at once when it is finished, though it is offered in chunks. */
  readonly keptBack?: boolean;
  /** The second half of a chunk comes 300 ms after the first. */
  readonly torn?: boolean;
  /** A finished segment has other bytes than it had in progress. */
  readonly otherBytes?: boolean;
  /** Segments are cut off in the middle. */
  readonly cut?: boolean;
  readonly refusesOneAhead?: boolean;
  readonly servesTheFuture?: boolean;
  /** Media begin so many seconds after their nominal time. */
  readonly shiftSeconds?: number;
  readonly clock?: string;
  /** The clock tells whole seconds. */
  readonly wholeSeconds?: boolean;
  /** There is no segment at all. */
  readonly empty?: boolean;
  readonly clockHeaders?: Readonly<Record<string, string>>;
  /** Said by the MPD. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly offset?: number;
  readonly codecs?: string;
  /** The presentation ends so many seconds after the first request. */
  readonly endsAfterSeconds?: number;
  readonly addressing?: 'number' | 'timeline';
  /** A list that is not added to any more. */
  readonly standsStill?: boolean;
  readonly noETag?: boolean;
}

const HEADERS = { 'access-control-allow-origin': '*', 'cache-control': 'no-store', date: '' };
const IMMUTABLE = { ...HEADERS, 'cache-control': 'public, max-age=31536000, immutable', 'content-type': 'video/mp4' };

/** Segment `number`: an IDR picture in its first chunk only. */
export function chunksOf(number: number, shiftSeconds = 0): Buffer[] {
  return Array.from({ length: CHUNKS }, (_, index) => {
    const payload = Array.from({ length: FRAMES }, (_frame, at) => (index === 0 && at === 0 ? IDR : SLICE));
    const samples = payload.map(({ length }, at) => ({
      ...{ durationTicks: FRAME_TICKS, bytes: length, compositionOffset: 0 },
      flags: index === 0 && at === 0 ? 0x0200_0000 : 0x0101_0000,
    }));
    const decodeTime = (number * CHUNKS + index) * FRAMES * FRAME_TICKS + shiftSeconds * 90_000;
    return Buffer.concat(
      chunkBytes({ sequence: number * CHUNKS + index + 1, trackId: 1, decodeTime, samples, payload }),
    );
  });
}

export class PretendServer {
  readonly asked: string[] = [];
  private readonly beganMs: number;

  constructor(
    private readonly time: VirtualTime,
    private readonly faults: Faults = {},
  ) {
    this.beganMs = time.now();
  }

  readonly ask: Ask = async (url, options = {}) => {
    const { pathname } = new URL(url);
    this.asked.push(`${options.method ?? 'GET'} ${pathname}`);
    const exchange = this.answer(url, pathname, options);
    await this.time.sleep(exchange.doneAfterMs, options.signal ?? new AbortController().signal);
    options.signal?.throwIfAborted();
    return exchange;
  };

  private answer(url: string, pathname: string, options: AskOptions): Exchange {
    const sized = (body: Buffer | string, headers: Readonly<Record<string, string>>): Exchange => {
      const etag = this.faults.noETag ? undefined : `"${Buffer.from(body).length}-${pathname}"`;
      const all = { ...headers, 'content-length': `${body.length}`, ...(etag && { etag }) };
      if (etag && options.headers?.['if-none-match'] === etag) {
        return this.exchange(url, options, 304, { ...headers, etag }, []);
      }
      if (options.method === 'HEAD') return this.exchange(url, options, 200, all, []);
      return ranged(this.exchange(url, options, 200, all, [{ atMs: 2, bytes: Buffer.from(body) }]), options);
    };
    if (options.method === 'OPTIONS') return this.exchange(url, options, 204, PREFLIGHT, []);
    if (pathname === '/time') {
      const now = new Date(this.time.now()).toISOString();
      const text = this.faults.clock ?? (this.faults.wholeSeconds ? now.replace(/\.\d+/, '') : now);
      return sized(text, { ...HEADERS, ...this.faults.clockHeaders });
    }
    if (pathname.endsWith('.mpd')) return this.manifest(url, options);
    if (pathname.endsWith('init.mp4')) return sized(VIDEO_INIT, IMMUTABLE);
    if (this.faults.empty) return this.exchange(url, options, 404, HEADERS, []);
    const number = Number(/(\d+)\.m4s$/.exec(pathname)?.[1]);
    const finished = this.chunkMs(number, CHUNKS - 1) <= this.time.now();
    const bytes = Buffer.concat(chunksOf(number, this.faults.shiftSeconds));
    if (finished) return sized(this.faults.otherBytes ? Buffer.concat([bytes, bytes]) : bytes, IMMUTABLE);
    return this.inProgress(url, options, number);
  }

  private manifest(url: string, options: AskOptions): Exchange {
    const headers = {
      ...HEADERS,
      'cache-control': 'public, max-age=1',
      'content-type': 'application/dash+xml',
      vary: 'Accept-Encoding',
      'content-encoding': 'gzip',
    };
    const text = this.mpd();
    const etag = `W/"${text.length}-${/publishTime="([^"]*)"/.exec(text)?.[1] ?? 'static'}"`;
    if (options.headers?.['if-none-match'] === etag) return this.exchange(url, options, 304, { ...headers, etag }, []);
    const body = options.method === 'HEAD' ? [] : [{ atMs: 2, bytes: Buffer.from(text) }];
    return this.exchange(url, options, 200, { ...headers, etag }, body);
  }

  /** Chunk by chunk, from those that are there. */
  private inProgress(url: string, options: AskOptions, number: number): Exchange {
    const now = this.time.now();
    const newest = Math.floor((now - START_MS) / (SEGMENT_SECONDS * 1000));
    const { wholeOnly, keptBack, torn, cut, refusesOneAhead, servesTheFuture, shiftSeconds } = this.faults;
    const isRefused = number === newest ? wholeOnly : number === newest + 1 && refusesOneAhead;
    if (servesTheFuture && number > newest + 1) {
      return this.exchange(url, options, 200, IMMUTABLE, [{ atMs: 1, bytes: Buffer.concat(chunksOf(number)) }]);
    }
    if (number > newest + 1 || isRefused || this.hasEnded(now)) return this.exchange(url, options, 404, HEADERS, []);
    const all = chunksOf(number, shiftSeconds).flatMap((bytes, index) => {
      const atMs = Math.max(2, this.chunkMs(number, keptBack ? CHUNKS - 1 : index) - now);
      return torn
        ? [
            { atMs, bytes: bytes.subarray(0, 100) },
            { atMs: atMs + 300, bytes: bytes.subarray(100) },
          ]
        : [{ atMs, bytes }];
    });
    return { ...this.exchange(url, options, 200, IMMUTABLE, cut ? all.slice(0, 2) : all), truncated: cut === true };
  }

  private chunkMs(number: number, index: number): number {
    const { lateMs = 0 } = this.faults;
    return START_MS + (number + (index + 1) / CHUNKS) * SEGMENT_SECONDS * 1000 + PACKAGING_MS + lateMs;
  }

  private hasEnded(atMs: number): boolean {
    const { endsAfterSeconds = Infinity } = this.faults;
    return atMs - this.beganMs >= endsAfterSeconds * 1000;
  }

  private exchange(
    url: string,
    { method = 'GET', headers: requestHeaders = {} }: AskOptions,
    status: number,
    headers: Readonly<Record<string, string>>,
    body: readonly { readonly atMs: number; readonly bytes: Buffer }[],
  ): Exchange {
    const bursts = body.map(({ atMs, bytes }): Burst => ({ atMs, bytes: bytes.length }));
    return {
      ...{ url, method, status, bursts, truncated: false, sentAtMs: this.time.now() },
      requestHeaders: { origin: 'https://player.example', 'accept-encoding': 'gzip', ...requestHeaders },
      headers: { ...headers, date: new Date(this.time.now()).toUTCString() },
      body: Buffer.concat(body.map(({ bytes }) => bytes)),
      headerAfterMs: bursts[0]?.atMs ?? 1,
      doneAfterMs: bursts.at(-1)?.atMs ?? 1,
    };
  }

  private mpd(): string {
    const { addressing = 'number', offset = 1.4, codecs = 'avc1.42c00a', attributes = {}, standsStill } = this.faults;
    const ended = this.hasEnded(this.time.now());
    const elapsed = ((standsStill ? this.beganMs : this.time.now()) - PACKAGING_MS - START_MS) / 1000;
    const whole = Math.floor(elapsed / SEGMENT_SECONDS);
    const first = whole - 6;
    const live = ended ? '' : `availabilityTimeOffset="${offset}" availabilityTimeComplete="false"`;
    const common =
      'timescale="90000" initialization="$RepresentationID$/init.mp4" media="$RepresentationID$/$Number$.m4s"';
    const template =
      addressing === 'number'
        ? `<SegmentTemplate ${common} duration="180000" startNumber="0" ${live}/>`
        : `<SegmentTemplate ${common} startNumber="${first}"><SegmentTimeline><S t="${first * 180_000}" d="180000" r="5"/></SegmentTimeline></SegmentTemplate>`;
    const isChunked = !ended && addressing === 'number';
    const clock = '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="/time"/>';
    const publishMs = addressing === 'number' ? START_MS : START_MS + whole * SEGMENT_SECONDS * 1000;
    const root: Readonly<Record<string, string>> = {
      ...{ xmlns: 'urn:mpeg:dash:schema:mpd:2011', minBufferTime: 'PT1S', maxSegmentDuration: 'PT2S' },
      profiles: `urn:mpeg:dash:profile:isoff-live:2011${isChunked ? ',http://www.dashif.org/guidelines/low-latency-live-v5' : ''}`,
      ...(ended
        ? { type: 'static', mediaPresentationDuration: `PT${whole * SEGMENT_SECONDS}S` }
        : {
            ...{
              type: 'dynamic',
              availabilityStartTime: new Date(START_MS).toISOString(),
              timeShiftBufferDepth: 'PT10S',
            },
            ...{ publishTime: new Date(publishMs).toISOString(), minimumUpdatePeriod: 'PT2S' },
            ...(isChunked ? {} : { suggestedPresentationDelay: 'PT6S' }),
          }),
      ...attributes,
    };
    const written = Object.entries(root).map(([name, value]) => `${name}="${value}"`);
    return [
      `<MPD ${written.join(' ')}>`,
      isChunked
        ? '<ServiceDescription id="0"><Latency target="2000" referenceId="0"/><PlaybackRate min="0.9" max="1.1"/></ServiceDescription>'
        : '',
      '<Period id="one" start="PT0S"><AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true">',
      isChunked
        ? `<ProducerReferenceTime id="0" wallClockTime="2026-03-01T11:50:00Z" presentationTime="0">${clock}</ProducerReferenceTime><Resync dT="45000"/>`
        : '',
      template,
      `<Representation id="36p" codecs="${codecs}" bandwidth="100000" width="64" height="36" frameRate="30"/>`,
      `</AdaptationSet></Period>${ended ? '' : clock}</MPD>`,
    ].join('');
  }
}

const PREFLIGHT = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'Range' };

function ranged(whole: Exchange, { headers = {} }: AskOptions): Exchange {
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers['range'] ?? '');
  if (!range) return whole;
  const [from, total] = [Number(range[1]), whole.body.length];
  if (from >= total) return { ...whole, status: 416, body: Buffer.alloc(0), bursts: [], headers: HEADERS };
  const to = Math.min(total - 1, Number(range[2] === '' ? Infinity : range[2]));
  const body = whole.body.subarray(from, to + 1);
  const content = { 'content-range': `bytes ${from}-${to}/${total}`, 'content-length': `${body.length}` };
  return { ...whole, status: 206, body, headers: { ...whole.headers, ...content } };
}
