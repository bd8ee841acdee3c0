/**
 * One stream, from its source to parts on disk: intake → playout → encoders → packagers. Lives in a worker thread,
 * which it may share; commands come by call, facts leave by `emit`.
 */
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import { SystemClock } from '../clock.js';
import { parseSource, type FfmpegProcess, type SourceDescription } from '../ffmpeg/index.js';
import { AddressPolicy } from '../net/index.js';
import { Playout, Staircase, type StaircaseTimes } from '../playout/index.js';
import { Problem } from '../problem.js';
import { MediaStore, Room } from '../storage/index.js';
import { historyFacts, readEarlierLife, type EarlierLife } from './earlier-life.js';
import { Encoders } from './encoders.js';
import { firstSegment } from './first-segment.js';
import { allowedFile } from './intake/allowed-file.js';
import { Connection, type ConnectionEvents } from './intake/connection.js';
import { Intake, type IntakeEnd } from './intake/intake.js';
import type { LineFact } from './intake/source-line.js';
import { systemLookup } from './intake/source-guard.js';
import { placesOf } from './intake/source-places.js';
import type { EndReason, PipelineFact } from './messages.js';
import type { LossPolicy, PipelineChange, PipelineSpec } from './pipeline-spec.js';
import { drawSlate } from './slate.js';
import { knownGrid, planStream, type StreamPlan } from './stream-plan.js';

