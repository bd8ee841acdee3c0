/** The main thread's end of a stream's worker: starts it, hands on its facts, tells of its death, ends it. */
import { Worker } from 'node:worker_threads';
import { Problem } from '../problem.js';
import type { PipelineCommand, PipelineFact } from './messages.js';
import type { PipelineSpec } from './pipeline-spec.js';

export interface Pipeline {
  /** Ends the pipeline. Settles when its thread, and with it every child process, is gone. */
  stop(how: 'end' | 'pause'): Promise<void>;
  /** Cuts to the source at `index` as soon as it delivers; null: as the order of the list says. */
  wantSource(index: number | null): void;
}

/** Starts a pipeline. Facts come in order; after the last one nothing more comes. */
export type StartPipeline = (spec: PipelineSpec, onFact: (fact: PipelineFact) => void) => Pipeline;

/** V8's own default. */
const YOUNG_GENERATION_MB = 48;
/** A thread that does not leave by itself within this is ended, and its children with it. */
const STOP_LIMIT_MS = 8_000;

export const startPipelineThread: StartPipeline = (spec, onFact) => {
  const worker = new Worker(new URL('./pipeline-worker.js', import.meta.url), {
    workerData: spec,
    // The main thread may be given a large young generation for its audience; a stream has no use for one.
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    name: `stream ${spec.streamId}`,
  });
  let saidLast = false;
  worker.on('message', (fact: PipelineFact) => {
    saidLast ||= fact.kind === 'ended' || fact.kind === 'failed' || fact.kind === 'paused';
    onFact(fact);
  });
  let cause: unknown;
  worker.on('error', (error) => {
    cause = error;
  });
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      const problem = new Problem(
        'pipeline-lost',
        { streamId: spec.streamId, reason: cause instanceof Error ? cause.message : 'the thread ended' },
        { cause },
      );
      if (!saidLast) onFact({ kind: 'failed', problem: problem.toJSON() });
      resolve();
    });
  });
  return {
    wantSource(index) {
      worker.postMessage({ kind: 'want-source', index } satisfies PipelineCommand);
    },
    async stop(how) {
      worker.postMessage({ kind: 'stop', how } satisfies PipelineCommand);
      const force = setTimeout(() => void worker.terminate(), STOP_LIMIT_MS);
      await gone;
      clearTimeout(force);
    },
  };
};
