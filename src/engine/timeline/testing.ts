/** Builders for tests: grids and presentations whose timelines are made by the real `addPart` and `closeSegment`. */
import { deliveryTerms } from './delivery-terms.js';
import {
  audioTrack,
  decodeTimeOf,
  firstUnitOf,
  houseGrid,
  videoTrack,
  type HouseGrid,
  type TrackGrid,
} from './house-clock.js';
import type { PresentationView, RenditionView, TrackDescription } from './presentation-view.js';
import { parseRatio } from './ratio.js';
import { addPart, closeSegment, emptyTimeline, endTimeline, type NewPart, type Timeline } from './timeline.js';

export interface GridOptions {
  /** `25`, `30000/1001`. */
  readonly fps?: string;
  readonly segmentSeconds?: number;
  readonly partSeconds?: number;
}

/** Two-second segments of six parts at 30 frames per second, unless told otherwise. */
export function aGrid({ fps = '30', segmentSeconds = 2, partSeconds = 1 / 3 }: GridOptions = {}): HouseGrid {
  const rate = parseRatio(fps);
  if (!rate) throw new RangeError(`not a frame rate: ${fps}`);
  return houseGrid(rate, segmentSeconds, partSeconds);
}

/** A small round number, so that a test can be read; a real one is about 1e8. */
export const FIRST_SEGMENT = 1000;

export interface PresentationOptions extends GridOptions {
  /** Names of the renditions, video first; `audio` is the sound. */
  readonly renditions?: readonly string[];
  readonly firstSegment?: number;
  /** How many segments are finished, the window not counted. */
  readonly segments?: number;
  /** How many parts the segment after them has so far. */
  readonly parts?: number;
  readonly windowSegments?: number;
  readonly lowLatency?: boolean;
  readonly format?: 'fmp4' | 'mpegts';
  readonly ended?: boolean;
  /** Finished segments without media, in every rendition. */
  readonly gaps?: readonly number[];
  /** Numbers from which on another init segment is in use, in every rendition. */
  readonly newInitAt?: readonly number[];
}

/** A presentation as the printers get it. */
export function aPresentation(options: PresentationOptions = {}): PresentationView {
  const { renditions = ['720p', 'audio'], lowLatency = true, windowSegments = 10 } = options;
  const { format = 'fmp4' } = options;
  const grid = aGrid(options);
  const tracks = renditions.map((name) => aTrack(name, grid));
  const terms = deliveryTerms({ grid, tracks, lowLatency, windowSegments, pipelineDelay: 0.1 });
  return {
    streamId: 'test',
    format,
    renditions: renditions.map((name, index) =>
      aRendition(name, tracks[index]!, aTimeline(name, tracks[index]!, options)),
    ),
    terms,
  };
}

export const aTrack = (name: string, grid: HouseGrid): TrackGrid =>
  name === 'audio' ? audioTrack(grid) : videoTrack(grid);

/** A rendition around a timeline: `720p` is 1280 by 720, `audio` is stereo. */
export function aRendition(name: string, track: TrackGrid, timeline: Timeline): RenditionView {
  const { kind } = track;
  const peakBps = kind === 'audio' ? 140_000 : Number.parseInt(name, 10) * 4000;
  const used = new Set(timeline.segments.map(({ init }) => init).filter((init) => init !== ''));
  const inits = [...used].map((init) => describe(name, init));
  const init = inits.at(-1) ?? describe(name, initName(0));
  return { name, kind, track, timeline, init, inits, peakBps, averageBps: Math.round(peakBps * 0.9) };
}

function describe(name: string, init: string): TrackDescription {
  if (name === 'audio') return { name: init, codec: 'mp4a.40.2', sampleRate: 48_000, channels: 2 };
  const height = Number.parseInt(name, 10);
  return { name: init, codec: 'avc1.64001f', width: Math.round((height * 16) / 18) * 2, height };
}

/** The nth init segment of a rendition: `init-000000000000.mp4`. */
export const initName = (generation: number): string => `init-${String(generation).padStart(12, '0')}.mp4`;

export function aTimeline(name: string, track: TrackGrid, options: PresentationOptions = {}): Timeline {
  const { firstSegment = FIRST_SEGMENT, segments = 3, parts = 0, windowSegments = 10, ended = false } = options;
  const { lowLatency = true, gaps = [], newInitAt = [] } = options;
  const { partsPerSegment } = track.grid;
  let timeline = emptyTimeline(name, track.timescale, windowSegments);
  for (let number = firstSegment; number <= firstSegment + segments; number += 1) {
    const init = initName(newInitAt.filter((from) => from <= number).length);
    const gap = gaps.includes(number);
    const finished = number < firstSegment + segments;
    const partCount = !lowLatency ? 0 : finished ? partsPerSegment : parts;
    for (let index = 0; index < partCount; index += 1) {
      timeline = addPart(timeline, aPart(track, number, index, { init, gap }));
    }
    if (finished) timeline = finishSegment(timeline, track, number, { init, gap });
  }
  return ended ? endTimeline(timeline) : timeline;
}

interface PartOptions {
  readonly init?: string;
  readonly gap?: boolean;
}

/** A part as the packager would report it: its times are those of the grid. */
export function aPart(
  track: TrackGrid,
  segment: number,
  index: number,
  { init = initName(0), gap = false }: PartOptions = {},
): NewPart {
  const startTicks = decodeTimeOf(track, firstUnitOf(track, segment, index));
  const durationTicks = decodeTimeOf(track, firstUnitOf(track, segment, index + 1)) - startTicks;
  const independent = !gap && (track.kind === 'audio' || index === 0);
  return { segment, index, init, startTicks, durationTicks, independent, gap, bytes: gap ? 0 : 1000 };
}

/** Closes a segment on the grid. */
export function finishSegment(
  timeline: Timeline,
  track: TrackGrid,
  number: number,
  { init = initName(0), gap = false }: PartOptions = {},
): Timeline {
  const startTicks = decodeTimeOf(track, firstUnitOf(track, number));
  const durationTicks = decodeTimeOf(track, firstUnitOf(track, number + 1)) - startTicks;
  const bytes = gap ? 0 : 1000 * track.grid.partsPerSegment;
  return closeSegment(timeline, { number, startTicks, durationTicks, bytes, gap, init });
}
