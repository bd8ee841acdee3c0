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
  if (addressing === 'timeline') return listed(rendition, period, zero);
  const media = { media: '$RepresentationID$/$Number$.m4s' };
  const { timescale, duration } = nominalSegment(rendition.track);
  const offset = zero > 0 ? { presentationTimeOffset: zero * duration } : {};
  return { attributes: { ...media, timescale, duration, startNumber: zero, ...offset }, children: [] };
}

/**
 * Exact times of what can be had, and names by time: a gap is a jump in the list, and readers that lose count of numbers
 * (ffmpeg 5.1 counts a list from 0) need none.
 */
function listed(rendition: RenditionView, period: PeriodPlan, zero: number): Template {
  const { timeline, track } = rendition;
  const offset = zero > 0 ? { presentationTimeOffset: boundaryTicks(track, zero) } : {};
  return {
    attributes: { media: '$RepresentationID$/t$Time$.m4s', timescale: timeline.timescale, ...offset },
    children: [element('SegmentTimeline', {}, entries(listable(rendition, period)))],
  };
}

/** The finished segments of a period that are there. Empty: nothing can be had. */
export const listable = ({ timeline }: RenditionView, period: PeriodPlan): readonly Segment[] =>
  segmentsIn(timeline.segments, period).filter(({ state }) => state === 'complete');

/** One S for each run of equal lengths (@r: repeats after the first). */
function entries(segments: readonly Segment[]): string[] {
  const runs: { t: number; d: number; r: number; jump: boolean }[] = [];
  for (const { startTicks: t, durationTicks: d } of segments) {
    const last = runs.at(-1);
    const jump = last === undefined || last.t + (last.r + 1) * last.d !== t;
    if (last?.d === d && !jump) last.r += 1;
    else runs.push({ t, d, r: 0, jump });
  }
  // A time is said where it does not follow from the one before.
  return runs.map(({ t, d, r, jump }) => element('S', { t: jump ? t : undefined, d, r: r > 0 ? r : undefined }));
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
