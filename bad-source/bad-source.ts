/** A live source that misbehaves by script: a camera, a path that delays, and connections that come and go. */
import { Listener } from './outlet/listener.js';
import type { Outlet } from './outlet/outlet.js';
import { Push } from './outlet/push.js';
import { Backlog } from './path/backlog.js';
import { seededRandom } from './random.js';
import { readScript } from './script/read-script.js';
import { Schedule, type Turn } from './script/schedule.js';
import type { Word } from './script/words.js';
import { SourceLine } from './source-line.js';

export interface BadSourceOptions {
  /** What it does, word by word (docs/bad-source.md); without one it is healthy until it is told otherwise. */
  readonly script?: string;
  /** The same seed gives the same delays, losses and garbage. */
  readonly seed?: number;
  /** TCP port to listen on at 127.0.0.1; a free one when absent. */
  readonly port?: number;
  /** Pushes there (`srt://…`, `rtmp://…`, `tcp://…`, `udp://…`) instead of listening. */
  readonly push?: string;
  /** Told of every word that begins or ends. */
  readonly onTurn?: (turn: Turn) => void;
}

export interface BadSourceStatus {
  /** The word whose time runs, and how much of it is left; undefined when the script is over. */
  readonly inForce: { readonly text: string; readonly secondsLeft: number } | undefined;
  /** Readers, or far ends, connected. */
  readonly connections: number;
  readonly bytesSent: number;
}

export interface BadSource {
  /** Where to read it, or where it pushes to. */
  readonly url: string;
  /** Resolves when the script's `end` has come, or it was stopped. */
  readonly ended: Promise<void>;
  /** Breaks off what is in force and plays these words instead, from now on. Throws ScriptError. */
  say(words: string): void;
  /** Resolves when all words have been played; after a `loop` that is when it is stopped. */
  finished(): Promise<void>;
  status(): BadSourceStatus;
  /** Closes every connection and ends its processes. */
  stop(): Promise<void>;
}

/** Starts it; connections are taken when this resolves. Throws ScriptError, and what listening on a taken port throws. */
export async function startBadSource(options: BadSourceOptions = {}): Promise<BadSource> {
  const words = readScript(options.script ?? '');
  const backlog = new Backlog();
  const greeting = (): Buffer[] => backlog.at(performance.now());
  const outlet =
    options.push === undefined ? await Listener.open(options.port ?? 0, greeting) : new Push(options.push, greeting);
  return new ScriptedSource(words, outlet, backlog, options);
}

class ScriptedSource implements BadSource {
  readonly ended: Promise<void>;
  private readonly schedule = new Schedule();
  private readonly line: SourceLine;
  private readonly onTurn: (turn: Turn) => void;
  private timer: NodeJS.Timeout | undefined;
  private waiting: (() => void)[] = [];
  private end!: () => void;
  private leaving: Promise<void> | undefined;

  constructor(
    words: readonly Word[],
    private readonly outlet: Outlet,
    backlog: Backlog,
    { seed = 1, onTurn = () => undefined }: BadSourceOptions,
  ) {
    this.onTurn = onTurn;
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.line = new SourceLine(outlet, backlog, seededRandom(seed), () => this.pump());
    // Words before the first that takes time hold from the first picture on.
    const nowMs = performance.now();
    this.play(this.schedule.say(words, nowMs), nowMs);
    this.line.begin();
    this.pump();
  }

  get url(): string {
    return this.outlet.url;
  }

  say(text: string): void {
    const words = readScript(text, this.line.picture);
    const nowMs = performance.now();
    this.play(this.schedule.say(words, nowMs), nowMs);
    this.pump();
  }

  finished(): Promise<void> {
    return new Promise((resolve) => {
      if (this.leaving) return resolve();
      this.waiting.push(resolve);
      this.pump();
    });
  }

  status(): BadSourceStatus {
    const { inForce } = this.schedule;
    return {
      inForce: inForce && {
        text: inForce.word.text,
        secondsLeft: Math.max(0, (inForce.endsAtMs - performance.now()) / 1000),
      },
      ...{ connections: this.outlet.connections, bytesSent: this.line.bytesSent },
    };
  }

  stop(): Promise<void> {
    this.leaving ??= this.leave();
    return this.leaving;
  }

  private async leave(): Promise<void> {
    clearTimeout(this.timer);
    await this.line.stop();
    for (const resolve of this.waiting.splice(0)) resolve();
    this.end();
  }

  /** Does what is due by now, and wakes up when something is due again. */
  private pump(): void {
    if (this.leaving) return;
    clearTimeout(this.timer);
    const nowMs = performance.now();
    this.play(this.schedule.advance(nowMs), nowMs);
    this.line.flow(nowMs);
    if (!this.schedule.inForce) for (const resolve of this.waiting.splice(0)) resolve();
    const nextMs = Math.min(this.schedule.nextAtMs ?? Infinity, this.line.nextAtMs ?? Infinity);
    if (nextMs < Infinity) this.timer = setTimeout(() => this.pump(), Math.max(0, nextMs - performance.now()));
  }

  private play(turns: readonly Turn[], nowMs: number): void {
    const before = this.line.picture;
    for (const turn of turns) {
      this.onTurn(turn);
      if (turn.kind === 'begins') this.line.obey(turn.word, nowMs);
      else this.line.heal(nowMs);
      // Not before the constructor is through: a script may begin with its end.
      if (turn.word.kind === 'end') queueMicrotask(() => void this.stop());
    }
    // Several changes at the same moment make one new encoder.
    if (this.line.picture !== before) this.line.changePicture();
  }
}
