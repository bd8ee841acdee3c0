/** Turns what is asked for and what the source is into what will be made. PURE. */
import { audioFor, fitLadder, type AudioRendition, type FittedLadder, type VideoRendition } from '../ladder/index.js';
import type { SourceDescription } from '../ffmpeg/index.js';
import { Problem } from '../problem.js';
import type { SegmentFormat } from '../storage/index.js';
import {
  audioTrack,
  deliveryTerms,
  houseGrid,
  ratio,
  snapToHouseRate,
  toNumber,
  videoTrack,
  type DeliveryTerms,
  type HouseGrid,
  type Ratio,
} from '../timeline/index.js';
import type { PipelineSpec } from './pipeline-spec.js';

export interface StreamPlan {
  readonly source: SourceDescription;
  readonly grid: HouseGrid;
  /** Tallest first; empty for an audio-only stream. */
  readonly video: readonly VideoRendition[];
  readonly audio: AudioRendition;
  /** Rungs asked for that are taller than the source. */
  readonly leftOut: readonly string[];
  readonly formats: readonly SegmentFormat[];
  readonly terms: DeliveryTerms;
  /** Of the transport streams: classic HLS, whole segments only. */
  readonly classicTerms: DeliveryTerms;
}

/** Encoding, regrouping and the write take about this long on top of the playout's allowance. */
const ENCODE_AND_PUBLISH_SECONDS = 0.15;
/** The grid of a stream without a picture: only its boundaries matter. */
const AUDIO_ONLY_RATE = ratio(25);

/** Throws `source-without-picture` when rungs are asked for and there is nothing to show on them. */
export function planStream(spec: PipelineSpec, source: SourceDescription): StreamPlan {
  const { settings } = spec;
  const audioOnly = spec.rungs.length === 0;
  if (!audioOnly && !source.video)
    throw new Problem('source-without-picture', { audio: source.audio?.codec ?? 'none' });
  if (audioOnly && !source.audio) throw new Problem('source-without-media', { format: source.format, wanted: 'audio' });
  const fps = spec.houseRate ?? houseRate(source, audioOnly, settings.maxFps);
  const grid = houseGrid(fps, settings.segmentSeconds, settings.partSeconds);
  const fitted = fittedRungs(spec, source);
  const tracks = [...(audioOnly ? [] : [videoTrack(grid)]), audioTrack(grid)];
  const input = {
    ...{ grid, tracks, windowSegments: settings.windowSegments },
    pipelineDelay: settings.jitterSeconds + ENCODE_AND_PUBLISH_SECONDS,
  };
  return {
    source,
    grid,
    formats: spec.formats,
    ...fitted,
    audio: { ...audioFor(spec.rungs), ...(audioOnly && { audioKbps: spec.audioKbps }) },
    terms: deliveryTerms({ ...input, lowLatency: spec.lowLatency }),
    classicTerms: deliveryTerms({ ...input, lowLatency: false }),
  };
}

/** The grid of a stream that has lived before; undefined before its source is known. */
export function knownGrid({ houseRate: rate, settings }: PipelineSpec): HouseGrid | undefined {
  return rate && houseGrid(rate, settings.segmentSeconds, settings.partSeconds);
}

/** What viewers were once promised is made for life: a stream that comes back to a smaller source keeps its rungs. */
function fittedRungs({ rungs, houseLadder }: PipelineSpec, { video }: SourceDescription): FittedLadder {
  if (rungs.length === 0 || !video) return { video: [], leftOut: [] };
  if (!houseLadder) return fitLadder(rungs, video);
  const made = houseLadder.map(({ name }) => name);
  return { video: houseLadder, leftOut: rungs.map(({ name }) => name).filter((name) => !made.includes(name)) };
}

function houseRate({ video }: SourceDescription, audioOnly: boolean, maxFps: number): Ratio {
  return video && !audioOnly ? snapToHouseRate(toNumber(video.fps), maxFps) : AUDIO_ONLY_RATE;
}
