/**
 * One rendition's encoder over its life: fed house units, restarted on its own when it dies, hangs or is too slow,
 * always at a segment boundary. Its siblings never notice.
 */
import {
  ENCODER_RESTARTS,
  failuresAfter,
  restartDelayMs,
  SLOW_ENCODER_RESTARTS,
  type FfmpegProcess,
} from '../ffmpeg/index.js';
import { BoxSplitter } from '../isobmff/index.js';
import type { RenditionPackager } from '../packager/index.js';
import { Problem } from '../problem.js';
import { firstUnitOf, partSeconds, positionOfUnit, type TrackGrid } from '../timeline/index.js';
import { isWorking, Silence } from './silence.js';
import type { RungVitals } from './vitals.js';

/** What a rung needs of an encoder: raw units in, fragments of one unit out. */
export type EncoderProcess = Pick<FfmpegProcess, 'pid' | 'stdin' | 'stdout' | 'exited' | 'lastWords' | 'kill'>;

export interface RungOptions {
  readonly rendition: string;
  readonly track: TrackGrid;
  /** Starts an encoder: one at once, and one whenever it has to be replaced. */
  readonly startEncoder: () => EncoderProcess;
  /** Units fed ahead of a segment for the encoder to prime on, and packets it emits before the first of them. */
  readonly primingUnits: number;
  readonly primingPackets: number;
  readonly unitBytes: number;
  /** The encoder is gone, or is being put to an end; it will be replaced. */
  readonly onDown: (restarts: number, problem: Problem) => void;
  /** The one that replaces it delivers. */
  readonly onUp: (restarts: number) => void;
}

/** Units whose way through the encoder is timed. */
const TIMED_UNITS = 128;
/** Units that may wait for an encoder; beyond it the rung sheds the rest of the segment. It bounds memory: they are raw. */
export const MAX_QUEUED_UNITS = 45;
/** A stream begins with up to two segments of padding at once (one picture, many times), and gets this long to work it off. */
const CATCH_UP_MS = 4_000;
const MAX_QUEUED_AT_START = 1_500;
/**
 * A player keeps three parts in hand (PART-HOLD-BACK): with a rung that is silent for longer it stalls, and only a gap
 * sends it to another one. A second at least, for the hiccups of a machine.
 */
const PARTS_IN_HAND = 3;
const LEAST_PATIENCE_MS = 1_000;
/** One that works all the while gets this many times as much. */
const WORKING_PATIENCE = 3;

/** One encoder's life. */
interface Run {
  readonly child: EncoderProcess;
  readonly startedAt: number;
  readonly silence: Silence;
  /** First unit fed; decided with the first unit that may start a segment. */
  joinUnit: number | undefined;
  /** It was started ahead of the stream, and begins with the padding. */
  isFirst: boolean;
  fedAt: number | undefined;
  delivers: boolean;
}

export class Rung {
  private packager: RenditionPackager | undefined;
  private run: Run | undefined;
  private failures = 0;
  private restarts = 0;
  private lastUnit = -1;
  private checkedAt = performance.now();
  private stopping = false;
  private retry: NodeJS.Timeout | undefined;
  private readonly fedAt = new Map<number, number>();
  private encodeTimes: number[] = [];
  private readonly patienceMs: number;

  constructor(private readonly options: RungOptions) {
    this.patienceMs = Math.max(LEAST_PATIENCE_MS, PARTS_IN_HAND * partSeconds(options.track.grid) * 1000);
    this.startRun();
  }

  /** The stream begins: units from the first of this packager's segment on will come. */
  begin(packager: RenditionPackager): void {
    this.packager = packager;
    if (!this.run) return;
    this.run.isFirst = true;
    this.join(this.run, packager.expected);
  }

  /** Takes the next house unit. Units come in order and without holes. */
  accept(unit: number, pieces: readonly Buffer[]): void {
    const { run, packager } = this;
    if (!packager || this.stopping) return;
    this.lastUnit = unit;
    if (run?.joinUnit === undefined || unit < run.joinUnit) {
      if (run?.fedAt === undefined && unit >= packager.expected) packager.gapTo(unit + 1);
      return;
    }
    const now = performance.now();
    if (run.fedAt === undefined) {
      run.fedAt = now;
      run.silence.end(now);
    }
    this.fedAt.set(unit, now);
    this.fedAt.delete(unit - TIMED_UNITS);
    this.feed(run, pieces, now - run.fedAt);
  }

