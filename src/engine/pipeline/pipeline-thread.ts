/** The main thread's end of a stream's worker: starts it, hands on its facts, tells of its death, ends it. */
import { Worker } from 'node:worker_threads';
import { Problem } from '../problem.js';
import type { PipelineCommand, PipelineFact, PipelineMessage } from './messages.js';
import type { PipelineChange, PipelineSpec } from './pipeline-spec.js';

export interface Pipeline {
  /** Ends the pipeline. Settles when its thread, and with it every child process, is gone. */
  stop(how: 'end' | 'pause'): Promise<void>;
  /** Cuts to the source at `index` as soon as it delivers; null: as the order of the list says. */
  wantSource(index: number | null): void;
  /** Goes on with other sources, patience or slate. Facts count sources by the new list after the fact `updated`. */
  update(change: PipelineChange): void;
}

/** Starts a pipeline. Facts come in order; after the last one nothing more comes. */
export type StartPipeline = (spec: PipelineSpec, onFact: (fact: PipelineFact) => void) => Pipeline;

export interface ThreadLimits {
  /** From a thread's start to its first message. */
  readonly bornWithinMs: number;
  /** Between two messages: it says once a second that it is alive. */
  readonly silentMs: number;
  /** A thread that does not leave by itself within this is ended, and its children with it. */
  readonly stopMs: number;
}

/** A thread that is stuck publishes nothing: five seconds are longer than any pause of a machine that still delivers. */
const LIMITS: ThreadLimits = { bornWithinMs: 30_000, silentMs: 5_000, stopMs: 8_000 };

/** V8's own default. */
const YOUNG_GENERATION_MB = 48;

/** Pipelines in worker threads that begin with the module at `entry`. */
export function pipelineThreads(entry: URL, limits: ThreadLimits = LIMITS): StartPipeline {
  return (spec, onFact) => {
    const worker = new Worker(entry, {
      workerData: spec,
      // The main thread may be given a large young generation for its audience; a stream has no use for one.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      name: `stream ${spec.streamId}`,
    });
    let saidLast = false;
    let cause: unknown;
    const end = (why: Error): void => {
      cause ??= why;
      void worker.terminate();
    };
    const watch = new SilenceWatch(limits, end);
    worker.on('message', (message: PipelineMessage) => {
      watch.heard();
      if (message.kind === 'alive') return;
      saidLast ||= message.kind === 'ended' || message.kind === 'failed' || message.kind === 'paused';
      onFact(message);
    });
    worker.on('error', (error) => {
      cause ??= error;
    });
    // Not before it is gone, whatever it was that stuck: two threads of one stream would write the same names.
    const gone = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        watch.end();
        if (!saidLast) onFact({ kind: 'failed', problem: lost(spec.streamId, cause).toJSON() });
        resolve();
      });
    });
    const command = (what: PipelineCommand): void => worker.postMessage(what);
    return {
      wantSource: (index) => command({ kind: 'want-source', index }),
      update: (change) => command({ kind: 'update', change }),
      async stop(how) {
        command({ kind: 'stop', how });
        const force = setTimeout(
          () => end(new Error(`not gone ${limits.stopMs / 1000} s after it was told to stop`)),
          limits.stopMs,
        );
        await gone;
        clearTimeout(force);
      },
    };
  };
}

export const startPipelineThread: StartPipeline = pipelineThreads(new URL('./pipeline-worker.js', import.meta.url));

const lost = (streamId: string, cause: unknown): Problem =>
  new Problem(
    'pipeline-lost',
    { streamId, reason: cause instanceof Error ? cause.message : 'the thread ended' },
    { cause },
  );

/** Notices a thread that says nothing any more. */
class SilenceWatch {
  private hasSpoken = false;
  private heardAt = performance.now();
  private lookedAt = performance.now();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly limits: ThreadLimits,
    private readonly onSilence: (why: Error) => void,
  ) {
    this.timer = setInterval(() => this.look(), limits.silentMs / 10);
    this.timer.unref();
  }

  heard(): void {
    this.hasSpoken = true;
    this.heardAt = performance.now();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = performance.now();
    const weSleptMs = now - this.lookedAt;
    this.lookedAt = now;
    const { bornWithinMs, silentMs } = this.limits;
    const limit = this.hasSpoken ? silentMs : bornWithinMs;
    // If the main thread itself did not run, what was said meanwhile is still unread.
    if (weSleptMs > silentMs / 2) this.heardAt = now;
    else if (now - this.heardAt > limit) this.onSilence(new Error(`the thread said nothing for ${limit / 1000} s`));
  }
}
