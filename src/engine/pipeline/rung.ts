/**
 * One rendition's encoder over its life: fed house units, restarted on its own when it dies, hangs or is too slow,
 * always at a segment boundary. Its siblings never notice.
 */
import { FfmpegProcess, ENCODER_RESTARTS, failuresAfter, restartDelayMs } from '../ffmpeg/index.js';
import { BoxSplitter } from '../isobmff/index.js';
import type { RenditionPackager } from '../packager/index.js';
import { Problem } from '../problem.js';
import { firstUnitOf, positionOfUnit, type TrackGrid } from '../timeline/index.js';
import type { RungVitals } from './vitals.js';

export interface RungOptions {
  readonly rendition: string;
  readonly track: TrackGrid;
  readonly program: string;
  readonly args: readonly string[];
  /** Units fed ahead of a segment for the encoder to prime on, and packets it emits before the first of them. */
  readonly primingUnits: number;
  readonly primingPackets: number;
  readonly unitBytes: number;
  readonly onProcess: (child: FfmpegProcess) => void;
  readonly onDown: (restarts: number, problem: Problem) => void;
  readonly onUp: (restarts: number) => void;
}

/** Units whose way through the encoder is timed. */
const TIMED_UNITS = 128;

interface Run {
  readonly child: FfmpegProcess;
  /** First unit fed; decided with the first unit that may start a segment. */
  joinUnit: number | undefined;
  fed: boolean;
  fedAt: number;
  emittedAt: number;
}

/** An encoder that was fed this long ago and has said nothing since is hung. */
const HUNG_AFTER_MS = 3_000;
/** Units that may wait for an encoder in its stride; beyond it the rung sheds the rest of the segment. */
const MAX_QUEUED_UNITS = 45;
/** A stream begins with up to two segments of padding at once (one picture, many times), and gets this long to work it off. */
const CATCH_UP_MS = 4_000;
const MAX_QUEUED_AT_START = 1_500;

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

  constructor(private readonly options: RungOptions) {
    this.startRun();
  }

  /** The stream begins: units from the first of this packager's segment on will come. */
  begin(packager: RenditionPackager): void {
    this.packager = packager;
    if (this.run) this.join(this.run, packager.expected);
  }

  /** Takes the next house unit. Units come in order and without holes. */
  accept(unit: number, pieces: readonly Buffer[]): void {
    const { run, packager } = this;
    if (!packager || this.stopping) return;
    this.lastUnit = unit;
    if (run?.joinUnit === undefined || unit < run.joinUnit) {
      if (!run?.fed && unit >= packager.expected) packager.gapTo(unit + 1);
      return;
    }
    if (!run.fed) {
      run.fed = true;
      run.fedAt = run.emittedAt = performance.now();
    }
    this.fedAt.set(unit, performance.now());
    this.fedAt.delete(unit - TIMED_UNITS);
    this.feed(run, pieces);
  }

  private timeUnit(unit: number, emittedAt: number): void {
    const fedAt = this.fedAt.get(unit);
    if (fedAt === undefined) return;
    this.fedAt.delete(unit);
    this.encodeTimes.push(emittedAt - fedAt);
  }

  /** Replaces an encoder that lives but emits nothing. Call it a few times a second. */
  checkHung(): void {
    const now = performance.now();
    const weSleptMs = now - this.checkedAt;
    this.checkedAt = now;
    if (!this.run?.fed) return;
    // If this thread itself did not run, what the encoder said meanwhile is still unread.
    if (weSleptMs > HUNG_AFTER_MS / 2) this.run.emittedAt = now;
    else if (now - this.run.emittedAt > HUNG_AFTER_MS)
      this.fail(this.run, `hung: no output for ${HUNG_AFTER_MS / 1000} s`);
  }

  /** As it stands; forgets the times it tells. */
  takeVitals(): Pick<RungVitals, 'name' | 'state' | 'restarts' | 'queuedUnits' | 'encodeMs'> {
    const { rendition, unitBytes } = this.options;
    const times = this.encodeTimes.sort((a, b) => a - b);
    this.encodeTimes = [];
    return {
      ...{ name: rendition, state: this.run ? 'up' : 'down', restarts: this.restarts },
      queuedUnits: Math.round((this.run?.child.stdin.writableLength ?? 0) / unitBytes),
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
    const child = new FfmpegProcess({ program: this.options.program, args: this.options.args });
    const run: Run = { child, joinUnit: undefined, fed: false, fedAt: 0, emittedAt: 0 };
    this.run = run;
    this.options.onProcess(child);
    const splitter = new BoxSplitter();
    child.stdout.on('data', (bytes: Buffer) => {
      run.emittedAt = performance.now();
      if (this.run !== run || !this.packager) return;
      try {
        for (const box of splitter.push(bytes)) this.packager.push(box);
        this.timeUnit(this.packager.expected - 1, run.emittedAt);
      } catch (error) {
        this.fail(run, `unreadable output: ${String(error)}`);
      }
    });
    void child.exited.then((exit) => {
      if (this.run !== run) return;
      const reason = exit.code !== null ? `exit code ${exit.code}` : `ended by ${exit.signal ?? 'a failed start'}`;
      if (!this.stopping) this.restart(run, reason, exit.aliveMs);
    });
    if (this.packager) this.joinNextSegment(run, this.packager);
  }

  private joinNextSegment(run: Run, packager: RenditionPackager): void {
    const { track } = this.options;
    const next = Math.max(packager.expected, this.lastUnit + 1 + this.options.primingUnits);
    const { segment } = positionOfUnit(track, next);
    const boundary = firstUnitOf(track, segment);
    this.join(run, boundary === next ? boundary : firstUnitOf(track, segment + 1));
    this.options.onUp(this.restarts);
  }

  private join(run: Run, firstUnit: number): void {
    run.joinUnit = firstUnit - this.options.primingUnits;
    this.packager!.beginRun(run.joinUnit - this.options.primingPackets);
  }

  private feed(run: Run, pieces: readonly Buffer[]): void {
    const { stdin } = run.child;
    const queued = stdin.writableLength / this.options.unitBytes;
    const inItsStride = performance.now() - run.fedAt > CATCH_UP_MS;
    if (queued > (inItsStride ? MAX_QUEUED_UNITS : MAX_QUEUED_AT_START)) {
      this.fail(run, 'too slow for real time');
      return;
    }
    stdin.cork();
    for (const piece of pieces) stdin.write(piece);
    stdin.uncork();
  }

  private fail(run: Run, reason: string): void {
    if (this.run !== run || this.stopping) return;
    run.child.kill();
    this.restart(run, reason, HUNG_AFTER_MS);
  }

  private restart(run: Run, reason: string, aliveMs: number): void {
    this.run = undefined;
    this.fedAt.clear();
    this.failures = failuresAfter(ENCODER_RESTARTS, this.failures, aliveMs);
    this.restarts += 1;
    const { rendition } = this.options;
    this.options.onDown(
      this.restarts,
      new Problem('ffmpeg-failed', { rendition, reason, said: run.child.lastWords.slice(-4) }),
    );
    const delay = restartDelayMs(ENCODER_RESTARTS, this.failures - 1, Math.random());
    this.retry = setTimeout(() => this.startRun(), delay);
  }
}
