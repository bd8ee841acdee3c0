/** One stream: its pipeline below, its presentation for viewers, its state for the API. Owns, and stops, everything below. */
import type { Logger } from 'pino';
import type { Clock } from '../engine/clock.js';
import { failuresAfter, INTAKE_RESTARTS, restartDelayMs } from '../engine/ffmpeg/index.js';
import type {
  Pipeline,
  PipelineFact,
  PipelineSpec,
  PipelineVitals,
  StartPipeline,
  StreamPlan,
} from '../engine/pipeline/index.js';
import { Problem, type SerializedProblem } from '../engine/problem.js';
import type { Catalogue } from '../origin/index.js';
import { apply, isActive, type StreamEvent, type StreamState } from './lifecycle.js';
import { OnAir } from './on-air.js';
import { healthAfter, programmeAfter, type Programme, type SourceHealth } from './programme.js';
import { publicProblem, publicWords } from './public-words.js';
import { publicSource } from './source-policy.js';
import type { StreamSpec } from './stream-spec.js';

export type StopReason = 'requested' | 'stale' | 'source-ended' | 'server-stopping';

export interface LiveStreamDependencies {
  readonly pipelineSpec: (spec: StreamSpec) => PipelineSpec;
  readonly startPipeline: StartPipeline;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly log: Logger;
  /** The source is known: the spec now holds the house rate. */
  readonly onPlanned: (spec: StreamSpec) => void;
  /** The stream ended or failed by itself or was stopped for good. */
  readonly onOver: (stream: LiveStream) => void;
}

export interface RungHealth {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly restarts: number;
}

