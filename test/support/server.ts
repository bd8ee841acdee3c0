/** The built server as a user runs it, on free ports and folders of its own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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
  /** The same folder as the test sees it: on a disk of its own it is the server's alone. */
  readonly files: string;
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
  /** OUTPUT_DIR on a disk (tmpfs) of this size, in a mount namespace that ends with the server. */
  readonly diskMegabytes?: number;
}

/** Starts the server and waits until it answers. Stop it, and its folders are removed. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-server-'));
  return launch(folder, await freePort(), options);
}

async function launch(folder: string, port: number, options: ServerOptions): Promise<RunningServer> {
  const { env = {}, diskMegabytes } = options;
  const outputDir = join(folder, 'streams');
  await mkdir(outputDir, { recursive: true });
  const [program, ...args] = [
    ...(diskMegabytes === undefined ? [] : onItsOwnDisk(diskMegabytes)),
    ...[process.execPath, ...NODE_FLAGS, MAIN],
  ];
  const child = spawn(program!, args, {
    env: {
      ...process.env,
      ...{ API_PORT: `${port}`, API_HOST: '127.0.0.1', OUTPUT_DIR: outputDir, DATA_DIR: join(folder, 'data') },
      // Tests know what they ask of the machine, and a measurement at every start would disturb theirs.
      ADMISSION: 'off',
      // Sources of tests are here.
      SOURCE_ALLOWED_ADDRESSES: '127.0.0.0/8,::1',
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
    files: diskMegabytes === undefined ? outputDir : `/proc/${child.pid}/root${outputDir}`,
    log: () => log,
    async stop() {
      const code = await end(child, exited, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
      return code;
    },
    async kill() {
      await end(child, exited, 'SIGKILL');
    },
    restart: () => launch(folder, port, options),
  };
}

/** A command that runs another one, as the same process, with OUTPUT_DIR on a disk nobody else has. */
function onItsOwnDisk(megabytes: number): string[] {
  const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const mount = `mount -t tmpfs -o size=${megabytes * 1_000_000} tmpfs "$OUTPUT_DIR" && exec "$@"`;
  return ['unshare', ...asRoot, '--mount', 'sh', '-c', mount, 'sh'];
}

/**
 * Makes the disk of such a server read-only, or what it was. A file open for writing would keep a disk from being mounted
 * anew, and one always is: another mount of the same disk, read-only from its beginning, is put over it.
 */
export async function setReadOnly({ pid, outputDir }: RunningServer, readOnly: boolean): Promise<void> {
  const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials'];
  const over =
    'mkdir -p "$1.ro" && mount --bind "$1" "$1.ro" && mount -o remount,bind,ro "$1.ro" && mount --move "$1.ro" "$1"';
  const script = readOnly ? over : 'umount --lazy "$1"';
  const inItsNamespace = ['--target', `${pid}`, ...asRoot, '--mount'];
  await promisify(execFile)('nsenter', [...inItsNamespace, 'sh', '-c', script, 'sh', outputDir]);
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
