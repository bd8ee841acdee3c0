/**
 * One child process of ffmpeg or ffprobe: own process group, tied to the life of the thread that started it, its last
 * words kept, ended politely and then by force.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { PassThrough, Readable, type Writable } from 'node:stream';

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds since the child was started. */
  readonly aliveMs: number;
  /** The last lines of stderr. */
  readonly lastWords: readonly string[];
}

export interface ChildOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** Pipes beyond stdin, stdout and stderr that the child writes: fd 3 and up. */
  readonly extraOutputs?: number;
  /** Beyond what every child gets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What it may allocate; beyond it, it ends. */
  readonly memoryLimitBytes?: number;
}

const LINES_KEPT = 40;
const LINE_LENGTH_KEPT = 500;

/**
 * setpriv makes the kernel kill the child when the *thread* that spawned it ends, however it ends: no server crash
 * and no dying worker leaves an encoder behind.
 */
const TIED_TO_PARENT = ['--pdeathsig', 'KILL', '--'];

/**
 * What a child gets of the server's environment. Nothing else: what reads strangers' media need not know tokens and keys.
 * OUTPUT_DIR is no secret, and tells whose child it is when the server is gone.
 */
const PASSED_ON = ['PATH', 'LANG', 'LC_ALL', 'LD_LIBRARY_PATH', 'FONTCONFIG_FILE', 'FONTCONFIG_PATH', 'OUTPUT_DIR'];

/**
 * A raw picture is some megabytes, and glibc would give its memory back to the kernel after every frame and have it zeroed for
 * the next: 15,000 page faults a second and a twentieth of a core for 1080p30. Other C libraries do not read these.
 */
const MEMORY_OF_PICTURES = { MALLOC_MMAP_THRESHOLD_: '33554432', MALLOC_TRIM_THRESHOLD_: '67108864' };

function childEnvironment(): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), HOME: '/nonexistent', ...MEMORY_OF_PICTURES };
}

export class FfmpegProcess {
  /** Settles once, when the child is gone and its pipes are drained. Never rejects. */
  readonly exited: Promise<ChildExit>;
  private readonly child: ChildProcess;
  private readonly lines: string[] = [];
  private readonly startedAt = performance.now();
  private gone = false;

  constructor(options: ChildOptions) {
    const extra = Array.from({ length: options.extraOutputs ?? 0 }, () => 'pipe' as const);
    const limit = options.memoryLimitBytes;
    const limited = limit === undefined ? [] : ['prlimit', `--data=${limit}`, '--'];
    this.child = spawn('setpriv', [...TIED_TO_PARENT, ...limited, options.program, ...options.args], {
      stdio: ['pipe', 'pipe', 'pipe', ...extra],
      detached: true,
      env: { ...childEnvironment(), ...options.env },
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    });
    this.keepLastWords();
    // A child that dies closes our end: EPIPE and ECONNRESET are its exit, told once by `exited`.
    for (const stream of this.pipes) stream?.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      const settle = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.gone = true;
        resolve({ code, signal, aliveMs: performance.now() - this.startedAt, lastWords: this.lastWords });
      };
      this.child.once('close', settle);
      this.child.once('error', (error) => {
        this.lines.push(error.message);
        settle(null, null);
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get alive(): boolean {
    return !this.gone;
  }

  get stdin(): Writable {
    return this.child.stdin ?? new PassThrough().resume();
  }

  get stdout(): Readable {
    return this.child.stdout ?? Readable.from([]);
  }

  /** The child's output on fd 3 + `index`. */
  output(index: number): Readable {
    return (this.pipes[3 + index] ?? Readable.from([])) as Readable;
  }

  get lastWords(): readonly string[] {
    return [...this.lines];
  }

  /** SIGTERM, and SIGKILL after `graceMs`: a child blocked in a demuxer may ignore the first. */
  async stop(graceMs = 2_000): Promise<ChildExit> {
    this.signal('SIGTERM');
    const force = setTimeout(() => this.kill(), graceMs);
    const exit = await this.exited;
    clearTimeout(force);
    return exit;
  }

  /** At once; works on a stopped (SIGSTOP) child too. */
  kill(): void {
    this.signal('SIGKILL');
  }

  /** None where no file descriptor was left to make them of: such a child was never started, and `exited` says so. */
  private get pipes(): readonly (Readable | Writable | null | undefined)[] {
    const { stdio } = this.child as { stdio?: ChildProcess['stdio'] };
    return stdio ?? [];
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.gone || this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      // ESRCH: it went between the check and the call.
    }
  }

  private keepLastWords(): void {
    let rest = '';
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split(/[\r\n]+/);
      rest = (lines.pop() ?? '').slice(0, LINE_LENGTH_KEPT);
      for (const line of lines)
        if (line.trim() && line !== this.lines.at(-1)) this.lines.push(line.slice(0, LINE_LENGTH_KEPT));
      this.lines.splice(0, Math.max(0, this.lines.length - LINES_KEPT));
    });
  }
}
