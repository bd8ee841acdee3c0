/** What a stream's pipeline is to do, as it is handed to a worker thread. Plain values only. */
import type { Rung, VideoRendition } from '../ladder/index.js';
import type { SegmentFormat } from '../storage/index.js';
import type { Ratio } from '../timeline/index.js';

/** All a pipeline needs to know, as it is given at its start. */
export interface PipelineSpec {
  readonly streamId: string;
  /** The preferred source first; at least one. */
  readonly sourceUrls: readonly string[];
  readonly onLoss: LossPolicy;
  readonly slate: SlateSpec;
  /** Rungs asked for; empty for an audio-only stream. */
  readonly rungs: readonly Rung[];
  readonly audioKbps: number;
  readonly lowLatency: boolean;
  /** What goes to disk: CMAF, transport streams, or both, from the same encoders. */
  readonly formats: readonly SegmentFormat[];
  /** The rate of an earlier life: kept, so that segment numbers go on where they were. */
  readonly houseRate: Ratio | undefined;
  /** The renditions of an earlier life: kept too, whatever the source has become; undefined in a first one. */
  readonly houseLadder: readonly VideoRendition[] | undefined;
  /** The stream's folder. */
  readonly folder: string;
  readonly settings: PipelineSettings;
}

/** What of a running pipeline can be changed without an encoder noticing: all of it, as it is to be from now on. */
export type PipelineChange = Pick<PipelineSpec, 'sourceUrls' | 'onLoss' | 'slate'>;

/** What happens while the source is silent, in seconds without a picture; null: never. */
export interface LossPolicy {
  readonly slateAfter: number | null;
  readonly nextSourceAfter: number | null;
  readonly giveUpAfter: number | null;
  /** How long a preferred source must have delivered before it takes over again; null: only when asked. */
  readonly failBackAfter: number | null;
}

/** What is shown in place of a lost source. */
export interface SlateSpec {
  /** Words written across it; may be empty. */
  readonly text: string;
  /** `file:` URL of an image below the media root. */
  readonly imageUrl: string | undefined;
  /** Path of the operator's own image, for streams that name none. */
  readonly imagePath: string | undefined;
}

export interface PipelineSettings {
  readonly segmentSeconds: number;
  readonly partSeconds: number;
  readonly windowSegments: number;
  readonly maxFps: number;
  readonly jitterSeconds: number;
  readonly sourceTimeoutSeconds: number;
  /** Kept free on the disk: with less, nothing is written. */
  readonly diskReserveBytes: number;
  readonly encoderPreset: string;
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  /** Folder below which `file:` sources may lie; undefined refuses them. */
  readonly mediaRoot: string | undefined;
  /** Ranges that sources may be called in beside public ones; `any` lifts every limit. */
  readonly allowedAddresses: readonly string[];
}
