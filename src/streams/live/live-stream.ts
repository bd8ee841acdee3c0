/** One stream: its pipeline below, its presentation for viewers, its state for the API. Owns, and stops, everything below. */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Clock } from '../../engine/clock.js';
import { failuresAfter, INTAKE_RESTARTS, restartDelayMs } from '../../engine/ffmpeg/index.js';
import type {
  Pipeline,
  PipelineChange,
  PipelineFact,
  PipelineSpec,
  PipelineVitals,
  StartPipeline,
  StreamPlan,
} from '../../engine/pipeline/index.js';
import { Problem, type SerializedProblem } from '../../engine/problem.js';
import type { Catalogue } from '../../origin/index.js';
import type { TellStreamEvent } from '../events/index.js';
import { apply, isActive, type LifecycleEvent, type StreamState } from './lifecycle.js';
import { OnAir } from './on-air.js';
import { StreamNews } from './stream-news.js';
import { programmeAfter, type Programme, type SourceHealth } from '../programme.js';
import { publicProblem } from './public-words.js';
import { specDifferences } from './spec-differences.js';
import { StreamSources } from './stream-sources.js';
import { sourceUrlsOf, type StreamSpec } from './stream-spec.js';

export type StopReason = 'requested' | 'stale' | 'source-ended' | 'server-stopping';

export interface LiveStreamDependencies {
  readonly pipelineSpec: (spec: StreamSpec) => PipelineSpec;
  readonly startPipeline: StartPipeline;
  readonly catalogue: Catalogue;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where its events go. */
  readonly tell: TellStreamEvent;
  /** It was wanted before the server was started. */
  readonly resumed: boolean;
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
  /** How its pipeline fared a moment ago. */
  vitals: PipelineVitals | undefined;
  /** While the disk takes no media, Unix ms. */
  storageRefusedSinceMs: number | undefined;
  /** Process ids of its ffmpeg children. */
  pids: readonly number[] = [];
  lastHeartbeatMs: number;
  changedAtMs: number;
  endedAtMs: number | undefined;
  /** Settles once it is starting no more: it plays, or never will. */
  readonly begun: Promise<void>;
  private settleBegun!: () => void;
  private readonly fedFrom: StreamSources;
  private readonly rungHealth = new Map<string, RungHealth>();
  private pipeline: Pipeline | undefined;
  private readonly news: StreamNews;
  private failures = 0;
  private startedAtMs = 0;
  private retry: NodeJS.Timeout | undefined;

  constructor(
    public spec: StreamSpec,
    private readonly deps: LiveStreamDependencies,
  ) {
    this.lastHeartbeatMs = this.changedAtMs = deps.clock.now();
    this.programme = { step: 'source', onAir: 0, pinned: false, sinceMs: this.changedAtMs };
    this.begun = new Promise((settle) => {
      this.settleBegun = settle;
    });
    this.fedFrom = new StreamSources(sourceUrlsOf(spec));
    this.onAir = new OnAir(spec, deps.catalogue);
    this.news = new StreamNews(deps.tell, deps.clock);
  }

  get id(): string {
    return this.spec.streamId;
  }

  get active(): boolean {
    return isActive(this.state);
  }

  get sources(): readonly SourceHealth[] {
    return this.fedFrom.health;
  }

  /** Whether what viewers see comes from a source. */
  get sourceConnected(): boolean {
    return this.sources[this.programme.onAir]?.state === 'up';
  }

  get rungs(): readonly RungHealth[] {
    return [...this.rungHealth.values()];
  }

  start(): void {
    if (this.startedAtMs === 0) this.news.started(this.sources, this.deps.resumed);
    this.startedAtMs = this.deps.clock.now();
    this.storageRefusedSinceMs = undefined;
    if (this.state === 'starting') this.onAir.announce();
    this.fedFrom.begunAnew();
    this.pipeline = this.deps.startPipeline(this.deps.pipelineSpec(this.spec), (fact) => this.take(fact));
  }

