/** The live window of one rendition: an immutable value that grows at the end and is trimmed at the head. PURE. */
import type { Part, Segment } from './segment.js';
import type { Position } from './position.js';

export interface Timeline {
  readonly rendition: string;
  readonly timescale: number;
  /** Oldest first, numbers consecutive (missing media is a `gap` segment, never a hole). Only the last may be open. */
  readonly segments: readonly Segment[];
  /** HLS EXT-X-DISCONTINUITY-SEQUENCE: discontinuities that have left the window. */
  readonly discontinuitySequence: number;
  /** The segment that began the period which the oldest segment belongs to; 0 is the first period of the stream. */
  readonly periodStart: number;
  /** Name of the newest init segment, in the window or not; '' before the first. */
  readonly lastInit: string;
  /** The next segment begins a period whatever its init: another rendition's does (rfc8216bis 6.2.4). */
  readonly breaksNext: boolean;
  readonly ended: boolean;
  /** How many finished segments the window keeps. */
  readonly windowSegments: number;
}

/** A part as the packager reports it, with where it belongs. */
export interface NewPart extends Part {
  readonly segment: number;
  readonly init: string;
}

/** A finished segment as the packager reports it: its file is on disk, unless it is a gap. */
export interface ClosedSegment {
  readonly number: number;
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly bytes: number;
  readonly gap: boolean;
  readonly init: string;
}

export function emptyTimeline(rendition: string, timescale: number, windowSegments: number): Timeline {
  return {
    ...{ rendition, timescale, windowSegments, segments: [], ended: false },
    ...{ discontinuitySequence: 0, periodStart: 0, lastInit: '', breaksNext: false },
  };
}

/** What an earlier life of the stream left on disk, as far as a timeline remembers it. */
export interface TimelineHistory {
  /** Oldest first, numbers consecutive. May be empty: all of it is too old to be listed. */
  readonly segments: readonly ClosedSegment[];
  /** Which init segment was in use from which segment on, over the whole life; the first entry begins it. */
  readonly inits: readonly InitSince[];
}

export interface InitSince {
  readonly segment: number;
  readonly init: string;
}

/** The window an earlier life left behind, before anything new is added: numbers and discontinuities go on counting. */
export function restoredTimeline(empty: Timeline, { segments, inits }: TimelineHistory): Timeline {
  const changes = inits.slice(1).filter(({ init }, index) => init !== inits[index]!.init);
  const head = segments[0]?.number ?? Infinity;
  const gone = changes.filter(({ segment }) => segment < head);
  return {
    ...empty,
    segments: segments.map(({ number, gap, ...rest }): Segment => ({
      ...{ number, state: gap ? 'gap' : 'complete', parts: [] },
      ...rest,
      discontinuity: changes.some(({ segment }) => segment === number),
    })),
    discontinuitySequence: gone.length,
    periodStart: changes.findLast(({ segment }) => segment <= head)?.segment ?? 0,
    lastInit: inits.at(-1)?.init ?? '',
  };
}

/** Adds one part to the open segment, opening it first where needed. Throws if parts do not come in order. */
export function addPart(timeline: Timeline, added: NewPart): Timeline {
  const { segment: number, init, ...part } = added;
  const last = timeline.segments.at(-1);
  const open = last?.number === number ? last : openSegment(timeline, number, part.startTicks, init);
  if (open.state !== 'open' || part.index !== open.parts.length) {
    throw new RangeError(
      `${timeline.rendition}: part ${number}.${part.index} does not follow ${describeEnd(timeline)}`,
    );
  }
  const grown: Segment = {
    ...open,
    parts: [...open.parts, part],
    durationTicks: open.durationTicks + part.durationTicks,
    bytes: open.bytes + part.bytes,
  };
  return { ...timeline, lastInit: grown.init, breaksNext: false, segments: [...withoutOpen(timeline, number), grown] };
}

