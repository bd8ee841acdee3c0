/**
 * One source, kept connected: lost, it is opened again and again. On air, its media goes to the playout; off air it is
 * decoded and dropped, so that cutting to it shows its next frame.
 */
import type { Clock } from '../../clock.js';
import { failuresAfter, INTAKE_RESTARTS, restartDelayMs } from '../../ffmpeg/index.js';
import { BYTES_PER_SAMPLE, type Frame } from '../../playout/index.js';
import { Problem } from '../../problem.js';
import { AUDIO_SAMPLE_RATE, mulDivFloor, type Ratio } from '../../timeline/index.js';
import type { Connection, ConnectionEvents } from './connection.js';
import type { OpenSource } from './source-choice.js';

/** Where the media of the source on air goes. */
export interface Programme {
  /**
   * Media of another connection follows: frames count from 0, sound from sample `firstSample`, told from the beginning of
   * frame 0.
   */
  begin(firstSample: number): void;
  video(lane: number, frame: Frame): void;
  audio(bytes: Buffer): void;
}

export type LineFact =
  { readonly state: 'connecting' | 'closed' } | { readonly state: 'lost'; readonly problem: Problem };

export interface SourceLineOptions {
  /** Its place in the list at first. */
  readonly index: number;
  readonly clock: Clock;
  readonly programme: Programme;
  /** `attempt` counts failures in a row. */
  readonly connect: (attempt: number, events: ConnectionEvents) => Connection;
  readonly onFact: (fact: LineFact) => void;
  /** A finite source (a file) that ends is opened again. */
  readonly repeats: () => boolean;
}

/** Nothing for this long is a break. */
const BREAK_MS = 1_000;

export class SourceLine {
  /** Its place in the list; undefined once it is no longer there, and only to be closed. */
  index: number | undefined;
  private readonly closed = new AbortController();
  private connection: Connection | undefined;
  private running: Promise<boolean> | undefined;
  private onAir = false;
  /** Of the connection in turn: frames of each lane and bytes of sound so far. */
  private frames: number[] = [];
  private soundBytes = 0;
  /** The first frame, and byte of sound, that goes on air. */
  private from = { frame: 0, soundByte: 0 };
  private rate: Ratio | undefined;
  private since: number | undefined;
  private lastMs = 0;

  constructor(private readonly options: SourceLineOptions) {
    this.index = options.index;
  }

  /** As the choice of a source wants to know it. */
  state(nowMs: number): Omit<OpenSource, 'index'> {
    const delivers = this.since !== undefined && nowMs - this.lastMs < BREAK_MS;
    return { deliveringSinceMs: delivers ? this.since : undefined };
  }

  /** Keeps the source connected until closed (false), or until a finite one was played to its end (true). */
  run(): Promise<boolean> {
    this.running ??= this.keepConnected();
    return this.running;
  }

  /** From the next frame of every lane on, its media is the programme. */
  goOnAir(): void {
    this.onAir = true;
    if (!this.connection || this.rate === undefined) return;
    const { num, den } = this.rate;
    const frame = Math.max(0, ...this.frames);
    const sample = mulDivFloor(frame, AUDIO_SAMPLE_RATE * den, num);
    const arrived = Math.ceil(this.soundBytes / BYTES_PER_SAMPLE);
    const audioOnly = this.frames.length === 0;
    const first = audioOnly ? arrived : Math.max(sample, arrived);
    this.from = { frame, soundByte: first * BYTES_PER_SAMPLE };
    this.options.programme.begin(audioOnly ? 0 : first - sample);
  }

  leaveAir(): void {
    this.onAir = false;
  }

  /** What it delivers is of no use: opens it anew. */
  reconnect(reason: string): void {
    this.connection?.breakOff(reason);
  }

  checkStalled(): void {
    this.connection?.checkStalled();
  }

  /** Settles when nothing of it is left running. */
  async close(): Promise<void> {
    this.onAir = false;
    this.closed.abort();
    await this.connection?.close();
    await this.running?.catch(() => undefined);
    this.options.onFact({ state: 'closed' });
  }

  private async keepConnected(): Promise<boolean> {
    const { signal } = this.closed;
    let failures = 0;
    while (!signal.aborted) {
      const connectedAt = performance.now();
      this.options.onFact({ state: 'connecting' });
      this.connection = this.options.connect(failures, this.events());
      const end = await this.connection.run();
      this.since = undefined;
      if (signal.aborted) break;
      if (end.kind === 'finished' && !this.options.repeats()) return true;
      this.options.onFact({ state: 'lost', problem: end.problem });
      failures = failuresAfter(INTAKE_RESTARTS, failures, performance.now() - connectedAt);
      await pause(restartDelayMs(INTAKE_RESTARTS, failures - 1, Math.random()), signal);
    }
    return false;
  }

  private events(): ConnectionEvents {
    return {
      onOpen: (lanes, rate) => this.opened(lanes, rate),
      onVideo: (lane, frame) => this.video(lane, frame),
      onAudio: (bytes) => this.audio(bytes),
    };
  }

  private opened(lanes: number, rate: Ratio): void {
    this.frames = Array.from({ length: lanes }, () => 0);
    this.soundBytes = 0;
    this.from = { frame: 0, soundByte: 0 };
    this.rate = rate;
    this.since = undefined;
    if (this.onAir) this.options.programme.begin(0);
  }

  private video(lane: number, frame: Frame): void {
    const index = this.frames[lane]!;
    this.frames[lane] = index + 1;
    if (lane === this.frames.length - 1) this.delivered();
    if (this.onAir && index >= this.from.frame) this.options.programme.video(lane, frame);
    else frame.release();
  }

  private audio(bytes: Buffer): void {
    const at = this.soundBytes;
    this.soundBytes += bytes.length;
    if (this.frames.length === 0) this.delivered();
    if (!this.onAir) return;
    const rest = bytes.subarray(Math.max(0, this.from.soundByte - at));
    if (rest.length > 0) this.options.programme.audio(rest);
  }

  private delivered(): void {
    const now = this.options.clock.now();
    if (this.since === undefined || now - this.lastMs >= BREAK_MS) this.since = now;
    this.lastMs = now;
  }
}

/** Waits, but not beyond the signal. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
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
