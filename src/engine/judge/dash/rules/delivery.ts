/** The rules of segments at the live edge: there on time, in chunks, and the same ever after (IOP v5 part 4; D16, D26, D28, D29). PURE. */
import type { Exchange } from '../../http/index.js';
import type { Rule } from '../../rule.js';
import type { SegmentChunk } from '../watch/chunks.js';

/** A segment that was asked for when it became available. */
export interface EdgeSegment {
  readonly number: number;
  readonly exchange: Exchange;
  /** Unix ms by the clock of this machine. */
  readonly availableAtMs: number;
  readonly durationSeconds: number;
  /** Seconds; undefined: it is offered whole. */
  readonly availabilityTimeOffset: number | undefined;
  readonly isVideo: boolean;
  readonly chunks: readonly SegmentChunk[];
  /** Ticks per second of the media. */
  readonly timescale: number;
}

/** What no server and no network can be blamed for. */
const PATIENCE_SECONDS = 0.25;
/** Milliseconds between two bursts that are not one. */
const LEAST_PAUSE_MS = 40;
const ROUNDING_SECONDS = 0.002;

const isThere = ({ exchange: { status } }: EdgeSegment): boolean => status === 200 || status === 206;
const isOfferedInChunks = ({ availabilityTimeOffset, chunks }: EdgeSegment): boolean =>
  (availabilityTimeOffset ?? 0) > 0 && chunks.length > 0;
const chunkSeconds = ({ chunks, timescale }: EdgeSegment): number =>
  Math.max(0, ...chunks.map(({ duration }) => duration / timescale));
const patience = (segment: EdgeSegment): number => Math.max(PATIENCE_SECONDS, chunkSeconds(segment));

/** Milliseconds after the request at which byte `offset` had come. */
function arrivalMs({ bursts, doneAfterMs }: Exchange, offset: number): number {
  let received = 0;
  for (const { atMs, bytes } of bursts) {
    received += bytes;
    if (received >= offset) return atMs;
  }
  return doneAfterMs;
}

/** Seconds after the segment became available. */
const secondsAfter = ({ exchange, availableAtMs }: EdgeSegment, afterMs: number): number =>
  (exchange.sentAtMs + afterMs - availableAtMs) / 1000;

export const EDGE_RULES: readonly Rule<EdgeSegment>[] = [
  {
    id: 'dash.available-on-time',
    clause: 'IOP v5 part 4',
    severity: 'error',
    text: 'A segment can be asked for from the moment at which the MPD says it is available.',
    check: (segment) =>
      isThere(segment)
        ? []
        : [
            `segment ${segment.number} answered ${segment.exchange.status}, ${round(secondsAfter(segment, 0))} s after it became available`,
          ],
  },
  {
    id: 'dash.first-chunk-on-time',
    clause: 'IOP v5 part 4',
    severity: 'error',
    text: 'Its first chunk is there at that moment: at most one chunk late.',
    check: (segment) => {
      if (!isThere(segment) || !isOfferedInChunks(segment)) return [];
      const late = secondsAfter(segment, arrivalMs(segment.exchange, segment.chunks[0]!.end));
      return late > patience(segment) + askedLate(segment)
        ? [`segment ${segment.number}: ${round(late)} s late, chunks of ${round(chunkSeconds(segment))} s`]
        : [];
    },
  },
  {
    id: 'dash.chunks-on-time',
    clause: 'IOP v5 part 4',
    severity: 'warning',
    text: 'The chunks after it come as they are made: none is more than a chunk late.',
    check: (segment) => {
      if (!isThere(segment) || !isOfferedInChunks(segment)) return [];
      const [first, ...others] = segment.chunks;
      const late = others.map(({ end, decodeTime }, index) => {
        const due = (decodeTime - first!.decodeTime) / segment.timescale;
        return { index: index + 1, seconds: secondsAfter(segment, arrivalMs(segment.exchange, end)) - due };
      });
      const worst = late.toSorted((a, b) => b.seconds - a.seconds)[0];
      return worst && worst.seconds > patience(segment) + askedLate(segment)
        ? [
            `segment ${segment.number}: chunk ${worst.index} of ${segment.chunks.length} came ${round(worst.seconds)} s late`,
          ]
        : [];
    },
  },
  {
    id: 'dash.whole-chunks',
    clause: 'IOP v5 part 4',
    severity: 'warning',
    text: 'A segment in progress comes chunk by chunk: a pause is never within one.',
    check: (segment) => {
      const { exchange, chunks, number } = segment;
      if (!isThere(segment) || !isOfferedInChunks(segment) || exchange.headers['content-encoding'] !== undefined)
        return [];
      const edges = new Set([0, ...chunks.map(({ end }) => end)]);
      let received = 0;
      const torn = exchange.bursts.flatMap(({ atMs, bytes }, index) => {
        const pause = index === 0 ? 0 : atMs - exchange.bursts[index - 1]!.atMs;
        const found = pause > Math.max(LEAST_PAUSE_MS, chunkSeconds(segment) * 400) && !edges.has(received);
        received += bytes;
        return found ? [{ at: received - bytes, pause }] : [];
      });
      return torn.length === 0
        ? []
        : [`segment ${number}: ${Math.round(torn[0]!.pause)} ms of pause at byte ${torn[0]!.at}, within a chunk`];
    },
  },
  {
    id: 'dash.several-chunks',
    clause: 'IOP v5 part 4',
    severity: 'warning',
    text: 'A segment of video that is offered before it is whole has several chunks.',
    check: (segment) =>
      isThere(segment) &&
      isOfferedInChunks(segment) &&
      segment.isVideo &&
      segment.chunks.length < 2 &&
      // The last segment of a stream that ends may be shorter than a chunk.
      chunkSeconds(segment) > segment.durationSeconds / 2
        ? [`segment ${segment.number} is one chunk of ${round(chunkSeconds(segment))} s`]
        : [],
  },
  {
    id: 'dash.offset-leaves-its-chunk',
    clause: 'IOP v5 part 4',
    severity: 'error',
    text: '@availabilityTimeOffset is at most the segment less its first chunk, as they are.',
    check: (segment) => {
      const { availabilityTimeOffset: offset, chunks, timescale, durationSeconds, isVideo, number } = segment;
      if (!isThere(segment) || !isOfferedInChunks(segment) || offset === undefined || !Number.isFinite(offset))
        return [];
      const first = chunks[0]!.duration / timescale;
      // Sound is cut to frames: its chunk may be one longer than what was planned.
      const tolerance = isVideo ? ROUNDING_SECONDS : 0.03;
      return offset > durationSeconds - first + tolerance
        ? [`segment ${number}: offset ${offset} s, ${round(durationSeconds)} s with a first chunk of ${round(first)} s`]
        : [];
    },
  },
];

