/**
 * One rendition's encoders, one after the other: fed house units, replaced on their own when they die, hang or are too
 * slow, always at a segment boundary. Its siblings never notice.
 */
import { ENCODER_RESTARTS, failuresAfter, readBytes, restartDelayMs, SLOW_ENCODER_RESTARTS } from '../ffmpeg/index.js';
import { BoxSplitter } from '../isobmff/index.js';
import type { RenditionPackager } from '../packager/index.js';
import type { Frame } from '../playout/index.js';
import type { Problem } from '../problem.js';
import { firstUnitOf, positionOfUnit } from '../timeline/index.js';
import { EncoderRun, type EncoderProcess, type EncoderRunOptions } from './encoder-run.js';
import type { RungVitals } from './vitals.js';

export interface RungOptions extends EncoderRunOptions {
  /** Starts an encoder: one at once, and one whenever it has to be replaced. */
  readonly startEncoder: () => EncoderProcess;
  /** Units fed ahead of a segment for the encoder to prime on, and packets it emits before the first of them. */
  readonly primingUnits: number;
  readonly primingPackets: number;
  /** The encoder is gone, or is being put to an end; it will be replaced. */
  readonly onDown: (restarts: number, problem: Problem) => void;
  /** The one that replaces it delivers. */
  readonly onUp: (restarts: number) => void;
}

/** Units whose way through the encoder is timed. */
const TIMED_UNITS = 128;

export class Rung {
  private packager: RenditionPackager | undefined;
  private run: EncoderRun | undefined;
  private failures = 0;
  private restarts = 0;
  private lastUnit = -1;
  private stopping = false;
  private retry: NodeJS.Timeout | undefined;
  private readonly fedAt = new Map<number, number>();
  private encodeTimes: number[] = [];

  constructor(private readonly options: RungOptions) {
    this.startRun();
  }

  /** The stream begins: units from the first of this packager's segment on will come. */
  begin(packager: RenditionPackager): void {
    this.packager = packager;
    if (!this.run) return;
    this.run.isFirst = true;
    this.join(this.run, packager.expected);
  }

  /** Takes the next house unit, a picture or a block of sound. Units come in order and without holes. */
  accept(unit: number, frame: Frame): void {
    const { run, packager } = this;
    if (!packager || this.stopping) return;
    this.lastUnit = unit;
    if (run?.joinUnit === undefined || unit < run.joinUnit) {
      if (!run?.isFed && unit >= packager.expected) packager.gapTo(unit + 1);
      return;
    }
    this.fedAt.set(unit, performance.now());
    this.fedAt.delete(unit - TIMED_UNITS);
    const problem = run.feed(frame);
    if (problem) this.fail(run, problem);
  }

  /** Replaces an encoder that lives but emits nothing. Call it a few times a second. */
  checkHung(): void {
    const problem = this.run?.checkHung();
    if (this.run && problem) this.fail(this.run, problem);
  }

  /** As it stands; forgets the times it tells. */
  takeVitals(): Pick<RungVitals, 'name' | 'state' | 'restarts' | 'queuedUnits' | 'encodeMs'> {
    const times = this.encodeTimes.sort((a, b) => a - b);
    this.encodeTimes = [];
    return {
      ...{ name: this.options.rendition, state: this.run ? 'up' : 'down', restarts: this.restarts },
      queuedUnits: Math.round(this.run?.queuedUnits ?? 0),
      encodeMs: times[Math.floor(times.length / 2)],
    };
  }

  /** No more units: lets the encoder finish and closes what is open. */
  async drain(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.retry);
    if (this.run) {
      const { child } = this.run;
      this.run.finish();
      const force = setTimeout(() => child.kill(), 3_000);
      await child.exited;
      clearTimeout(force);
    }
    await this.packager?.finish();
  }

  /** Ends at once; what is open stays unfinished. */
  async abandon(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.retry);
    this.run?.child.kill();
    await this.run?.child.exited;
    await this.packager?.settled();
  }

  private startRun(): void {
    const run = new EncoderRun(this.options.startEncoder(), this.options);
    this.run = run;
    const splitter = new BoxSplitter();
    readBytes(run.child.stdout, (bytes) => this.take(run, splitter, bytes));
    void run.child.exited.then(({ code, signal, aliveMs }) => {
      const reason = code !== null ? `exit code ${code}` : `ended by ${signal ?? 'a failed start'}`;
      if (this.run === run && !this.stopping) this.replace(run.failure(reason), aliveMs);
    });
    if (this.packager) this.joinNextSegment(run, this.packager);
  }

  private take(run: EncoderRun, splitter: BoxSplitter, bytes: Buffer): void {
    const now = performance.now();
    run.heard(now);
    if (this.run !== run || !this.packager) return;
    const { expected } = this.packager;
    try {
      for (const box of splitter.push(bytes)) this.packager.push(box);
    } catch (error) {
      return this.fail(run, run.failure(`unreadable output: ${String(error)}`));
    }
    if (this.packager.expected === expected) return;
    this.timeUnit(this.packager.expected - 1, now);
    if (!run.delivers && this.restarts > 0) this.options.onUp(this.restarts);
    run.delivers = true;
  }

  private timeUnit(unit: number, emittedAt: number): void {
    const fedAt = this.fedAt.get(unit);
    if (fedAt === undefined) return;
    this.fedAt.delete(unit);
    this.encodeTimes.push(emittedAt - fedAt);
  }

  private joinNextSegment(run: EncoderRun, packager: RenditionPackager): void {
    const { track } = this.options;
    const next = Math.max(packager.expected, this.lastUnit + 1 + this.options.primingUnits);
    const { segment } = positionOfUnit(track, next);
    const boundary = firstUnitOf(track, segment);
    this.join(run, boundary === next ? boundary : firstUnitOf(track, segment + 1));
  }

  private join(run: EncoderRun, firstUnit: number): void {
    run.joinUnit = firstUnit - this.options.primingUnits;
    this.packager!.beginRun(run.joinUnit - this.options.primingPackets);
  }

  private fail(run: EncoderRun, problem: Problem): void {
    if (this.run !== run || this.stopping) return;
    run.child.kill();
    this.replace(problem, performance.now() - run.startedAt);
  }

  private replace(problem: Problem, aliveMs: number): void {
    this.run = undefined;
    this.fedAt.clear();
    const policy = problem.code === 'encoder-too-slow' ? SLOW_ENCODER_RESTARTS : ENCODER_RESTARTS;
    this.failures = failuresAfter(policy, this.failures, aliveMs);
    this.restarts += 1;
    this.options.onDown(this.restarts, problem);
    this.retry = setTimeout(() => this.startRun(), restartDelayMs(policy, this.failures - 1, Math.random()));
  }
}
