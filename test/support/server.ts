/** The built server as a user runs it, on free ports and folders of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.js';
import { until } from './until.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** As `npm start` has them. */
const NODE_FLAGS = ['--max-semi-space-size=64'];

export interface RunningServer {
  /** `http://127.0.0.1:{port}` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly outputDir: string;
  /** What it has logged so far. */
  log(): string;
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; its folders stay. */
  kill(): Promise<void>;
  /** Starts again on the same port and folders. */
  restart(): Promise<RunningServer>;
}

export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the server and waits until it answers. Stop it, and its folders are removed. */
export async function startServer({ env = {} }: ServerOptions = {}): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-server-'));
  return launch(folder, await freePort(), env);
}

async function launch(folder: string, port: number, env: Readonly<Record<string, string>>): Promise<RunningServer> {
  const outputDir = join(folder, 'streams');
  const child = spawn(process.execPath, [...NODE_FLAGS, MAIN], {
    env: {
      ...process.env,
      ...{ API_PORT: `${port}`, API_HOST: '127.0.0.1', OUTPUT_DIR: outputDir, DATA_DIR: join(folder, 'data') },
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (log += bytes.toString()));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const url = `http://127.0.0.1:${port}`;
  await until('the server answers', async () => {
    if (child.exitCode !== null) throw new Error(`the server ended: ${log}`);
    const response = await fetch(`${url}/health/live`).catch(() => undefined);
    return response?.ok;
  });
  return {
    ...{ url, port, outputDir, pid: child.pid! },
    log: () => log,
    async stop() {
      const code = await end(child, exited, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
      return code;
    },
    async kill() {
      await end(child, exited, 'SIGKILL');
    },
    restart: () => launch(folder, port, env),
  };
}

async function end(
  child: ChildProcess,
  exited: Promise<[number | null]>,
  signal: NodeJS.Signals,
): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  const [code] = await exited;
  return code;
}

/**
 * Pids of the ffmpeg and ffprobe processes that a server with this output folder started, whoever is their parent now:
 * they carry the folder in their environment.
 */
export async function ffmpegChildren(outputDir: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [command, environment] = await Promise.all(
        ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      const isOurs = environment!.split('\0').includes(`OUTPUT_DIR=${outputDir}`);
      return isOurs && /^(\S*\/)?ff(mpeg|probe)\0/.test(command!) ? Number(pid) : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}
