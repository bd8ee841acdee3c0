/**
 * One stream, from its source to parts on disk: intake → playout → encoders → packagers. Lives in a worker thread of
 * its own; commands come by call, facts leave by `emit`.
 */
import { SystemClock } from '../clock.js';
import {
  failuresAfter,
  INTAKE_RESTARTS,
  parseSource,
  restartDelayMs,
  type FfmpegProcess,
  type SourceDescription,
} from '../ffmpeg/index.js';
import { Playout } from '../playout/index.js';
import { Problem } from '../problem.js';
import { MediaStore } from '../storage/index.js';
import { Connection } from './connection.js';
import { historyFacts, readEarlierLife, type EarlierLife } from './earlier-life.js';
import { Encoders } from './encoders.js';
import { firstSegment } from './first-segment.js';
import type { EndReason, PipelineFact } from './messages.js';
import type { PipelineSpec } from './pipeline-spec.js';
import { planStream, type StreamPlan } from './stream-plan.js';

/** Units leave within this of their due time. */
const TICK_MS = 5;
const WATCH_MS = 500;

interface Running {
  readonly plan: StreamPlan;
  readonly playout: Playout;
  readonly encoders: Encoders;
}

export class StreamPipeline {
  private readonly clock = new SystemClock();
  private readonly store: MediaStore;
  private readonly stopped = new AbortController();
  private readonly children = new Set<FfmpegProcess>();
  private earlierLife: EarlierLife = { highest: undefined, renditions: new Map() };
  private running: Running | undefined;
  private connection: Connection | undefined;
  private timers: NodeJS.Timeout[] = [];
  private stopping: Promise<void> | undefined;
  private failed = false;

  constructor(
    private readonly spec: PipelineSpec,
    private readonly emit: (fact: PipelineFact) => void,
  ) {
    this.store = new MediaStore(spec.folder);
  }

  /** Runs until stopped, or until a finite source ends. Settles when nothing of it is left running. Never rejects. */
  async run(): Promise<void> {
    try {
      this.earlierLife = await readEarlierLife(this.store);
      if (!this.resumes) await this.store.forgetInits();
      this.timers.push(setInterval(() => this.watch(), WATCH_MS));
      const finished = await this.keepConnected();
      if (finished) await this.end('source-ended');
      await this.stopping;
    } catch (error) {
      await this.fail(error);
    }
  }

  /** A rate is known before its source only to a stream that has lived before. Another one under its name begins anew. */
  private get resumes(): boolean {
    return this.spec.houseRate !== undefined;
  }

  /** `end` closes what is open and says so; `pause` leaves at once, to be resumed under later numbers. */
  stop(how: 'end' | 'pause'): Promise<void> {
    if (this.stopped.signal.aborted) return this.stopping ?? Promise.resolve();
    this.stopped.abort();
    this.stopping = how === 'end' ? this.end('requested') : this.leave();
    return this.stopping;
  }

  private async leave(): Promise<void> {
    await this.abandon();
    this.emit({ kind: 'paused' });
  }

  /** The stream cannot go on: everything is ended, and the reason is the last thing told. */
  private async fail(error: unknown): Promise<void> {
    if (this.failed) return;
    this.failed = true;
    this.stopped.abort();
    await this.abandon();
    this.emit({ kind: 'failed', problem: Problem.wrap(error).toJSON() });
  }

  /** For what runs off a stream's data event, where a throw would take the thread down unexplained. */
  private guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.stopping ??= this.fail(error);
    }
  }

  /** Connects again and again, until stopped (false) or a finite source has been played (true). */
  private async keepConnected(): Promise<boolean> {
    let failures = 0;
    while (!this.stopped.signal.aborted) {
      const connectedAt = performance.now();
      this.emit({ kind: 'source', state: 'connecting' });
      this.connection = this.newConnection(failures);
      const end = await this.connection.run();
      if (this.stopped.signal.aborted) break;
      if (end.kind === 'finished') return true;
      this.emit({ kind: 'source', state: 'lost', problem: end.problem.toJSON() });
      failures = failuresAfter(INTAKE_RESTARTS, failures, performance.now() - connectedAt);
      await this.pause(restartDelayMs(INTAKE_RESTARTS, failures - 1, Math.random()));
    }
    return false;
  }

  private newConnection(attempt: number): Connection {
    const { sourceUrl, settings } = this.spec;
    return new Connection({
      source: parseSource(sourceUrl, settings.sourceTimeoutSeconds, attempt),
      ffmpegPath: settings.ffmpegPath,
      ffprobePath: settings.ffprobePath,
      timeoutSeconds: settings.sourceTimeoutSeconds,
      mediaRoot: settings.mediaRoot,
      plan: (source) => (this.running ??= this.start(source)).plan,
      onOpen: () => {
        this.running!.playout.beginConnection();
        this.emit({ kind: 'source', state: 'up' });
      },
      onVideo: (lane, frame) => this.guarded(() => this.running!.playout.pushVideo(lane, frame, this.clock.now())),
      onAudio: (bytes) => this.guarded(() => this.running!.playout.pushAudio(bytes, this.clock.now())),
      onProcess: (child) => this.adopt(child),
    });
  }

  /** The source is known for the first time. */
  private start(source: SourceDescription): Running {
    const plan = planStream(this.spec, source);
    this.emit({ kind: 'planned', plan });
    const encoders = new Encoders({
      ...{ spec: this.spec, plan, store: this.store, emit: this.emit },
      onProcess: (child) => this.adopt(child),
    });
    const playout = new Playout({
      grid: plan.grid,
      jitterMs: this.spec.settings.jitterSeconds * 1000,
      lanes: plan.video,
      onVideo: (lane, unit, frame) => encoders.acceptVideo(lane, unit, frame),
      onAudio: (unit, block) => encoders.acceptAudio(unit, block),
      chooseFirstSegment: (nowMs) => {
        const first = firstSegment(plan, this.earlierLife.highest, nowMs);
        const { windowSegments } = this.spec.settings;
        const history = this.resumes ? historyFacts(this.earlierLife, plan, first, windowSegments) : [];
        for (const fact of history) this.emit(fact);
        encoders.begin(first);
        return first;
      },
    });
    this.timers.push(setInterval(() => playout.tick(this.clock.now()), TICK_MS));
    return { plan, playout, encoders };
  }

  private adopt(child: FfmpegProcess): void {
    this.children.add(child);
    this.tellProcesses();
    void child.exited.then(() => {
      this.children.delete(child);
      this.tellProcesses();
    });
  }

  private tellProcesses(): void {
    this.emit({ kind: 'processes', pids: [...this.children].flatMap(({ pid }) => pid ?? []) });
  }

  private watch(): void {
    this.connection?.checkStalled();
    this.running?.encoders.checkHung();
  }

  private async end(reason: EndReason): Promise<void> {
    if (reason === 'source-ended') {
      // What has arrived is still played out; the last unit is due one allowance after its time.
      await this.pause(this.spec.settings.jitterSeconds * 1000 + TICK_MS);
      this.stopped.abort();
    }
    this.clearTimers();
    // At once: what the encoders hold is due now, not after the source has taken its leave.
    await Promise.all([this.connection?.close(), this.running?.encoders.drain()]);
    this.emit({ kind: 'ended', reason });
  }

  private async abandon(): Promise<void> {
    this.clearTimers();
    await this.connection?.close();
    await this.running?.encoders.abandon();
  }

  private clearTimers(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
  }

  /** Waits, but not beyond a stop. */
  private pause(ms: number): Promise<void> {
    const { signal } = this.stopped;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }
}
