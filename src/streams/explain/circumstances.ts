/** Everything that explaining a stream takes, as one plain value: gathered at the edge, explained without a server. */
import type { SourceDescription } from '../../engine/ffmpeg/index.js';
import type { LossPolicy, PipelineVitals } from '../../engine/pipeline/index.js';
import type { SerializedProblem } from '../../engine/problem.js';
import type { DeliveryTerms } from '../../engine/timeline/index.js';
import type { StopReason, StreamState } from '../live/index.js';
import type { Programme, SourceHealth } from '../programme.js';
import type { Recent } from './recent.js';

export interface Circumstances {
  readonly nowMs: number;
  readonly streamId: string;
  readonly state: StreamState;
  readonly reason: StopReason | undefined;
  /** Unix ms of the last change of state. */
  readonly changedAtMs: number;
  /** Seconds without a heartbeat that end it, and when that will be; undefined: never. */
  readonly stale: { readonly afterSeconds: number; readonly atMs: number } | undefined;
  /** The preferred source first. */
  readonly sources: readonly SourceCircumstances[];
  readonly programme: Programme;
  readonly onLoss: LossPolicy;
  /** PLAYOUT_JITTER, ms. */
  readonly allowanceMs: number;
  /** Undefined until a source is known. */
  readonly plan: PlanCircumstances | undefined;
  readonly rungs: readonly RungCircumstances[];
  /** Undefined until the pipeline has told of itself. */
  readonly vitals: PipelineVitals | undefined;
  /** The last minute. */
  readonly recent: Recent;
  /** While the disk takes no media. */
  readonly refused: { readonly sinceMs: number; readonly problem: SerializedProblem | undefined } | undefined;
  readonly disk: DiskCircumstances;
  readonly machine: MachineCircumstances;
  readonly lastProblem: SerializedProblem | undefined;
}

export interface SourceCircumstances extends SourceHealth {
  /** Since when it is up, or not up, Unix ms to the second; undefined before anybody looked. */
  readonly sinceMs: number | undefined;
  /** It is not called but waited for: a listener. */
  readonly waits: boolean;
  /** What it is, while it is known. */
  readonly description?: SourceDescription;
}

export interface PlanCircumstances {
  readonly frameMs: number;
  readonly segmentSeconds: number;
  readonly partSeconds: number;
  /** Of the HLS playlists. */
  readonly terms: DeliveryTerms;
}

export interface RungCircumstances {
  readonly name: string;
  readonly kind: 'video' | 'audio';
  readonly state: 'up' | 'down';
  readonly restarts: number;
}

export interface DiskCircumstances {
  readonly freeBytes: number;
  /** DISK_RESERVE. */
  readonly reserveBytes: number;
  /** At the rate of the last minutes; Infinity while it does not fill. */
  readonly fullInSeconds: number;
}

export interface MachineCircumstances {
  /** Cores the server may use. */
  readonly cores: number;
  /** Processes that ran or wanted to, on average over the last minute. */
  readonly loadAverage: number;
  /** Cores that this stream is expected to need, and all of them together. */
  readonly streamCores: number;
  readonly committedCores: number;
}