  /**
   * Goes on by another spec, which differs from the one before in nothing its encoders would notice. Sources in both
   * lists stay as they are; if the one on air is not in the new one, viewers go down the staircase until another delivers.
   */
  update(spec: StreamSpec): void {
    const changed = specDifferences(this.spec, spec);
    if (changed.length === 0) return;
    const before = this.changeable;
    this.spec = spec;
    const after = this.changeable;
    if (!isDeepStrictEqual(before, after)) this.change(after);
    this.deps.log.info({ stream: this.id, changed }, 'updated');
    this.deps.tell('stream.updated', { changed });
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
    const { staleAfterSeconds } = this.spec;
    if (reason === 'stale' && staleAfterSeconds !== null) this.news.stale(staleAfterSeconds, this.lastHeartbeatMs);
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

  private get changeable(): PipelineChange {
    const { sourceUrls, onLoss, slate } = this.deps.pipelineSpec(this.spec);
    return { sourceUrls, onLoss, slate };
  }

  private change(change: PipelineChange): void {
    const places = this.fedFrom.replace(change.sourceUrls);
    if (places.some((place, index) => place !== index)) this.news.sourcesReplaced();
    const onAir = places[this.programme.onAir];
    this.programme = { ...this.programme, onAir: onAir ?? 0, pinned: this.programme.pinned && onAir !== undefined };
    this.pipeline?.update(change);
  }

  /** Facts come from children that were given the whole URL: what they say is cleaned before anybody sees it. */
  private take(told: PipelineFact): void {
    const fact = 'problem' in told ? { ...told, problem: publicProblem(told.problem, this.fedFrom.words) } : told;
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
      case 'updated':
        return this.fedFrom.takenOver();
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
    for (const { name } of [...plan.video, plan.audio]) this.setRung({ name, state: 'up', restarts: 0 });
    // A thread that was started again makes all of them anew.
    this.event('rungsBack');
    this.tellMissing();
    if (!this.spec.houseRate) {
      this.spec = { ...this.spec, houseRate: plan.grid.fps, houseLadder: plan.video };
      this.deps.onPlanned(this.spec);
    }
    this.onAir.plan(plan, this.deps.pipelineSpec(this.spec).settings.windowSegments);
  }

  private publish(): void {
    this.onAir.publish();
    this.event('playable');
    this.news.playable(this.startedAtMs, this.onAir.renditions);
    if (this.rungsDown.length > 0) this.event('rungLost');
    this.tellMissing();
    this.deps.log.info({ stream: this.id, afterMs: Math.round(this.deps.clock.now() - this.startedAtMs) }, 'playable');
  }

  private takeSource(told: Extract<PipelineFact, { kind: 'source' }>): void {
    const index = this.fedFrom.placeOf(told.index);
    if (index === undefined) return;
    const fact = { ...told, index };
    this.fedFrom.take(fact);
    const source = this.sources[fact.index];
    if (source && !this.leaving) this.news.source(fact.index, source);
    if (fact.state === 'lost') this.note(fact.problem);
    else this.deps.log.info({ stream: this.id, source: fact.index, state: fact.state }, 'source');
  }

  private takeProgramme(told: Extract<PipelineFact, { kind: 'programme' }>): void {
    const place = this.fedFrom.placeOf(told.onAir);
    if (place === undefined) return;
    const before = this.programme;
    this.programme = programmeAfter(before, { ...told, onAir: place }, this.deps.clock.now());
    const { step, onAir, pinned } = this.programme;
    this.deps.log.info({ stream: this.id, from: before.step, to: step, source: onAir, pinned }, 'programme');
    if (!this.leaving) this.news.programme(before, this.programme);
    if (step === 'repeat' || step === 'slate') return this.event('sourceLost');
    this.event('sourceBack');
    if (this.rungsDown.length > 0) this.event('rungLost');
  }

  private takeRung(fact: Extract<PipelineFact, { kind: 'rung' }>): void {
    const { rendition: name, state, restarts } = fact;
    this.setRung({ name, state, restarts }, fact.state === 'down' ? fact.problem : undefined);
    if (fact.state === 'down') {
      this.note(fact.problem);
      this.event('rungLost');
    } else if (this.rungsDown.length === 0) {
      this.event('rungsBack');
    }
    this.tellMissing();
  }

  private setRung(rung: RungHealth, problem?: SerializedProblem): void {
    const before = this.rungHealth.get(rung.name);
    this.rungHealth.set(rung.name, rung);
    if (!this.leaving) this.news.rung(before, rung, problem);
  }

  private get rungsDown(): string[] {
    return this.rungs.filter(({ state }) => state === 'down').map(({ name }) => name);
  }

  /** Before it plays nothing is missed, and on the way out nobody is to be alarmed. */
  private tellMissing(): void {
    if (this.state !== 'starting' && !this.leaving) this.news.missing(this.rungsDown);
  }

  private get leaving(): boolean {
    return !this.active || this.state === 'stopping' || this.reason === 'server-stopping';
  }

  private takeStorage(fact: Extract<PipelineFact, { kind: 'storage' }>): void {
    const { log, clock } = this.deps;
    if (fact.state === 'recovered') {
      const { broken } = fact;
      log.warn({ stream: this.id, files: broken.slice(0, 20), count: broken.length }, 'broken files are gaps now');
    } else if (fact.state === 'refused') {
      if (this.storageRefusedSinceMs === undefined) this.news.storageRefused(fact.problem);
      this.storageRefusedSinceMs ??= clock.now();
      this.note(fact.problem);
    } else if (this.storageRefusedSinceMs !== undefined) {
      this.news.storageWritable(this.storageRefusedSinceMs);
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
    if (event === 'drained') this.news.stopped(this.reason ?? 'requested');
    else this.news.failed(this.lastProblem);
    this.endedAtMs = this.deps.clock.now();
    this.deps.onOver(this);
  }

  private event(event: LifecycleEvent): void {
    const next = apply(this.state, event);
    if (next === this.state) return;
    this.deps.log.info({ stream: this.id, from: this.state, to: next, reason: this.reason }, event);
    this.state = next;
    if (next !== 'starting') this.settleBegun();
    this.changedAtMs = this.deps.clock.now();
  }
}