export class LiveStream {
  state: StreamState = 'starting';
  /** Why it is stopping or has ended. */
  reason: StopReason | undefined;
  /** The last thing that went wrong, in words; it may have passed. */
  lastProblem: SerializedProblem | undefined;
  plan: StreamPlan | undefined;
  readonly onAir: OnAir;
  programme: Programme;
  sources: readonly SourceHealth[];
  /** How its pipeline fared a moment ago. */
  vitals: PipelineVitals | undefined;
  /** While the disk takes no media, Unix ms. */
  storageRefusedSinceMs: number | undefined;
  /** Process ids of its ffmpeg children. */
  pids: readonly number[] = [];
  lastHeartbeatMs: number;
  changedAtMs: number;
  endedAtMs: number | undefined;
  private readonly rungHealth = new Map<string, RungHealth>();
  private pipeline: Pipeline | undefined;
  private readonly words: (line: string) => string;
  private failures = 0;
  private startedAtMs = 0;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    public spec: StreamSpec,
    private readonly deps: LiveStreamDependencies,
  ) {
    this.lastHeartbeatMs = this.changedAtMs = deps.clock.now();
    this.programme = { step: 'source', onAir: 0, pinned: false, sinceMs: this.changedAtMs };
    this.sources = [spec.sourceUrl, ...(spec.backupUrls ?? [])].map((url) => ({
      ...{ url: publicSource(url), state: 'closed', losses: 0, lastProblem: undefined },
    }));
    this.words = publicWords([spec.sourceUrl, ...(spec.backupUrls ?? [])]);
    this.onAir = new OnAir(spec, deps.catalogue);
  }

  get id(): string {
    return this.spec.streamId;
  }

  get active(): boolean {
    return isActive(this.state);
  }

  /** Whether what viewers see comes from a source. */
  get sourceConnected(): boolean {
    return this.sources[this.programme.onAir]?.state === 'up';
  }

  get rungs(): readonly RungHealth[] {
    return [...this.rungHealth.values()];
  }

  start(): void {
    this.startedAtMs = this.deps.clock.now();
    this.storageRefusedSinceMs = undefined;
    if (this.state === 'starting') this.onAir.announce();
    this.pipeline = this.deps.startPipeline(this.deps.pipelineSpec(this.spec), (fact) => this.take(fact));
  }

  /** Cuts to the source at `index` as soon as it delivers; null: as the order of the list says. */
  wantSource(index: number | null): void {
    if (index !== null && index >= this.sources.length) {
      throw new Problem('source-index-unknown', { streamId: this.id, index, sources: this.sources.length });
    }
    this.pipeline?.wantSource(index);
  }

  heartbeat(): void {
    this.lastHeartbeatMs = this.deps.clock.now();
  }

  /** Ends the stream for good: playlists say ENDLIST, the MPD turns static. Settles when no child is left. */
  async stop(reason: StopReason): Promise<void> {
    if (!this.active) return;
    this.reason ??= reason;
    this.event('stop');
    clearTimeout(this.retry);
    await this.pipeline?.stop('end');
    this.over('drained');
  }

  /** Leaves without an end: the stream is still wanted, and goes on under later numbers. */
  async pause(): Promise<void> {
    clearTimeout(this.retry);
    this.reason = 'server-stopping';
    // No ENDLIST: viewers are to come back and find the stream going on.
    this.onAir.release();
    await this.pipeline?.stop('pause');
  }

  /** Facts come from children that were given the whole URL: what they say is cleaned before anybody sees it. */
  private take(told: PipelineFact): void {
    const fact = 'problem' in told ? { ...told, problem: publicProblem(told.problem, this.words) } : told;
    switch (fact.kind) {
      case 'history':
      case 'init':
      case 'part':
      case 'segment':
        this.onAir.apply(fact);
        if (this.state === 'starting' && this.onAir.playable) this.publish();
        return;
      case 'planned':
        return this.takePlan(fact.plan);
      case 'source':
        return this.takeSource(fact);
      case 'programme':
        return this.takeProgramme(fact);
      case 'slate':
        return this.note(fact.problem);
      case 'vitals':
        this.vitals = fact.vitals;
        return;
      case 'rung':
        return this.takeRung(fact);
      case 'storage':
        return this.takeStorage(fact);
      case 'processes':
        this.pids = fact.pids;
        return;
      case 'ended':
        this.reason ??= fact.reason;
        return this.over('drained');
      case 'paused':
        return;
      case 'failed':
        return this.takeFailure(fact.problem);
    }
  }

  private takePlan(plan: StreamPlan): void {
    this.plan = plan;
    for (const { name } of [...plan.video, plan.audio]) this.rungHealth.set(name, { name, state: 'up', restarts: 0 });
    if (!this.spec.houseRate) {
      this.spec = { ...this.spec, houseRate: plan.grid.fps, houseLadder: plan.video };
      this.deps.onPlanned(this.spec);
    }
    this.onAir.plan(plan, this.deps.pipelineSpec(this.spec).settings.windowSegments);
  }

  private publish(): void {
    this.onAir.publish();
    this.event('playable');
    this.deps.log.info({ stream: this.id, afterMs: Math.round(this.deps.clock.now() - this.startedAtMs) }, 'playable');
  }

  private takeSource(fact: Extract<PipelineFact, { kind: 'source' }>): void {
    this.sources = this.sources.map((source, index) => (index === fact.index ? healthAfter(source, fact) : source));
    if (fact.state === 'lost') this.note(fact.problem);
    else this.deps.log.info({ stream: this.id, source: fact.index, state: fact.state }, 'source');
  }

  private takeProgramme(fact: Extract<PipelineFact, { kind: 'programme' }>): void {
    const before = this.programme;
    this.programme = programmeAfter(before, fact, this.deps.clock.now());
    const { step, onAir, pinned } = this.programme;
    this.deps.log.info({ stream: this.id, from: before.step, to: step, source: onAir, pinned }, 'programme');
    if (step === 'repeat' || step === 'slate') return this.event('sourceLost');
    this.event('sourceBack');
    if (this.rungs.some(({ state }) => state === 'down')) this.event('rungLost');
  }

  private takeRung(fact: Extract<PipelineFact, { kind: 'rung' }>): void {
    this.rungHealth.set(fact.rendition, { name: fact.rendition, state: fact.state, restarts: fact.restarts });
    if (fact.state === 'down') {
      this.note(fact.problem);
      this.event('rungLost');
    } else if (this.rungs.every(({ state }) => state === 'up')) {
      this.event('rungsBack');
    }
  }

  private takeStorage(fact: Extract<PipelineFact, { kind: 'storage' }>): void {
    const { log, clock } = this.deps;
    if (fact.state === 'recovered') {
      const { broken } = fact;
      log.warn({ stream: this.id, files: broken.slice(0, 20), count: broken.length }, 'broken files are gaps now');
    } else if (fact.state === 'refused') {
      this.storageRefusedSinceMs ??= clock.now();
      this.note(fact.problem);
    } else if (this.storageRefusedSinceMs !== undefined) {
      const seconds = (clock.now() - this.storageRefusedSinceMs) / 1000;
      this.storageRefusedSinceMs = undefined;
      log.info({ stream: this.id, afterSeconds: Number(seconds.toFixed(1)) }, 'media is written again');
    }
  }

  /** A lost thread is started again like any child; any other failure is the stream's own and final. */
  private takeFailure(problem: SerializedProblem): void {
    this.note(problem);
    if (problem.code !== 'pipeline-lost' || !this.active || this.state === 'stopping') return this.over('gaveUp');
    this.failures = failuresAfter(INTAKE_RESTARTS, this.failures, this.deps.clock.now() - this.startedAtMs);
    this.retry = setTimeout(() => this.start(), restartDelayMs(INTAKE_RESTARTS, this.failures - 1, Math.random()));
  }

  private note(problem: SerializedProblem): void {
    this.lastProblem = problem;
    this.deps.log.warn({ stream: this.id, code: problem.code, facts: problem.facts }, problem.detail);
  }

  private over(event: 'drained' | 'gaveUp'): void {
    if (!this.active) return;
    this.onAir.end();
    this.pids = [];
    this.storageRefusedSinceMs = undefined;
    this.event(event);
    this.endedAtMs = this.deps.clock.now();
    this.deps.onOver(this);
  }

  private event(event: StreamEvent): void {
    const next = apply(this.state, event);
    if (next === this.state) return;
    this.deps.log.info({ stream: this.id, from: this.state, to: next, reason: this.reason }, event);
    this.state = next;
    this.changedAtMs = this.deps.clock.now();
  }
}
