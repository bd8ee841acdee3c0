/** One encoder's life: how it is fed, how long it has been silent, and what is wrong with it if something is. */
import type { FfmpegProcess } from '../ffmpeg/index.js';
import type { Frame } from '../playout/index.js';
import { Problem } from '../problem.js';
import { partSeconds, type TrackGrid } from '../timeline/index.js';
import { MAX_QUEUED_UNITS, QueueLimit } from './queue-limit.js';
import { isWorking, Silence } from './silence.js';

/** What is needed of an encoder: raw units in, fragments of one unit out. */
export type EncoderProcess = Pick<FfmpegProcess, 'pid' | 'stdin' | 'stdout' | 'exited' | 'lastWords' | 'kill'>;

export interface EncoderRunOptions {
  readonly rendition: string;
  readonly track: TrackGrid;
  readonly unitBytes: number;
}

/**
 * A player keeps three parts in hand (PART-HOLD-BACK): with a rendition that is silent for longer it stalls, and only a gap
 * sends it to another one. A second at least, for the hiccups of a machine.
 */
const PARTS_IN_HAND = 3;
const LEAST_PATIENCE_MS = 1_000;
/** One that works all the while gets this many times as much. */
const WORKING_PATIENCE = 3;

export class EncoderRun {
  readonly startedAt = performance.now();
  /** First unit it is fed; decided with the first unit that may start a segment. */
  joinUnit: number | undefined;
  /** It was started ahead of the stream, and begins with the padding. */
  isFirst = false;
  /** Something of it has been packaged. */
  delivers = false;
  /** Since it is fed. */
  private limit: QueueLimit | undefined;
  private readonly waiting: Frame[] = [];
  private writing = false;
  private finishing = false;
  private checkedAt = this.startedAt;
  private readonly silence: Silence;
  private readonly patienceMs: number;

  constructor(
    readonly child: EncoderProcess,
    private readonly options: EncoderRunOptions,
  ) {
    this.patienceMs = Math.max(LEAST_PATIENCE_MS, PARTS_IN_HAND * partSeconds(options.track.grid) * 1000);
    const limits = { asleepMs: this.patienceMs, silentMs: WORKING_PATIENCE * this.patienceMs };
    this.silence = new Silence(limits, this.startedAt);
  }

  get isFed(): boolean {
    return this.limit !== undefined;
  }

  get queuedUnits(): number {
    return this.waiting.length + this.child.stdin.writableLength / this.options.unitBytes;
  }

  /** Hands it a unit; refuses with what is wrong with an encoder that is too far behind. */
  feed(unit: Frame): Problem | undefined {
    const now = performance.now();
    if (!this.limit) this.silence.end(now);
    this.limit ??= new QueueLimit(now, this.isFirst);
    if (this.limit.isExceeded(now, this.queuedUnits)) {
      return this.silence.lastsMs(now) > this.patienceMs / 2 ? this.hung(now) : this.tooSlow();
    }
    this.waiting.push(unit.keep());
    this.writeNext();
    return undefined;
  }

  /** Nothing more will come: it ends when it has taken what waits. */
  finish(): void {
    this.finishing = true;
    this.writeNext();
  }

  /** It said something. */
  heard(now: number): void {
    this.silence.end(now);
  }

  /** What is wrong with one that lives and says nothing. Ask a few times a second. */
  checkHung(): Problem | undefined {
    const now = performance.now();
    const weSleptMs = now - this.checkedAt;
    this.checkedAt = now;
    if (!this.isFed) return undefined;
    // If this thread itself did not run, what the encoder said meanwhile is still unread.
    if (weSleptMs > this.patienceMs / 2) this.silence.end(now);
    return this.silence.meansHung(now, () => isWorking(this.child.pid ?? 0)) ? this.hung(now) : undefined;
  }

  failure(reason: string): Problem {
    const { rendition } = this.options;
    return new Problem('ffmpeg-failed', { rendition, reason, said: this.child.lastWords.slice(-4) });
  }

  /**
   * One unit at a time: of all that is given to a pipe at once, Node says that it is taken only when the last of it is, and
   * an encoder that works off its padding would seem to stand still.
   */
  private writeNext(): void {
    if (this.writing) return;
    const unit = this.waiting.shift();
    if (!unit) {
      if (this.finishing) this.child.stdin.end();
      return;
    }
    this.writing = true;
    this.child.stdin.write(unit.bytes, () => {
      unit.release();
      this.writing = false;
      this.writeNext();
    });
  }

  private hung(now: number): Problem {
    const seconds = (this.silence.lastsMs(now) / 1000).toFixed(1);
    return this.failure(`hung: it was fed, and said nothing for ${seconds} s`);
  }

  private tooSlow(): Problem {
    const { rendition, track } = this.options;
    const behindSeconds = Number(((MAX_QUEUED_UNITS * track.unitTicks) / track.timescale).toFixed(1));
    const detail = `the encoder of ${rendition} is too slow: it fell ${behindSeconds} s behind, and its viewers get a gap`;
    return new Problem('encoder-too-slow', { rendition, behindSeconds }, { detail });
  }
}
