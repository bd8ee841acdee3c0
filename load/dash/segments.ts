/** Which segment lies where in time, and when it may be requested. */
import type { Mpd, Period, Representation } from './mpd.js';

export interface DashSegment {
  /** Place among the segments of its period: the next segment's is one more. */
  readonly ordinal: number;
  readonly url: URL;
  /** Seconds from the start of the presentation. */
  readonly start: number;
  readonly duration: number;
}

/** The segment that holds `time` (seconds of the presentation), or the nearest there is; undefined when none is listed. */
export function segmentAtTime(period: Period, representation: Representation, time: number): DashSegment | undefined {
  const { template } = representation;
  const ticks = (time - period.start) * template.timescale + template.presentationTimeOffset;
  if (!template.timeline) {
    const into = ticks - template.presentationTimeOffset;
    return segmentAt(period, representation, Math.max(0, Math.floor(into / template.duration! + ROUNDING)));
  }
  const { timeline } = template;
  const after = timeline.findIndex((segment) => segment.time > ticks + ROUNDING);
  const found = after < 0 ? timeline.length - 1 : Math.max(0, after - 1);
  return segmentAt(period, representation, found);
}

/** The segment after this one, or undefined while the MPD does not tell of it: it is past the period's end, or too new. */
export function segmentAfter(
  period: Period,
  representation: Representation,
  { start, duration, ordinal }: DashSegment,
): DashSegment | undefined {
  const { timeline } = representation.template;
  if (!timeline) return segmentAt(period, representation, ordinal + 1);
  // A list may have lost its head since: only times keep their meaning.
  const { timescale, presentationTimeOffset } = representation.template;
  const ticks = (start + duration - period.start) * timescale + presentationTimeOffset;
  const following = timeline.findIndex(({ time }) => time > ticks - timescale * SAME_SECONDS);
  return following < 0 ? undefined : segmentAt(period, representation, following);
}

/** When a request for the segment is answered, in seconds since 1970 on the server's clock. */
export function availableAt(mpd: Mpd, { template }: Representation, segment: DashSegment, lowLatency: boolean): number {
  const early = lowLatency || template.availabilityTimeComplete ? template.availabilityTimeOffset : 0;
  return mpd.availabilityStartTime + segment.start + segment.duration - early;
}

/** The address of a representation's init segment. */
export function initUrl({ template, base, id, bandwidth }: Representation): URL | undefined {
  return template.initialization === undefined
    ? undefined
    : new URL(fill(template.initialization, { RepresentationID: id, Bandwidth: bandwidth }), base);
}

/** Divisions of large ticks end a hair below the whole number that was meant. */
const ROUNDING = 1e-6;
const SAME_SECONDS = 0.05;

function segmentAt(period: Period, representation: Representation, index: number): DashSegment | undefined {
  const { template, base, id, bandwidth } = representation;
  const { timescale, presentationTimeOffset, startNumber } = template;
  const listed = template.timeline?.[index];
  if (template.timeline && !listed) return undefined;
  const time = listed?.time ?? presentationTimeOffset + index * template.duration!;
  const duration = (listed?.duration ?? template.duration!) / timescale;
  const start = period.start + (time - presentationTimeOffset) / timescale;
  if (period.end !== undefined && start > period.end - SAME_SECONDS) return undefined;
  const names = { RepresentationID: id, Bandwidth: bandwidth, Number: startNumber + index, Time: time };
  return { ordinal: index, url: new URL(fill(template.media, names), base), start, duration };
}

/** Fills `$Name$` and `$Name%05d$`; `$$` is a dollar. */
function fill(template: string, names: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(/\$(\w*)(?:%0(\d+)d)?\$/g, (all, name: string, width?: string) => {
    if (name === '') return '$';
    const value = names[name];
    return value === undefined ? all : `${value}`.padStart(Number(width ?? 0), '0');
  });
}
