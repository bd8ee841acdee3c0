/**
 * One stream, from its source to parts on disk: intake → playout → encoders → packagers. Lives in a worker thread of
 * its own; commands come by call, facts leave by `emit`.
 */
import { availableParallelism } from 'node:os';
import { SystemClock } from '../clock.js';
import {
  audioEncoderCommand,
  failuresAfter,
  ffmpegArguments,
  INTAKE_RESTARTS,
  parseSource,
  restartDelayMs,
  videoEncoderCommand,
  type FfmpegProcess,
  type SourceDescription,
} from '../ffmpeg/index.js';
import { RenditionPackager, type MediaFact } from '../packager/index.js';
import { BYTES_PER_SAMPLE, Playout, yuv420Bytes } from '../playout/index.js';
import { Problem } from '../problem.js';
import {
  MediaStore,
  partName,
  retentionFor,
  segmentName,
  type HighestSegment,
  type Retention,
} from '../storage/index.js';
import {
  AAC_FRAME_SAMPLES,
  audioTrack,
  firstUnitOf,
  segmentAt,
  segmentSeconds,
  videoTrack,
} from '../timeline/index.js';
import { Connection } from './connection.js';
import type { EndReason, PipelineFact } from './messages.js';
import type { PipelineSpec } from './pipeline-spec.js';
import { Rung } from './rung.js';
import { planStream, type StreamPlan } from './stream-plan.js';

/** Units leave within this of their due time. */
const TICK_MS = 5;
const WATCH_MS = 500;
/** The next free segment may lie this far ahead of the clock after a quick restart, no further. */
const MAX_SEGMENTS_AHEAD = 5;

interface Running {
  readonly plan: StreamPlan;
  readonly playout: Playout;
  readonly videoRungs: readonly Rung[];
  readonly audioRung: Rung;
  readonly retention: Retention;
}

