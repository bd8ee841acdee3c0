/**
 * Which thread a pipeline runs in. As many threads as the machine can run at a time: a few streams have one each, many
 * share them, for one that runs twenty costs half of twenty that run one. Streams whose shared thread was lost are not put
 * together again: only one of them can have been the cause.
 */
import type { PipelineFact } from '../messages.js';
import type { PipelineChange, PipelineSpec } from '../pipeline-spec.js';
import { PipelineThread, type ThreadLimits } from './pipeline-thread.js';

export interface Pipeline {
  /** Ends the pipeline. Settles when all of it, its child processes too, is gone. */
  stop(how: 'end' | 'pause'): Promise<void>;
  /** Cuts to the source at `index` as soon as it delivers; null: as the order of the list says. */
  wantSource(index: number | null): void;
  /** Goes on with other sources, patience or slate. Facts count sources by the new list after the fact `updated`. */
  update(change: PipelineChange): void;
}

/** Starts a pipeline. Facts come in order; after the last one nothing more comes. */
export type StartPipeline = (spec: PipelineSpec, onFact: (fact: PipelineFact) => void) => Pipeline;

/** A thread that is stuck publishes nothing: five seconds are longer than any pause of a machine that still delivers. */
const LIMITS: ThreadLimits = { bornWithinMs: 30_000, silentMs: 5_000, stopMs: 8_000 };

const ENTRY = new URL('./thread-entry.js', import.meta.url);

export interface ThreadsOptions {
  /** Threads that streams share, at most. */
  readonly most: number;
  readonly entry?: URL;
  readonly limits?: ThreadLimits;
}

/** The threads of all pipelines: `start` is a `StartPipeline`. */
export class PipelineThreads {
  private readonly all = new Set<PipelineThread>();
  private readonly shared = new Set<PipelineThread>();
  /** Streams that were in a shared thread when it was lost, until they have ended in peace. */
  private readonly suspects = new Set<string>();

  constructor(private readonly options: ThreadsOptions) {}

  /** Threads there are, shared or not. */
  get count(): number {
    return this.all.size;
  }

  /** Starts a pipeline in the thread that is its turn. */
  start(spec: PipelineSpec, onFact: (fact: PipelineFact) => void): Pipeline {
    const { streamId } = spec;
    const thread = this.suspects.has(streamId) ? this.newThread(`stream ${streamId}`) : this.sharedThread();
    const { seat, gone } = thread.run(spec, onFact);
    void gone.then((how) => {
      if (how === 'left') this.suspects.delete(streamId);
      this.leaveEmpty(thread);
    });
    return {
      wantSource: (index) => thread.command(seat, { kind: 'want-source', index }),
      update: (change) => thread.command(seat, { kind: 'update', change }),
      stop: (how) => thread.stop(seat, gone, how),
    };
  }

  private sharedThread(): PipelineThread {
    if (this.shared.size >= this.options.most) return leastTaken(this.shared);
    const thread = this.newThread('streams');
    this.shared.add(thread);
    return thread;
  }

  private newThread(name: string): PipelineThread {
    const { entry = ENTRY, limits = LIMITS } = this.options;
    const thread = new PipelineThread(entry, limits, name);
    this.all.add(thread);
    thread.onEnd = (lost) => {
      this.all.delete(thread);
      this.shared.delete(thread);
      if (lost.length > 1) for (const streamId of lost) this.suspects.add(streamId);
    };
    return thread;
  }

  private leaveEmpty(thread: PipelineThread): void {
    if (thread.taken > 0) return;
    this.shared.delete(thread);
    thread.leave();
  }
}

/** The one that runs the fewest pipelines. */
function leastTaken(threads: Iterable<PipelineThread>): PipelineThread {
  const [first, ...others] = threads;
  return others.reduce((least, thread) => (thread.taken < least.taken ? thread : least), first!);
}
