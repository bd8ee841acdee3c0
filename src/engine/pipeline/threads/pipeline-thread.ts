/** The main thread's end of a worker thread: hands on the facts of the pipelines in it, tells of its death, ends it. */
import { Worker } from 'node:worker_threads';
import { Problem } from '../../problem.js';
import type { PipelineCommand, PipelineFact } from '../messages.js';
import type { PipelineSpec } from '../pipeline-spec.js';
import type { FromThread, ToThread } from './messages.js';
import { SilenceWatch, type SilenceLimits } from './silence-watch.js';

export interface ThreadLimits extends SilenceLimits {
  /** A pipeline that is not gone within this after it was told to stop takes its thread with it, and so its children. */
  readonly stopMs: number;
}

/** V8's own default. */
const YOUNG_GENERATION_MB = 48;

/** By itself, or with its thread. */
export type HowGone = 'left' | 'lost';

interface Seat {
  readonly streamId: string;
  readonly onFact: (fact: PipelineFact) => void;
  /** It is empty again: all of the pipeline is gone. */
  readonly empty: (how: HowGone) => void;
  saidLast: boolean;
}

export class PipelineThread {
  /** Called when the thread has ended, with the streams that were in it. */
  onEnd: (lost: readonly string[]) => void = () => undefined;
  private readonly worker: Worker;
  private readonly watch: SilenceWatch;
  private readonly seats = new Map<number, Seat>();
  private nextSeat = 0;
  private cause: unknown;
  private over = false;

  /** Starts a thread with the module at `entry`. */
  constructor(
    entry: URL,
    private readonly limits: ThreadLimits,
    name: string,
  ) {
    this.worker = new Worker(entry, {
      // The main thread may be given a large young generation for its audience; a stream has no use for one.
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      name,
    });
    this.watch = new SilenceWatch(limits, (why) => this.end(why));
    this.worker.on('message', (message: FromThread) => this.take(message));
    this.worker.on('error', (error) => {
      this.cause ??= error;
    });
    this.worker.once('exit', () => this.ended());
  }

  /** Pipelines in it. */
  get taken(): number {
    return this.seats.size;
  }

  /** Runs a pipeline in it. Gives its seat, and when that is empty again. */
  run(spec: PipelineSpec, onFact: Seat['onFact']): { readonly seat: number; readonly gone: Promise<HowGone> } {
    const seat = this.nextSeat;
    this.nextSeat += 1;
    const gone = new Promise<HowGone>((empty) => {
      this.seats.set(seat, { streamId: spec.streamId, onFact, empty, saidLast: false });
    });
    this.tell({ kind: 'run', seat, spec });
    return { seat, gone };
  }

  command(seat: number, command: PipelineCommand): void {
    this.tell({ kind: 'command', seat, command });
  }

  /** Stops a pipeline. Settles when all of it is gone. */
  async stop(seat: number, gone: Promise<HowGone>, how: 'end' | 'pause'): Promise<void> {
    this.command(seat, { kind: 'stop', how });
    const { stopMs } = this.limits;
    const force = setTimeout(
      () => this.end(new Error(`not gone ${stopMs / 1000} s after it was told to stop`)),
      stopMs,
    );
    await gone;
    clearTimeout(force);
  }

  /** Lets an empty thread end. */
  leave(): void {
    if (this.over) return;
    this.tell({ kind: 'leave' });
    const force = setTimeout(() => void this.worker.terminate(), this.limits.stopMs);
    this.worker.once('exit', () => clearTimeout(force));
  }

  private tell(message: ToThread): void {
    this.worker.postMessage(message);
  }

  private end(why: Error): void {
    this.cause ??= why;
    void this.worker.terminate();
  }

  private take(message: FromThread): void {
    this.watch.heard();
    if (message.kind === 'alive') return;
    const seat = this.seats.get(message.seat);
    if (!seat) return;
    if (message.kind === 'gone') {
      this.seats.delete(message.seat);
      return this.vacate(seat, 'left');
    }
    const { fact } = message;
    seat.saidLast ||= fact.kind === 'ended' || fact.kind === 'failed' || fact.kind === 'paused';
    seat.onFact(fact);
  }

  /** Not before it is gone, whatever it was that stuck: two threads of one stream would write the same names. */
  private ended(): void {
    this.over = true;
    this.watch.end();
    const left = [...this.seats.values()];
    this.seats.clear();
    this.onEnd(left.map(({ streamId }) => streamId));
    for (const seat of left) this.vacate(seat, 'lost');
  }

  private vacate({ streamId, onFact, empty, saidLast }: Seat, how: HowGone): void {
    if (!saidLast) onFact({ kind: 'failed', problem: lost(streamId, this.cause).toJSON() });
    empty(how);
  }
}

const lost = (streamId: string, cause: unknown): Problem =>
  new Problem(
    'pipeline-lost',
    { streamId, reason: cause instanceof Error ? cause.message : 'the thread ended' },
    { cause },
  );
