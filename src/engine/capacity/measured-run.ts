/** One ffmpeg run for its cost: fed from memory, niced, cut off at a limit of processor time, its own count read back. */
import { setPriority, constants } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FfmpegProcess } from '../ffmpeg/index.js';
import { Problem } from '../problem.js';

export interface MeasuredRunOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** Goes into stdin, piece by piece. */
  readonly input?: Iterable<Buffer>;
  /** Pipes beyond stdout that the run writes; read and thrown away. */
  readonly extraOutputs?: number;
  /** Processor seconds after which the kernel ends it; at least 1. */
  readonly cpuLimitSeconds: number;
  readonly signal: AbortSignal;
}

export interface MeasuredRun {
  /** User and system time of the work itself, without the start of the program. */
  readonly cpuSeconds: number;
  readonly output: Buffer;
}

/** Longer than any run needs that gets a processor at all. */
const WALL_LIMIT_MS = 60_000;

/** Throws `calibration-failed`. */
export async function measuredRun(options: MeasuredRunOptions): Promise<MeasuredRun> {
  const { program, args, input, extraOutputs = 0, cpuLimitSeconds, signal } = options;
  const limit = ['-benchmark', '-nostats', '-timelimit', `${Math.max(1, Math.ceil(cpuLimitSeconds))}`];
  // Global options count wherever they stand; the last -loglevel wins, and -benchmark speaks at info.
  const child = new FfmpegProcess({ program, args: [...args, ...limit, '-loglevel', 'info'], extraOutputs });
  const end = (): void => child.kill();
  const tooLong = setTimeout(end, WALL_LIMIT_MS);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    stepBack(child.pid);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => chunks.push(bytes));
    for (let index = 0; index < extraOutputs; index += 1) child.output(index).resume();
    // A child that ends early closes its stdin; its exit code says why.
    await pipeline(Readable.from(input ?? []), child.stdin).catch(() => undefined);
    const { code, lastWords } = await child.exited;
    const cpuSeconds = parseBenchmark(lastWords);
    if (code !== 0 || cpuSeconds === undefined) {
      throw new Problem('calibration-failed', { program, exitCode: code ?? 'killed', said: lastWords.slice(-4) });
    }
    return { cpuSeconds, output: Buffer.concat(chunks) };
  } finally {
    clearTimeout(tooLong);
    signal.removeEventListener('abort', end);
  }
}

/** Reads `bench: utime=0.610s stime=0.040s rtime=0.402s` among what ffmpeg said. PURE. */
export function parseBenchmark(lines: readonly string[]): number | undefined {
  const match = lines
    .map((line) => /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(line))
    .findLast((found) => found !== null);
  return match ? Number(match[1]) + Number(match[2]) : undefined;
}

/** Encoders on the air come first. */
function stepBack(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or may not be niced: it is short either way.
  }
}