  /** Replaces an encoder that lives but emits nothing. Call it a few times a second. */
  checkHung(): void {
    const now = performance.now();
    const weSleptMs = now - this.checkedAt;
    this.checkedAt = now;
    const { run } = this;
    if (run?.fedAt === undefined) return;
    // If this thread itself did not run, what the encoder said meanwhile is still unread.
    if (weSleptMs > this.patienceMs / 2) run.silence.end(now);
    else if (run.silence.meansHung(now, () => isWorking(run.child.pid ?? 0))) this.fail(run, this.hung(run, now));
  }

  /** As it stands; forgets the times it tells. */
  takeVitals(): Pick<RungVitals, 'name' | 'state' | 'restarts' | 'queuedUnits' | 'encodeMs'> {
    const times = this.encodeTimes.sort((a, b) => a - b);
    this.encodeTimes = [];
    return {
      ...{ name: this.options.rendition, state: this.run ? 'up' : 'down', restarts: this.restarts },
      queuedUnits: Math.round(this.run ? this.queuedUnits(this.run) : 0),
      encodeMs: times[Math.floor(times.length / 2)],
    };
  }

  /** No more units: lets the encoder finish and closes what is open. */
  async drain(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.retry);
    if (this.run) {
      const { child } = this.run;
      child.stdin.end();
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
    const now = performance.now();
    const child = this.options.startEncoder();
    const silence = new Silence({ asleepMs: this.patienceMs, silentMs: WORKING_PATIENCE * this.patienceMs }, now);
    const run: Run = {
      ...{ child, silence, startedAt: now, joinUnit: undefined, isFirst: false, fedAt: undefined, delivers: false },
    };
    this.run = run;
    const splitter = new BoxSplitter();
    child.stdout.on('data', (bytes: Buffer) => this.take(run, splitter, bytes));
    void child.exited.then(({ code, signal, aliveMs }) => {
      const reason = code !== null ? `exit code ${code}` : `ended by ${signal ?? 'a failed start'}`;
      if (this.run === run && !this.stopping) this.replace(this.failure(run, reason), aliveMs);
    });
    if (this.packager) this.joinNextSegment(run, this.packager);
  }

  private take(run: Run, splitter: BoxSplitter, bytes: Buffer): void {
    const now = performance.now();
    run.silence.end(now);
    if (this.run !== run || !this.packager) return;
    const { expected } = this.packager;
    try {
      for (const box of splitter.push(bytes)) this.packager.push(box);
    } catch (error) {
      return this.fail(run, this.failure(run, `unreadable output: ${String(error)}`));
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

  private joinNextSegment(run: Run, packager: RenditionPackager): void {
    const { track } = this.options;
    const next = Math.max(packager.expected, this.lastUnit + 1 + this.options.primingUnits);
    const { segment } = positionOfUnit(track, next);
    const boundary = firstUnitOf(track, segment);
    this.join(run, boundary === next ? boundary : firstUnitOf(track, segment + 1));
  }

  private join(run: Run, firstUnit: number): void {
    run.joinUnit = firstUnit - this.options.primingUnits;
    this.packager!.beginRun(run.joinUnit - this.options.primingPackets);
  }

  private feed(run: Run, pieces: readonly Buffer[], fedForMs: number): void {
    const mayCatchUp = run.isFirst && fedForMs < CATCH_UP_MS;
    if (this.queuedUnits(run) > (mayCatchUp ? MAX_QUEUED_AT_START : MAX_QUEUED_UNITS)) {
      const now = performance.now();
      const isSilent = run.silence.lastsMs(now) > this.patienceMs / 2;
      return this.fail(run, isSilent ? this.hung(run, now) : this.tooSlow());
    }
    const { stdin } = run.child;
    stdin.cork();
    for (const piece of pieces) stdin.write(piece);
    stdin.uncork();
  }

  private queuedUnits({ child }: Run): number {
    return child.stdin.writableLength / this.options.unitBytes;
  }

  private hung(run: Run, now: number): Problem {
    const seconds = (run.silence.lastsMs(now) / 1000).toFixed(1);
    return this.failure(run, `it hung: it was fed, and said nothing for ${seconds} s`);
  }

  private tooSlow(): Problem {
    const { rendition, track } = this.options;
    const behind = Number(((MAX_QUEUED_UNITS * track.unitTicks) / track.timescale).toFixed(1));
    return new Problem(
      'encoder-too-slow',
      { rendition, behindSeconds: behind },
      {
        detail: `the encoder of ${rendition} is too slow: it has fallen ${behind} s behind, and its viewers get a gap`,
      },
    );
  }

  private failure(run: Run, reason: string): Problem {
    return new Problem('ffmpeg-failed', {
      ...{ rendition: this.options.rendition, reason, said: run.child.lastWords.slice(-4) },
    });
  }

  private fail(run: Run, problem: Problem): void {
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