/** Units leave within this of their due time. */
const TICK_MS = 10;
/** Sources and encoders are looked after. */
const WATCH_MS = 100;
const VITALS_MS = 1_000;

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
  private earlierLife: EarlierLife = { highest: undefined, renditions: new Map(), broken: [] };
  private running: Running | undefined;
  private readonly staircase: Staircase;
  private readonly intake: Intake;
  private readonly policy: AddressPolicy;
  private timers: NodeJS.Timeout[] = [];
  private stopping: Promise<void> | undefined;
  private failed = false;

  constructor(
    private spec: PipelineSpec,
    private readonly emit: (fact: PipelineFact) => void,
    /** This stream's share of what its thread uses. */
    private readonly share: () => number = () => 1,
  ) {
    const room = new Room({ folder: dirname(spec.folder), reserveBytes: spec.settings.diskReserveBytes });
    this.store = new MediaStore(spec.folder, room);
    this.policy = AddressPolicy.allowing(spec.settings.allowedAddresses);
    this.staircase = new Staircase(staircaseTimes(spec.onLoss), this.clock.now());
    this.intake = this.newIntake();
  }

  /** Runs until stopped, or until there is no source to wait for. Settles when nothing of it is left running. Never rejects. */
  async run(): Promise<void> {
    try {
      this.earlierLife = await readEarlierLife(this.store, knownGrid(this.spec));
      const { broken } = this.earlierLife;
      if (broken.length > 0) this.emit({ kind: 'storage', state: 'recovered', broken });
      if (!this.resumes) await this.store.forgetInits();
      if (!this.stopped.signal.aborted) await this.play();
      await this.stopping;
    } catch (error) {
      await this.fail(error);
    }
    await this.leaveNoChild();
  }

  /** `end` closes what is open and says so; `pause` leaves at once, to be resumed under later numbers. */
  stop(how: 'end' | 'pause'): Promise<void> {
    if (this.stopped.signal.aborted) return this.stopping ?? Promise.resolve();
    this.stopped.abort();
    this.stopping = how === 'end' ? this.end('requested') : this.leave();
    return this.stopping;
  }

  /** Cuts to the source at `index` as soon as it delivers; null: as the order of the list says. */
  wantSource(index: number | null): void {
    this.intake.want(index ?? undefined);
  }

  /** Goes on with other sources, patience or slate; the encoders notice nothing. */
  update(change: PipelineChange): void {
    const before = this.spec;
    const isDrawnAnew = !isDeepStrictEqual(change.slate, before.slate);
    this.spec = { ...before, ...change, slate: isDrawnAnew ? change.slate : before.slate };
    const { sourceUrls, onLoss } = this.spec;
    this.staircase.useTimes(staircaseTimes(onLoss));
    // Before anything is told of a source by its place in the new list.
    this.emit({ kind: 'updated' });
    this.guarded(() =>
      this.intake.rearrange({
        count: sourceUrls.length,
        failBackAfterMs: inMs(onLoss.failBackAfter),
        places: placesOf(before.sourceUrls, sourceUrls),
      }),
    );
    if (this.running && isDrawnAnew) void this.drawSlate(this.running);
  }

  /** A rate is known before its source only to a stream that has lived before. Another one under its name begins anew. */
  private get resumes(): boolean {
    return this.spec.houseRate !== undefined;
  }

  private async play(): Promise<void> {
    this.timers.push(
      setInterval(() => this.watch(), WATCH_MS),
      setInterval(() => this.tellVitals(), VITALS_MS),
    );
    const over: Record<IntakeEnd, () => Promise<void> | undefined> = {
      closed: () => undefined,
      finished: () => this.end('source-ended'),
      'given-up': () => this.giveUp(),
    };
    await over[await this.intake.run()]();
  }

  private async leave(): Promise<void> {
    await this.abandon();
    this.emit({ kind: 'paused' });
  }

  /** Nothing came for as long as the stream was told to wait: what was shown is closed, and the reason told. */
  private async giveUp(): Promise<void> {
    this.failed = true;
    this.stopped.abort();
    await this.drain();
    const seconds = Math.round(this.staircase.absentMs(this.clock.now()) / 1000);
    this.emit({ kind: 'failed', problem: new Problem('source-given-up', { seconds }).toJSON() });
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

  private newIntake(): Intake {
    const { sourceUrls, onLoss } = this.spec;
    const now = (): number => this.clock.now();
    return new Intake({
      ...{ sourceCount: sourceUrls.length, clock: this.clock, staircase: this.staircase },
      failBackAfterMs: inMs(onLoss.failBackAfter),
      connect: (place, attempt, events) => this.connect(place, attempt, events),
      programme: {
        begin: (firstSample) => this.running!.playout.beginConnection(firstSample),
        video: (lane, frame) => this.guarded(() => this.running!.playout.pushVideo(lane, frame, now())),
        audio: (bytes) => this.guarded(() => this.running!.playout.pushAudio(bytes, now())),
      },
      onLine: (index, fact) => this.tellLine(index, fact),
      onProgramme: (step, onAir, pinned) => this.emit({ kind: 'programme', step, onAir, pinned }),
    });
  }

  private connect(place: () => number | undefined, attempt: number, events: ConnectionEvents): Connection {
    const { sourceUrls, settings } = this.spec;
    return new Connection({
      source: parseSource(sourceUrls[place() ?? 0]!, settings.sourceTimeoutSeconds, attempt, !this.policy.allowsAny),
      ffmpegPath: settings.ffmpegPath,
      ffprobePath: settings.ffprobePath,
      timeoutSeconds: settings.sourceTimeoutSeconds,
      mediaRoot: settings.mediaRoot,
      policy: this.policy,
      lookup: systemLookup,
      plan: (source) => {
        this.running ??= this.start(source);
        const index = place();
        if (index !== undefined) this.emit({ kind: 'source', index, state: 'up', source });
        return this.running.plan;
      },
      onProcess: (child) => this.adopt(child),
      events,
    });
  }

  private tellLine(index: number, fact: LineFact): void {
    if (fact.state === 'lost') this.emit({ kind: 'source', index, state: 'lost', problem: fact.problem.toJSON() });
    else this.emit({ kind: 'source', index, state: fact.state });
  }

  /** A source is known for the first time. */
  private start(source: SourceDescription): Running {
    const plan = planStream(this.spec, source);
    this.emit({ kind: 'planned', plan });
    const encoders = new Encoders({
      ...{ spec: this.spec, plan, store: this.store, clock: this.clock, emit: this.emit },
      onProcess: (child) => this.adopt(child),
    });
    const playout = new Playout({
      grid: plan.grid,
      jitterMs: this.spec.settings.jitterSeconds * 1000,
      lanes: plan.video,
      onVideo: (lane, unit, frame) => encoders.acceptVideo(lane, unit, frame),
      onAudio: (unit, block) => encoders.acceptAudio(unit, block),
      staircase: this.staircase,
      onBroken: (reason) => this.intake.reconnect(reason),
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
    const running = { plan, playout, encoders };
    void this.drawSlate(running);
    return running;
  }

  private async drawSlate({ plan: { video }, playout }: Running): Promise<void> {
    const { slate, settings } = this.spec;
    if (video.length === 0) return;
    try {
      const image = slate.imageUrl && (await allowedFile(slate.imageUrl, settings.mediaRoot, 'slate.image'));
      const frames = await drawSlate({
        ...{ video, text: slate.text, image: image ?? slate.imagePath, ffmpegPath: settings.ffmpegPath },
        onProcess: (child) => this.adopt(child),
      });
      // Another may have been asked for meanwhile.
      if (this.spec.slate === slate) frames.forEach((frame, lane) => playout.useSlate(lane, frame));
    } catch (error) {
      this.emit({ kind: 'slate', problem: Problem.wrap(error).toJSON() });
    }
  }

  private adopt(child: FfmpegProcess): void {
    this.children.add(child);
    this.tellProcesses();
    void child.exited.then(() => {
      this.children.delete(child);
      this.tellProcesses();
    });
  }

  /** Whatever was still at work, a slate half drawn: the kernel would end it with the thread, but others may go on there. */
  private async leaveNoChild(): Promise<void> {
    for (const child of this.children) child.kill();
    await Promise.all([...this.children].map(({ exited }) => exited));
  }

  private tellProcesses(): void {
    this.emit({ kind: 'processes', pids: [...this.children].flatMap(({ pid }) => pid ?? []) });
  }

  private watch(): void {
    this.guarded(() => this.intake.steer());
    this.running?.encoders.checkHung();
  }

  private tellVitals(): void {
    if (!this.running) return;
    const { playout, encoders } = this.running;
    // Not process.memoryUsage(): that opens a file, and there may be none to open.
    const memory = getHeapStatistics();
    this.emit({
      kind: 'vitals',
      vitals: {
        playout: { ...playout.counts },
        leadMs: playout.leadMs,
        rungs: encoders.takeVitals(),
        heldBytes: Math.round(memory.external_memory * this.share()),
        heapBytes: Math.round(memory.used_heap_size * this.share()),
      },
    });
  }

  private async end(reason: EndReason): Promise<void> {
    if (reason === 'source-ended') {
      // What has arrived is still played out; the last unit is due one allowance after its time.
      await this.pause(this.spec.settings.jitterSeconds * 1000 + TICK_MS);
      this.stopped.abort();
    }
    await this.drain();
    this.emit({ kind: 'ended', reason });
  }

  private async drain(): Promise<void> {
    this.clearTimers();
    // At once: what the encoders hold is due now, not after the source has taken its leave.
    await Promise.all([this.intake.close(), this.running?.encoders.drain()]);
  }

  private async abandon(): Promise<void> {
    this.clearTimers();
    await this.intake.close();
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

function staircaseTimes({ slateAfter, nextSourceAfter, giveUpAfter }: LossPolicy): StaircaseTimes {
  return {
    slateAfterMs: inMs(slateAfter),
    nextSourceAfterMs: inMs(nextSourceAfter),
    giveUpAfterMs: inMs(giveUpAfter),
  };
}

const inMs = (seconds: number | null): number | null => (seconds === null ? null : seconds * 1000);
