/** Delivery directives and what they mean at this moment (rfc8216bis 6.2.5). PURE. */
import { Problem } from '../problem.js';
import {
  lastFinishedSegment,
  longestPartTicks,
  type DeliveryTerms,
  type Timeline,
  type TrackGrid,
} from '../timeline/index.js';

export interface DeliveryDirectives {
  readonly msn?: number;
  readonly part?: number;
  readonly skip?: 'YES' | 'v2';
}

/** What a held request waits for: a finished segment, or a part (or anything later). */
export type Awaited =
  { readonly segment: number; readonly part: number } | { readonly segment: number; readonly wholeSegment: true };

export type ReloadDecision =
  | { readonly action: 'answer' }
  | { readonly action: 'hold'; readonly until: Awaited }
  | { readonly action: 'refuse'; readonly problem: Problem };

/** Reads `_HLS_msn`, `_HLS_part`, `_HLS_skip`; other parameters are not ours. Throws `delivery-directive-invalid`. */
export function parseDirectives(query: Readonly<Record<string, unknown>>): DeliveryDirectives {
  const msn = decimal(query, '_HLS_msn');
  const part = decimal(query, '_HLS_part');
  // 6.2.5.2: the one MUST-400.
  if (part !== undefined && msn === undefined) throw invalid('_HLS_part', String(part), '_HLS_msn beside it');
  const skip = query['_HLS_skip'];
  return {
    ...(msn !== undefined && { msn }),
    ...(part !== undefined && { part }),
    ...((skip === 'YES' || skip === 'v2') && { skip }),
  };
}

function decimal(query: Readonly<Record<string, unknown>>, parameter: string): number | undefined {
  const value = query[parameter];
  if (value === undefined) return undefined;
  // 4.2: a decimal-integer has up to 20 digits and is below 2^64.
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value) || BigInt(value) >= 1n << 64n) {
    throw invalid(parameter, JSON.stringify(value), 'one decimal integer below 2^64');
  }
  // Beyond the safe integers all are too far ahead alike.
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}

function invalid(parameter: string, value: string, expected: string): Problem {
  return new Problem('delivery-directive-invalid', { parameter, value, expected });
}

/** What a playlist request gets at this moment: the playlist, a place to wait for, or a refusal (HTTP 400). */
export function decideReload(
  timeline: Timeline,
  terms: DeliveryTerms,
  track: TrackGrid,
  { msn, part }: DeliveryDirectives,
): ReloadDecision {
  // With ENDLIST, and without CAN-BLOCK-RELOAD, the directives mean nothing.
  if (msn === undefined || timeline.ended || !terms.lowLatency) return { action: 'answer' };
  const finished = lastFinishedSegment(timeline) ?? (timeline.segments[0]?.number ?? msn) - 1;
  if (msn <= finished && !isPastTheEnd(timeline, msn, part)) return { action: 'answer' };
  if (msn > finished + 2) return refuse({ msn, lastSegment: finished });
  if (part === undefined) return hold(timeline, { segment: msn, wholeSegment: true });

  if (isPastTheEnd(timeline, msn, part)) return hold(timeline, firstPartAfter(msn));
  const listed = timeline.segments.find(({ number }) => number === msn)?.parts.length ?? 0;
  if (part - (listed - 1) > advancePartLimit(track)) return refuse({ msn, part, partsListed: listed });
  // A segment in progress is known to end with its last part on the grid.
  return hold(timeline, part < track.grid.partsPerSegment ? { segment: msn, part } : firstPartAfter(msn));
}

/** 6.2.5.2: a part past the end of its parent stands for the first part of the next one. */
const firstPartAfter = (msn: number): Awaited => ({ segment: msn + 1, part: 0 });

/** Whether what a request waits for is listed now, or anything later is. */
export function isSatisfied(timeline: Timeline, until: Awaited): boolean {
  if (timeline.ended) return true;
  const last = timeline.segments.at(-1);
  if (!last) return false;
  if ('wholeSegment' in until) return (lastFinishedSegment(timeline) ?? -1) >= until.segment;
  if (last.number !== until.segment) return last.number > until.segment;
  // A parent that ended short of the part does not satisfy: the request now means the first part of the next one.
  return last.parts.length > until.part;
}

function isPastTheEnd(timeline: Timeline, msn: number, part: number | undefined): boolean {
  if (part === undefined) return false;
  const last = timeline.segments.findLast(({ state }) => state !== 'open');
  return last?.number === msn && last.parts.length > 0 && part >= last.parts.length;
}

/** 6.2.5.2: three parts' worth of time ahead, in whole parts; three where parts are a second or longer. */
function advancePartLimit(track: TrackGrid): number {
  const seconds = longestPartTicks(track) / track.timescale;
  return seconds < 1 ? Math.ceil(3 / seconds) : 3;
}

const refuse = (facts: Record<string, number>): ReloadDecision => ({
  action: 'refuse',
  problem: new Problem('delivery-too-far-ahead', facts),
});

const hold = (timeline: Timeline, until: Awaited): ReloadDecision =>
  isSatisfied(timeline, until) ? { action: 'answer' } : { action: 'hold', until };