/** The watch itself may have been late to ask. */
const askedLate = (segment: EdgeSegment): number => Math.max(0, secondsAfter(segment, 0));

/** A segment as it came in progress, and again when it was whole. */
export interface FinishedSegment {
  readonly number: number;
  readonly inProgress: Exchange;
  readonly whole: Exchange;
}

export const FINISHED_RULES: readonly Rule<FinishedSegment>[] = [
  {
    id: 'dash.same-bytes',
    clause: 'IOP v5 part 4',
    severity: 'error',
    text: 'A finished segment is the very bytes that were sent while it was made.',
    check: ({ number, inProgress, whole }) => {
      if (whole.status !== 200 || inProgress.status !== 200 || inProgress.truncated || whole.truncated) return [];
      return whole.body.equals(inProgress.body)
        ? []
        : [`segment ${number}: ${inProgress.body.length} bytes in progress, ${whole.body.length} bytes later`];
    },
  },
  {
    id: 'dash.stays-there',
    clause: 'ISO/IEC 23009-1 A.3.2',
    severity: 'error',
    text: 'A segment that was there stays there.',
    check: ({ number, whole }) =>
      whole.status >= 400 ? [`segment ${number} answered 200, and then ${whole.status}`] : [],
  },
  {
    id: 'dash.whole-has-length',
    clause: 'RFC 9110 8.6',
    severity: 'note',
    text: 'A finished segment says how long it is, and has an ETag.',
    check: ({ number, whole: { status, headers } }) => {
      const lacking = ['content-length', 'etag'].filter((name) => headers[name] === undefined);
      return status === 200 && lacking.length > 0 ? [`segment ${number}: no ${lacking.join(', no ')}`] : [];
    },
  },
];

export interface AheadProbe {
  readonly ahead: 'one' | 'far';
  readonly number: number;
  readonly edge: number;
  readonly exchange: Exchange;
}

export const AHEAD_RULES: readonly Rule<AheadProbe>[] = [
  {
    id: 'dash.one-ahead-held',
    clause: 'IOP v5 part 4',
    severity: 'note',
    text: 'The segment after the newest is held until its first chunk is there: some players ask for it early.',
    check: ({ ahead, number, exchange: { status } }) =>
      ahead === 'one' && status !== 200 ? [`segment ${number}, one ahead, answered ${status}`] : [],
  },
  {
    id: 'dash.far-ahead-absent',
    clause: 'RFC 9110 15.5.5',
    severity: 'warning',
    text: 'A segment of the far future is answered with 404.',
    check: ({ ahead, number, edge, exchange: { status } }) =>
      ahead === 'far' && status !== 404 && status !== 410 && status !== 425
        ? [`segment ${number} answered ${status}, the newest is ${edge}`]
        : [],
  },
];

const round = (seconds: number): number => Number(seconds.toFixed(3));
