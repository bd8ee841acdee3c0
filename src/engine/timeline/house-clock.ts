/**
 * The house clock: every transcoded stream runs on wall-clock time, counted from one epoch.
 * Segment numbers, part numbers, file names, decode times and dates are arithmetic on it, so no counter is stored
 * and none can restart. PURE: time is always an argument.
 */
import { mulDivCeil, mulDivFloor, ratio, toNumber, type Ratio } from './ratio.js';

/**
 * 2020-01-01T00:00:00Z in Unix milliseconds. Not 1970: ffmpeg's DASH reader takes `availabilityStartTime` = 0 for
 * "unset" and computes absurd segment numbers from it.
 */
export const HOUSE_EPOCH_MS = Date.UTC(2020, 0, 1);

export const AUDIO_SAMPLE_RATE = 48_000;
/** Samples in one AAC-LC frame. */
export const AAC_FRAME_SAMPLES = 1024;
const VIDEO_TIMESCALE = 90_000;

/** The rates a house frame may have: nominal source rates are snapped to the nearest of them. */
const HOUSE_RATES: readonly Ratio[] = [
  ratio(24_000, 1001),
  ratio(24),
  ratio(25),
  ratio(30_000, 1001),
  ratio(30),
  ratio(50),
  ratio(60_000, 1001),
  ratio(60),
];

/** The house rate nearest to a source's nominal rate, no faster than `maxFps`. */
export function snapToHouseRate(nominal: number, maxFps: number): Ratio {
  const allowed = HOUSE_RATES.filter((rate) => toNumber(rate) <= maxFps + 1e-9);
  const candidates = allowed.length > 0 ? allowed : HOUSE_RATES.slice(0, 1);
  return candidates.reduce((best, rate) =>
    Math.abs(toNumber(rate) - nominal) < Math.abs(toNumber(best) - nominal) ? rate : best,
  );
}

/** How one stream's time is cut: whole frames per segment, whole frames per part, all parts equal. */
export interface HouseGrid {
  readonly fps: Ratio;
  readonly framesPerSegment: number;
  readonly framesPerPart: number;
  readonly partsPerSegment: number;
}

/** A part may be this much longer or shorter than wished before the segment gives way instead. */
const PART_TOLERANCE = 1.5;

/**
 * The grid for a rate: `segmentSeconds` rounded to whole frames, and the divisor of that count nearest to
 * `partSeconds`, so that every part of a rendition has the same length and PART-TARGET is exact and constant. A count
 * without a useful divisor (58 has only 2 and 29) gives way to the nearest multiple of the wished part.
 */
export function houseGrid(fps: Ratio, segmentSeconds: number, partSeconds: number): HouseGrid {
  const wantedPart = Math.max(1, partSeconds * toNumber(fps));
  const wholeFrames = Math.max(1, Math.round(segmentSeconds * toNumber(fps)));
  const divisor = nearestDivisor(wholeFrames, wantedPart);
  const useful = divisor <= wantedPart * PART_TOLERANCE && divisor * PART_TOLERANCE >= wantedPart;
  const framesPerPart = useful ? divisor : Math.min(wholeFrames, Math.round(wantedPart));
  const partsPerSegment = Math.max(1, Math.round(wholeFrames / framesPerPart));
  return { fps, framesPerSegment: partsPerSegment * framesPerPart, framesPerPart, partsPerSegment };
}

function nearestDivisor(count: number, wanted: number): number {
  const divisors = Array.from({ length: count }, (_, index) => index + 1).filter((divisor) => count % divisor === 0);
  return divisors.reduce((best, divisor) => (Math.abs(divisor - wanted) < Math.abs(best - wanted) ? divisor : best));
}

/**
 * One track's units on the grid. A unit is what an encoder emits at a time: a video frame, or an AAC frame of 1024
 * samples. Unit `u` has decode time `u × unitTicks`, for ever.
 */
export interface TrackGrid {
  readonly grid: HouseGrid;
  readonly kind: 'video' | 'audio';
  /** Ticks per second of the track: mdhd timescale and DASH @timescale. */
  readonly timescale: number;
  readonly unitTicks: number;
}

export function videoTrack(grid: HouseGrid): TrackGrid {
  const { num, den } = grid.fps;
  // 90 kHz holds 24, 25, 29.97, 30, 50 and 60 fps exactly; 23.976 and 59.94 only on their own numerator.
  const timescale = (VIDEO_TIMESCALE * den) % num === 0 ? VIDEO_TIMESCALE : num;
  return { grid, kind: 'video', timescale, unitTicks: (timescale * den) / num };
}

