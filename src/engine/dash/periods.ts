/**
 * DASH Periods: one for each init segment in use, in order (timing guideline, D22). A healthy stream has one for life,
 * begun at the house epoch; a changed init begins another at the segment that needs it. PURE.
 */
import {
  lastFinishedSegment,
  mulDivFloor,
  type HouseGrid,
  type PresentationView,
  type RenditionView,
  type Segment,
  type TrackDescription,
} from '../timeline/index.js';

export interface PeriodPlan {
  /** Number of its first segment; 0 for the period that began with the house epoch. */
  readonly firstSegment: number;
  /** Number of the first segment of the next period, Infinity for the last. */
  readonly nextSegment: number;
}

/** The periods that the window touches, oldest first; never empty. A period begins once every rendition has reached it. */
export function periodsOf({ renditions }: PresentationView): readonly PeriodPlan[] {
  const starts = new Set(renditions.flatMap(({ timeline }) => [timeline.periodStart, ...changes(timeline.segments)]));
  const reached = Math.min(...renditions.map(({ timeline }) => timeline.segments.at(-1)?.number ?? Infinity));
  const head = Math.min(...renditions.map(({ timeline }) => timeline.segments[0]?.number ?? Infinity));
  const begun = [...starts].filter((start) => start <= reached).sort((a, b) => a - b);
  const first = Math.max(
    0,
    begun.findLastIndex((start) => start <= head),
  );
  const told = begun.slice(first);
  return told.map((firstSegment, index) => ({ firstSegment, nextSegment: told[index + 1] ?? Infinity }));
}

const changes = (segments: readonly Segment[]): number[] =>
  segments.filter(({ discontinuity }) => discontinuity).map(({ number }) => number);

/** What a rendition's segments of this period need. */
export function initIn({ timeline, init, inits }: RenditionView, period: PeriodPlan): TrackDescription {
  const named = segmentsIn(timeline.segments, period).find((segment) => segment.init !== '');
  return inits.find(({ name }) => name === named?.init) ?? init;
}

/** The segments of a period, gaps and the open one included. */
export const segmentsIn = (segments: readonly Segment[], period: PeriodPlan): readonly Segment[] =>
  segments.filter(({ number }) => number >= period.firstSegment && number < period.nextSegment);

/** Seconds from the house epoch to the beginning of a segment, exact to the microsecond. */
export function secondsAtSegment({ fps, framesPerSegment }: HouseGrid, segment: number): number {
  return mulDivFloor(segment, framesPerSegment * fps.den * 1_000_000, fps.num) / 1_000_000;
}

/**
 * The window of an ended stream: from the first segment that every rendition has media of (earlier ones are gaps
 * somewhere) to the end of the shortest rendition, in seconds since the house epoch.
 */
export function playableWindow(renditions: readonly RenditionView[], grid: HouseGrid): { first: number; end: number } {
  const listed = Math.max(...renditions.map(({ timeline }) => timeline.segments[0]?.number ?? 0));
  const last = Math.min(...renditions.map(({ timeline }) => lastFinishedSegment(timeline) ?? 0));
  const isWhole = (number: number): boolean =>
    renditions.every(({ timeline }) =>
      timeline.segments.some((segment) => segment.number === number && segment.state === 'complete'),
    );
  let first = listed;
  while (first < last && !isWhole(first)) first += 1;
  const ends = renditions.map(({ timeline }) => {
    const segment = timeline.segments.findLast(({ state }) => state === 'complete');
    return segment ? (segment.startTicks + segment.durationTicks) / timeline.timescale : 0;
  });
  return { first, end: Math.max(Math.min(...ends), secondsAtSegment(grid, first)) };
}
