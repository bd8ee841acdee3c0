/** `npm run load`: reads the options, starts the workers, shows how it goes, and says what came of it. */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs } from './clock.js';
import { RunFigures } from './measure/run-figures.js';
import type { Stream, WorkerOrder, WorkerReport } from './messages.js';
import { parseOptions, USAGE, type LoadOptions } from './options.js';
import { probe } from './probe.js';
import { asJson, finalTable, isClean, progressLine } from './report.js';
import { defaultRamp } from './schedule.js';

const WRONG_USE = 2;
/** Workers need a moment to start before the first viewer joins. */
const LEAD_MS = 500;
/** A worker that has not sent its last figures by then is left behind. */
const GOODBYE_MS = 5000;
/** A viewer opens as many connections at once, at most: two playlists, two parts. */
const CONNECTIONS_PER_VIEWER = 4;

/** Runs the program with the arguments after the script's name; gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args);
  if (parsed.kind === 'help') {
    console.log(USAGE);
    return 0;
  }
  if (parsed.kind === 'wrong') return refuse(parsed.problem);
  const { options } = parsed;
  const tooFew = socketProblem(options);
  if (tooFew !== undefined) return refuse(tooFew);
  let probes;
  try {
    probes = await Promise.all(options.urls.map((url) => probe(url, options)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
  const longest = Math.max(...probes.map(({ targetDuration }) => targetDuration));
  const ramp = options.ramp ?? defaultRamp(longest, options.seconds);
  const streams = probes.map(({ url, protocol }): Stream => ({ url, protocol }));
  const result = await run(options, streams, ramp);
  console.log(options.json ? JSON.stringify(asJson(result), undefined, 2) : `\n${finalTable(result)}`);
  return isClean(result) ? 0 : 1;
}

function refuse(problem: string): number {
  console.error(`${problem}\n\n${USAGE}`);
  return WRONG_USE;
}

/** Linux hands a process only so many sockets; better said before than found out by strange errors. */
function socketProblem({ viewers, processes }: LoadOptions): string | undefined {
  let limits: string;
  try {
    limits = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return undefined;
  }
  const hard = Number(/^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  const needed = Math.ceil(viewers / processes) * CONNECTIONS_PER_VIEWER + 64;
  if (needed <= hard) return undefined;
  return `${viewers} viewers in ${processes} processes need ${needed} open sockets each, and this system allows ${hard}: raise \`ulimit -n\`, or use more --processes.`;
}

async function run(options: LoadOptions, streams: readonly Stream[], ramp: number) {
  const figures = new RunFigures();
  const startAtMs = nowMs() + LEAD_MS;
  const workers = Array.from({ length: options.processes }, (_, worker) => {
    const child = fork(join(import.meta.dirname, 'worker.mjs'), { serialization: 'advanced' });
    child.on('message', (report: WorkerReport) => figures.add(report));
    send(child, { kind: 'start', worker, options, streams, ramp, startAtMs });
    return child;
  });
  const lost = workers.map((child) => new Promise<void>((resolve) => child.once('exit', () => resolve())));
  const over = endOf(options.seconds * 1000 + LEAD_MS, workers, lost);
  const display = setInterval(() => show({ figures, startAtMs, quiet: options.json }), 1000);
  await over;
  clearInterval(display);
  const seconds = Math.max(0.001, (nowMs() - startAtMs) / 1000);
  for (const child of workers) send(child, { kind: 'stop' });
  const timer = setTimeout(() => workers.forEach((child) => child.kill('SIGKILL')), GOODBYE_MS);
  const unclean = await Promise.all(workers.map(exitCode));
  clearTimeout(timer);
  figures.conclude(nowMs());
  for (const code of unclean) if (code !== 0) figures.measures.error('worker process lost');
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return { options, seconds, figures };
}

/** After the time, at Ctrl-C, or when there is nobody left. */
async function endOf(limitMs: number, workers: readonly ChildProcess[], lost: readonly Promise<void>[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        resolve();
        // Once more means now.
        process.once(signal, () => {
          for (const child of workers) child.kill('SIGKILL');
          process.exit(1);
        });
      });
  });
  await Promise.race([time, interrupted, Promise.all(lost)]);
  clearTimeout(timer);
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
  return child.exitCode;
}

function send(child: ChildProcess, order: WorkerOrder): void {
  // A worker that is gone is noticed by its exit.
  if (child.connected) child.send(order, () => undefined);
}

/** On standard error, so that standard output is the result and nothing else. */
function show({ figures, startAtMs, quiet }: { figures: RunFigures; startAtMs: number; quiet: boolean }): void {
  const recent = figures.turn(nowMs());
  const line = progressLine({ seconds: Math.max(0, (nowMs() - startAtMs) / 1000), figures, recent });
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
  else if (!quiet) console.error(line);
}
