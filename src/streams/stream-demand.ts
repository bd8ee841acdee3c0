/** What a stream will ask of the processor, as far as it is known: exact once the source is, assumed before. PURE. */
import type { StreamDemand } from '../engine/capacity/index.js';
import { parseSource, parseTestPicture } from '../engine/ffmpeg/index.js';
import { fitLadder, type DisplaySize, type FittedLadder, type Rung } from '../engine/ladder/index.js';
import type { StreamPlan } from '../engine/pipeline/index.js';
import { snapToHouseRate, toNumber } from '../engine/timeline/index.js';
import { formatsOf, type StreamSpec } from './live/index.js';

/** Of a stream whose source is known. */
export function plannedDemand({ video, grid, source, formats }: StreamPlan): StreamDemand {
  return {
    ...{ pictures: video, fps: toNumber(grid.fps), formats: formats.length },
    source: source.video && { ...source.video, fps: toNumber(source.video.fps) },
  };
}

/**
 * Before the source is known: it is taken to be 16:9, as tall as the tallest rung of `assumed` and as fast as we
 * encode. The test picture tells its size in its URL. `assumed` is the ladder as asked for, when smaller ones are
 * tried on the same source.
 */
export function expectedDemand(spec: StreamSpec, maxFps: number, assumed: readonly Rung[] = spec.rungs): StreamDemand {
  const formats = formatsOf(spec).length;
  if (spec.rungs.length === 0) return { pictures: [], fps: 0, source: undefined, formats };
  const source = assumedSource(spec, maxFps, assumed);
  const fps = toNumber(spec.houseRate ?? snapToHouseRate(source.fps, maxFps));
  return { pictures: fitLadder(spec.rungs, source).video, fps, source, formats };
}

/** What would be made of that source; of a stream with pictures. */
export const expectedLadder = (spec: StreamSpec, maxFps: number): FittedLadder =>
  fitLadder(spec.rungs, assumedSource(spec, maxFps, spec.rungs));

type AssumedSource = DisplaySize & { readonly fps: number };

const assumedSource = ({ sourceUrl }: StreamSpec, maxFps: number, assumed: readonly Rung[]): AssumedSource =>
  testPicture(sourceUrl) ?? { ...wide(tallest(assumed)), fps: maxFps };

function testPicture(sourceUrl: string): AssumedSource | undefined {
  if (parseSource(sourceUrl, 1).access !== 'built-in') return undefined;
  const { width, height, fps } = parseTestPicture(sourceUrl);
  return { width, height, fps: toNumber(fps) };
}

const tallest = (rungs: readonly Rung[]): number => Math.max(...rungs.map(({ height }) => height));
const wide = (height: number): DisplaySize => ({ width: Math.round((height * 16) / 9), height });
