/** When segments are there, by the clock of the server (ISO/IEC 23009-1 A.3.2, IOP v5 part 4; D16). PURE. */
import { nominalSeconds, type Addressing, type Mpd, type Period, type Representation } from '../mpd.js';
import { fillTemplate } from '../template.js';

/** A segment that the MPD tells of. */
export interface ToldSegment {
  readonly number: number;
  readonly url: string;
  /** Of the media timeline, in seconds: where it begins, or nominally does. */
  readonly startSeconds: number;
  readonly durationSeconds: number;
  /** Listed with exact times in a SegmentTimeline. */
  readonly isExact: boolean;
  /** Unix ms; of the first byte that may be asked for. */
  readonly availableAtMs: number;
  /** Unix ms; of the whole. */
  readonly wholeAtMs: number;
}

export interface Told {
  readonly mpd: Mpd;
  readonly period: Period;
  readonly representation: Representation;
  readonly addressing: Addressing;
}

/** Absolute; undefined without a template, or where it makes no URL. */
export function initializationUrl({ representation, addressing }: Told): string | undefined {
  const { id, bandwidth = 0, baseUrl } = representation;
  if (addressing.initialization === undefined) return undefined;
  return urlIn(baseUrl, fillTemplate(addressing.initialization, { id, bandwidth }));
}

/** The segment with a number, by @duration; undefined where segments are not counted so, or the Period has ended before it. */
export function numberedSegment(told: Told, number: number): ToldSegment | undefined {
  const { addressing, period } = told;
  const seconds = nominalSeconds(addressing);
  const index = number - addressing.startNumber;
  if (seconds === undefined || addressing.timeline || index < 0) return undefined;
  const { duration, endNumber = Infinity } = { duration: period.duration, ...pick(addressing) };
  if (number > endNumber || (duration !== undefined && index * seconds >= duration - 1e-6)) return undefined;
  return segment(told, number, index * seconds, seconds, false);
}

const pick = ({ endNumber }: Addressing): { endNumber?: number } => (endNumber === undefined ? {} : { endNumber });

/** All segments of a SegmentTimeline. */
export function listedSegments(told: Told): ToldSegment[] {
  const { timeline = [], timescale, presentationTimeOffset } = told.addressing;
  return timeline.flatMap(
    ({ number, t, d }) => segment(told, number, (t - presentationTimeOffset) / timescale, d / timescale, true, t) ?? [],
  );
}

/** The number of the last segment that is available at a time, by @duration; may be before the first there is. */
export function edgeNumber(told: Told, serverMs: number): number {
  const { mpd, period, addressing } = told;
  const seconds = nominalSeconds(addressing)!;
  const since = (serverMs - (mpd.availabilityStartTime ?? 0)) / 1000 - (period.start ?? 0) + offsetOf(addressing);
  return addressing.startNumber + Math.floor(since / seconds + 1e-9) - 1;
}

function segment(
  told: Told,
  number: number,
  sincePeriod: number,
  durationSeconds: number,
  isExact: boolean,
  time?: number,
): ToldSegment | undefined {
  const { mpd, period, representation, addressing } = told;
  const { id, bandwidth = 0, baseUrl } = representation;
  const values = { id, bandwidth, number, ...(time !== undefined && { time }) };
  const url = addressing.media === undefined ? undefined : urlIn(baseUrl, fillTemplate(addressing.media, values));
  if (url === undefined) return undefined;
  const endSeconds = (period.start ?? 0) + sincePeriod + durationSeconds;
  const wholeAtMs = (mpd.availabilityStartTime ?? 0) + endSeconds * 1000;
  return {
    ...{ number, url, durationSeconds, isExact, wholeAtMs },
    startSeconds: sincePeriod + addressing.presentationTimeOffset / addressing.timescale,
    availableAtMs: wholeAtMs - offsetOf(addressing) * 1000,
  };
}

/** Segments that exist for ever have an infinite offset; nothing can be planned by it. */
const offsetOf = ({ availabilityTimeOffset: offset = 0 }: Addressing): number => (Number.isFinite(offset) ? offset : 0);

const urlIn = (base: string, relative: string): string | undefined =>
  URL.canParse(relative, base) ? new URL(relative, base).href : undefined;