export class StreamPipeline {
  private readonly clock = new SystemClock();
  private readonly store: MediaStore;
  private readonly stopped = new AbortController();
  private readonly children = new Set<FfmpegProcess>();
  private highestOnDisk: HighestSegment | undefined;
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
      this.highestOnDisk = await this.store.highestSegment();
      await this.store.removeTemporary();
      this.timers.push(setInterval(() => this.watch(), WATCH_MS));
      const finished = await this.keepConnected();
      if (finished) await this.end('source-ended');
      await this.stopping;
    } catch (error) {
      await this.fail(error);
    }
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

  /** The source is known for the first time: the encoders warm up while the decoder starts. */
  private start(source: SourceDescription): Running {
    const plan = planStream(this.spec, source);
    this.emit({ kind: 'planned', plan });
    const videoRungs = plan.video.map((rendition) => this.videoRung(plan, rendition));
    const audioRung = this.audioRung(plan);
    const playout = new Playout({
      grid: plan.grid,
      jitterMs: this.spec.settings.jitterSeconds * 1000,
      lanes: plan.video,
      onVideo: (lane, unit, frame) => videoRungs[lane]!.accept(unit, frame),
      onAudio: (unit, block) => audioRung.accept(unit, [block]),
      chooseFirstSegment: (nowMs) => this.beginMedia(nowMs),
    });
    this.timers.push(setInterval(() => playout.tick(this.clock.now()), TICK_MS));
    const retention = retentionFor({
      windowSegments: this.spec.settings.windowSegments,
      segmentSeconds: segmentSeconds(plan.grid),
      targetDuration: plan.terms.targetDuration,
    });
    return { plan, playout, videoRungs, audioRung, retention };
  }

  private videoRung(plan: StreamPlan, rendition: StreamPlan['video'][number]): Rung {
    const { encoderPreset, ffmpegPath } = this.spec.settings;
    const threads = rendition.height >= 720 ? Math.min(4, availableParallelism()) : 1;
    return new Rung({
      ...this.rungReports(rendition.name),
      track: videoTrack(plan.grid),
      program: ffmpegPath,
      args: ffmpegArguments(videoEncoderCommand({ rendition, grid: plan.grid, preset: encoderPreset, threads })),
      primingUnits: 0,
      primingPackets: 0,
      unitBytes: yuv420Bytes(rendition.width, rendition.height),
    });
  }

  private audioRung(plan: StreamPlan): Rung {
    return new Rung({
      ...this.rungReports('audio'),
      track: audioTrack(plan.grid),
      program: this.spec.settings.ffmpegPath,
      args: ffmpegArguments(audioEncoderCommand(plan.audio)),
      primingUnits: 1,
      primingPackets: 1,
      unitBytes: AAC_FRAME_SAMPLES * BYTES_PER_SAMPLE,
    });
  }

  private rungReports(rendition: string) {
    return {
      rendition,
      onProcess: (child: FfmpegProcess) => this.adopt(child),
      onUp: (restarts: number) => this.emit({ kind: 'rung', rendition, state: 'up', restarts }),
      onDown: (restarts: number, problem: Problem) =>
        this.emit({ kind: 'rung', rendition, state: 'down', restarts, problem: problem.toJSON() }),
    };
  }

  /**
   * The first media is here: the stream begins at a segment boundary already passed, so that it is playable as soon as
   * the padding is encoded, but after every number that was ever begun.
   */
  private beginMedia(nowMs: number): number {
    const { plan, videoRungs, audioRung } = this.running!;
    const first = this.firstFreeSegment(plan, nowMs);
    const renditions = plan.video.map(({ name }) => name);
    this.store.prepare([...renditions, 'audio']);
    renditions.forEach((name, lane) => videoRungs[lane]!.begin(this.packager(name, first)));
    audioRung.begin(this.packager('audio', first));
    this.store.reclaim(first, this.running!.retention).catch((error: unknown) => this.reportStorage(error));
    return first;
  }

  private firstFreeSegment({ grid, terms }: StreamPlan, nowMs: number): number {
    // One whole segment for players that know no parts, and enough parts for those that do.
    const wanted = Math.min(segmentAt(grid, nowMs) - 1, segmentAt(grid, nowMs - terms.partHoldBack * 1000));
    const highest = this.highestOnDisk;
    if (!highest || highest.segment < wanted) return wanted;
    if (highest.segment < segmentAt(grid, nowMs) + MAX_SEGMENTS_AHEAD) return highest.segment + 1;
    // Far ahead of the clock, yet written in the past: numbers of another segment length, which these can never meet.
    if (highest.writtenAtMs <= Date.now()) return wanted;
    throw new Problem('clock-behind', { highestSegmentOnDisk: highest.segment, segmentByTheClock: wanted });
  }

  private packager(rendition: string, firstSegment: number): RenditionPackager {
    const { plan } = this.running!;
    const track = rendition === 'audio' ? audioTrack(plan.grid) : videoTrack(plan.grid);
    return new RenditionPackager({
      rendition,
      track,
      lowLatency: this.spec.lowLatency,
      firstUnit: firstUnitOf(track, firstSegment),
      store: this.store,
      onFact: (fact) => this.publish(fact),
      onWriteFailed: (error) => this.reportStorage(error),
    });
  }

  private publish(fact: MediaFact): void {
    this.emit(fact);
    if (fact.kind === 'segment') void this.removeOutdated(fact.rendition, fact.segment.number);
  }

  private async removeOutdated(rendition: string, newest: number): Promise<void> {
    const { retention, plan } = this.running!;
    const parts = Array.from({ length: plan.grid.partsPerSegment }, (_, part) =>
      partName(newest - retention.keepParts - 1, part),
    );
    await this.store
      .remove(rendition, [segmentName(newest - retention.keepSegments - 1), ...parts])
      .catch((error: unknown) => this.reportStorage(error));
  }

  private reportStorage(error: unknown): void {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    const problem = new Problem('output-not-writable', { reason }, { cause: error });
    this.emit({ kind: 'storage', problem: problem.toJSON() });
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
    if (!this.running) return;
    for (const rung of [...this.running.videoRungs, this.running.audioRung]) rung.checkHung();
  }

  private async end(reason: EndReason): Promise<void> {
    if (reason === 'source-ended') {
      // What has arrived is still played out; the last unit is due one allowance after its time.
      await this.pause(this.spec.settings.jitterSeconds * 1000 + TICK_MS);
      this.stopped.abort();
    }
    await this.connection?.close();
    this.clearTimers();
    if (this.running)
      await Promise.all([...this.running.videoRungs, this.running.audioRung].map((rung) => rung.drain()));
    this.emit({ kind: 'ended', reason });
  }

  private async abandon(): Promise<void> {
    this.clearTimers();
    await this.connection?.close();
    if (this.running)
      await Promise.all([...this.running.videoRungs, this.running.audioRung].map((rung) => rung.abandon()));
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
