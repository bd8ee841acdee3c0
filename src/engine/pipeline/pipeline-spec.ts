/** What a stream's pipeline is to do, as it is handed to its worker thread. Plain values only. */
import type { Rung } from '../ladder/index.js';
import type { SegmentFormat } from '../storage/index.js';
import type { Ratio } from '../timeline/index.js';

/** All a stream's thread needs to know; given once, at its start. */
export interface PipelineSpec {
  readonly streamId: string;
  readonly sourceUrl: string;
  /** Rungs asked for; empty for an audio-only stream. */
  readonly rungs: readonly Rung[];
  readonly audioKbps: number;
  readonly lowLatency: boolean;
  /** What goes to disk: CMAF, transport streams, or both, from the same encoders. */
  readonly formats: readonly SegmentFormat[];
  /** The rate of an earlier life: kept, so that segment numbers go on where they were. */
  readonly houseRate: Ratio | undefined;
  /** The stream's folder. */
  readonly folder: string;
  readonly settings: PipelineSettings;
}

export interface PipelineSettings {
  readonly segmentSeconds: number;
  readonly partSeconds: number;
  readonly windowSegments: number;
  readonly maxFps: number;
  readonly jitterSeconds: number;
  readonly sourceTimeoutSeconds: number;
  readonly encoderPreset: string;
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  /** Folder below which `file:` sources may lie; undefined refuses them. */
  readonly mediaRoot: string | undefined;
}