/** Closes a segment (it may never have had parts: a stream without low latency publishes whole segments only). */
export function closeSegment(timeline: Timeline, closed: ClosedSegment): Timeline {
  const last = timeline.segments.at(-1);
  const open =
    last?.number === closed.number ? last : openSegment(timeline, closed.number, closed.startTicks, closed.init);
  if (open.state !== 'open') throw new RangeError(`${timeline.rendition}: segment ${closed.number} is closed already`);
  const segment: Segment = {
    ...open,
    state: closed.gap ? 'gap' : 'complete',
    durationTicks: closed.durationTicks,
    bytes: closed.bytes,
  };
  return trim({
    ...timeline,
    lastInit: segment.init,
    breaksNext: false,
    segments: [...withoutOpen(timeline, closed.number), segment],
  });
}

/** No more will come: an open segment without media is dropped. */
export function endTimeline(timeline: Timeline): Timeline {
  return { ...timeline, segments: timeline.segments.filter(({ state }) => state !== 'open'), ended: true };
}

/** The last part listed, or undefined while there is none. A finished segment without parts counts as its part 0. */
export function lastPosition(timeline: Timeline): Position | undefined {
  const last = timeline.segments.at(-1);
  return last && { segment: last.number, part: Math.max(0, last.parts.length - 1) };
}

/** The number of the newest finished segment, or undefined. */
export function lastFinishedSegment(timeline: Timeline): number | undefined {
  return timeline.segments.findLast(({ state }) => state !== 'open')?.number;
}

export const openSegmentOf = (timeline: Timeline): Segment | undefined => {
  const last = timeline.segments.at(-1);
  return last?.state === 'open' ? last : undefined;
};

/**
 * Where the next part will be: the URI of the preload hint. A segment that has all its `partsPerSegment` parts may still
 * be open for an instant, until its own file is written: the next part is then the first of the segment after it.
 */
export function nextPartPosition(timeline: Timeline, partsPerSegment = Infinity): Position | undefined {
  const last = timeline.segments.at(-1);
  if (!last || timeline.ended) return undefined;
  return last.state === 'open' && last.parts.length < partsPerSegment
    ? { segment: last.number, part: last.parts.length }
    : { segment: last.number + 1, part: 0 };
}

function openSegment(timeline: Timeline, number: number, startTicks: number, init: string): Segment {
  const last = timeline.segments.at(-1);
  if (last && (last.state === 'open' || number !== last.number + 1)) {
    throw new RangeError(`${timeline.rendition}: segment ${number} does not follow ${describeEnd(timeline)}`);
  }
  // A gap told before its encoder said a word has no init (''): it belongs to what was before it, if anything was.
  const known = init === '' ? timeline.lastInit : init;
  const discontinuity = timeline.breaksNext || (timeline.lastInit !== '' && timeline.lastInit !== known);
  return { number, state: 'open', startTicks, durationTicks: 0, bytes: 0, parts: [], init: known, discontinuity };
}

function withoutOpen(timeline: Timeline, number: number): readonly Segment[] {
  return timeline.segments.at(-1)?.number === number ? timeline.segments.slice(0, -1) : timeline.segments;
}

function trim(timeline: Timeline): Timeline {
  const surplus = timeline.segments.length - timeline.windowSegments;
  if (surplus <= 0) return timeline;
  const [gone, segments] = [timeline.segments.slice(0, surplus), timeline.segments.slice(surplus)];
  const head = timeline.segments.slice(0, surplus + 1).findLast(({ discontinuity }) => discontinuity);
  return {
    ...timeline,
    segments,
    discontinuitySequence: timeline.discontinuitySequence + gone.filter(({ discontinuity }) => discontinuity).length,
    periodStart: head?.number ?? timeline.periodStart,
  };
}

function describeEnd(timeline: Timeline): string {
  const last = timeline.segments.at(-1);
  return last ? `segment ${last.number} (${last.state}, ${last.parts.length} parts)` : 'an empty timeline';
}