export function audioTrack(grid: HouseGrid): TrackGrid {
  return { grid, kind: 'audio', timescale: AUDIO_SAMPLE_RATE, unitTicks: AAC_FRAME_SAMPLES };
}

/**
 * The first unit of a part. Audio begins with the first AAC frame that starts at or after the video boundary: the
 * error stays below one frame and never accumulates.
 */
export function firstUnitOf(track: TrackGrid, segment: number, part = 0): number {
  const frame = segment * track.grid.framesPerSegment + part * track.grid.framesPerPart;
  return track.kind === 'video' ? frame : firstUnitAtOrAfterFrame(track, frame);
}

/** The first unit of `track` that starts at or after house frame `frame`. */
export function firstUnitAtOrAfterFrame(track: TrackGrid, frame: number): number {
  if (track.kind === 'video') return frame;
  const { num, den } = track.grid.fps;
  return mulDivCeil(frame, den * track.timescale, num * track.unitTicks);
}

/** Which part of which segment a unit belongs to. */
export function positionOfUnit(track: TrackGrid, unit: number): { segment: number; part: number } {
  const { framesPerSegment, framesPerPart } = track.grid;
  const frame = track.kind === 'video' ? unit : lastFrameStartingAtOrBefore(track, unit);
  const segment = Math.floor(frame / framesPerSegment);
  return { segment, part: Math.floor((frame - segment * framesPerSegment) / framesPerPart) };
}

function lastFrameStartingAtOrBefore(track: TrackGrid, unit: number): number {
  const { num, den } = track.grid.fps;
  return mulDivFloor(unit, track.unitTicks * num, track.timescale * den);
}

/** The segment whose first unit has exactly this decode time; undefined where none begins there. */
export function segmentStartingAt(track: TrackGrid, ticks: number): number | undefined {
  const unit = ticks / track.unitTicks;
  if (!Number.isSafeInteger(unit)) return undefined;
  const { segment } = positionOfUnit(track, unit);
  return firstUnitOf(track, segment) === unit ? segment : undefined;
}

/** Decode time in track ticks (the tfdt of the unit). */
export const decodeTimeOf = (track: TrackGrid, unit: number): number => unit * track.unitTicks;

/** The instant a unit stands for, in Unix milliseconds (fractions kept). */
export function unixMsOf(track: TrackGrid, unit: number): number {
  return HOUSE_EPOCH_MS + ticksToMs(unit * track.unitTicks, track.timescale);
}

/** The last unit that has begun at `unixMs`. */
export function unitAt(track: TrackGrid, unixMs: number): number {
  // Microseconds keep the sub-millisecond part of a monotonic clock and still fit: 2^53 µs is 285 years.
  return mulDivFloor(Math.floor((unixMs - HOUSE_EPOCH_MS) * 1000), track.timescale, track.unitTicks * 1_000_000);
}

/** The segment in progress at `unixMs`. */
export function segmentAt(grid: HouseGrid, unixMs: number): number {
  return Math.floor(unitAt(videoTrack(grid), unixMs) / grid.framesPerSegment);
}

/** Ticks as milliseconds: whole seconds are split off first, so the fraction keeps its precision. */
export function ticksToMs(ticks: number, timescale: number): number {
  const seconds = Math.floor(ticks / timescale);
  return seconds * 1000 + ((ticks - seconds * timescale) * 1000) / timescale;
}

/** Exact nominal length of a segment, in seconds. */
export const segmentSeconds = (grid: HouseGrid): number => (grid.framesPerSegment * grid.fps.den) / grid.fps.num;

/** Exact length of a video part, in seconds. */
export const partSeconds = (grid: HouseGrid): number => (grid.framesPerPart * grid.fps.den) / grid.fps.num;

/** The longest part a track can have, in ticks: for audio one AAC frame may fall to either side of a boundary. */
export function longestPartTicks(track: TrackGrid): number {
  const { num, den } = track.grid.fps;
  if (track.kind === 'video') return track.grid.framesPerPart * track.unitTicks;
  return mulDivCeil(track.grid.framesPerPart, den * track.timescale, num * track.unitTicks) * track.unitTicks;
}

/** The longest segment a track can have, in ticks. */
export function longestSegmentTicks(track: TrackGrid): number {
  const { num, den } = track.grid.fps;
  if (track.kind === 'video') return track.grid.framesPerSegment * track.unitTicks;
  return mulDivCeil(track.grid.framesPerSegment, den * track.timescale, num * track.unitTicks) * track.unitTicks;
}
