/** What the parent and its workers say to each other. */
import type { MeasuresTaken } from './measure/measures.js';
import type { LoadOptions, Protocol } from './options.js';

export interface Stream {
  readonly url: string;
  readonly protocol: Protocol;
}

export type WorkerOrder =
  | {
      readonly kind: 'start';
      readonly worker: number;
      readonly options: LoadOptions;
      readonly streams: readonly Stream[];
      /** Seconds over which all viewers join. */
      readonly ramp: number;
      /** Monotonic milliseconds of this machine. */
      readonly startAtMs: number;
    }
  | { readonly kind: 'stop' };

export interface ViewerCounts {
  readonly joined: number;
  readonly playing: number;
  readonly stalled: number;
  readonly ended: number;
  /** Viewers that stalled at least once since they joined. */
  readonly everStalled: number;
  readonly connections: number;
}

export interface WorkerHealth {
  /** Share of one core used since the last report. */
  readonly cpuShare: number;
  /** 99th percentile of how late the event loop ran its timers since the last report. */
  readonly loopDelayMs: number;
}

/** Sent every second, and once more with `last` when the worker was told to stop. */
export interface WorkerReport {
  readonly worker: number;
  readonly last: boolean;
  readonly epochOffsetMs: number;
  readonly measures: MeasuresTaken;
  readonly wake: { readonly samples: Float64Array; readonly tracks: readonly string[] };
  readonly viewers: ViewerCounts;
  readonly health: WorkerHealth;
}
