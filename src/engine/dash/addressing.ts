/** Two ways to say where segments are: by number and nominal length, or by a list of exact times. PURE. */
import {
  decodeTimeOf,
  firstUnitOf,
  mulDivFloor,
  ratio,
  type RenditionView,
  type Segment,
  type TrackGrid,
} from '../timeline/index.js';
import { segmentsIn, type PeriodPlan } from './periods.js';
import { element, type XmlAttributes } from './xml.js';

/** `number`: `$Number$` and `@duration`, a text that hardly ever changes. `timeline`: a SegmentTimeline, one S a segment. */
export type Addressing = 'number' | 'timeline';

export interface Template {
  readonly attributes: XmlAttributes;
  readonly children: readonly string[];
}

/**
 * SegmentTemplate of one rendition in one period. `zero` is the segment at which the period's presentation time begins;
 * 0 is the house epoch, and then there is no presentationTimeOffset, which some readers get wrong.
 */
export function segmentTemplate(
  rendition: RenditionView,
  addressing: Addressing,
  period: PeriodPlan,
  zero: number,
): Template {
  const media = { media: '$RepresentationID$/$Number$.m4s' };
  if (addressing === 'timeline') return listed(rendition, media, period, zero);
  const { timescale, duration } = nominalSegment(rendition.track);
  const offset = zero > 0 ? { presentationTimeOffset: zero * duration } : {};
  return { attributes: { ...media, timescale, duration, startNumber: zero, ...offset }, children: [] };
}

/** Exact times of what can be had. */
function listed(rendition: RenditionView, media: XmlAttributes, period: PeriodPlan, zero: number): Template {
  const { timeline, track } = rendition;
  const run = lastRun(rendition, period);
  const offset = zero > 0 ? { presentationTimeOffset: boundaryTicks(track, zero) } : {};
  return {
    attributes: { ...media, timescale: timeline.timescale, startNumber: run[0]?.number ?? zero, ...offset },
    children: [element('SegmentTimeline', {}, entries(run))],
  };
}

/**
 * The newest finished segments of a period without a gap between them: numbers count on from `startNumber`, so a list
 * has no holes (D8), and what lies before a gap is history that can only be left out. Empty: nothing can be had.
 */
export function lastRun({ timeline }: RenditionView, period: PeriodPlan): readonly Segment[] {
  const segments = segmentsIn(timeline.segments, period);
  const end = segments.findLastIndex(({ state }) => state === 'complete');
  const gap = segments.findLastIndex(({ state }, index) => state !== 'complete' && index < end);
  return segments.slice(gap + 1, end + 1);
}

/** One S for each run of equal lengths (@r: repeats after the first). */
function entries(segments: readonly Segment[]): string[] {
  const runs: { t: number; d: number; r: number }[] = [];
  for (const { startTicks: t, durationTicks: d } of segments) {
    const last = runs.at(-1);
    if (last?.d === d) last.r += 1;
    else runs.push({ t, d, r: 0 });
  }
  // The first time is said, the others follow from it.
  return runs.map(({ t, d, r }, index) =>
    element('S', { t: index === 0 ? t : undefined, d, r: r > 0 ? r : undefined }),
  );
}

/** The beginning of a segment on the house grid in a track's ticks: for sound the boundary itself, not its first frame. */
function boundaryTicks(track: TrackGrid, segment: number): number {
  if (track.kind === 'video') return decodeTimeOf(track, firstUnitOf(track, segment));
  const { fps, framesPerSegment } = track.grid;
  return mulDivFloor(segment, framesPerSegment * fps.den * track.timescale, fps.num);
}

export interface NominalSegment {
  readonly timescale: number;
  readonly duration: number;
}

/**
 * A segment's nominal length (SegmentTemplate @timescale, @duration), exact: at numbers near 1e8 half a tick would be
 * minutes. In the track's own timescale wherever that holds it, as the DASH profile of CMAF asks; sound beside a 29.97 or
 * 59.94 fps picture cut into a count of frames that is no multiple of five needs a finer one. Real edges of sound lie
 * within one AAC frame of the nominal ones (timing guideline 22 allows half a segment) and do not drift.
 */
export function nominalSegment({ grid, timescale }: TrackGrid): NominalSegment {
  const ticks = ratio(grid.framesPerSegment * grid.fps.den * timescale, grid.fps.num);
  return { timescale: timescale * ticks.den, duration: ticks.num };
}
