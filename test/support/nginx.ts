/** The real nginx, on the repository's own template, in a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { renderNginxConf } from '../../nginx/render.mjs';
import { freePort } from './free-port.js';

export interface NginxOptions {
  /** Port to listen on at 127.0.0.1; a free one when absent. */
  readonly port?: number;
  /** Port of the Node origin at 127.0.0.1. */
  readonly originPort: number;
  /** Folder of the media: `{outputDir}/{id}/{rendition}/{file}`. */
  readonly outputDir: string;
}

export interface RunningNginx {
  /** `http://127.0.0.1:{port}` */
  readonly url: string;
  /** Ends nginx and removes its folder; resolves when it is gone. */
  stop(): Promise<void>;
}

const STARTUP_LIMIT_MS = 10_000;

/** Starts nginx and resolves once it accepts connections. Rejects with nginx's own words when it does not start. */
export async function startNginx({ port, originPort, outputDir }: NginxOptions): Promise<RunningNginx> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-nginx-'));
  const [conf, errorLog] = [join(folder, 'nginx.conf'), join(folder, 'error.log')];
  await mkdir(join(folder, 'temp'));
  const listenPort = port ?? (await freePort());
  await writeFile(
    conf,
    renderNginxConf({
      // As root, nginx would hand its workers to another user, who cannot enter a test's private folders.
      USER_DIRECTIVE: process.getuid?.() === 0 ? 'user root;' : '',
      WORKER_PROCESSES: 1,
      LISTEN_ADDRESS: '127.0.0.1',
      LISTEN_PORT: listenPort,
      ORIGIN: `127.0.0.1:${originPort}`,
      OUTPUT_DIR: outputDir,
      PID_FILE: join(folder, 'nginx.pid'),
      ERROR_LOG: errorLog,
      ACCESS_LOG: join(folder, 'access.log'),
      TEMP_DIR: join(folder, 'temp'),
    }),
  );

  const child = spawn('nginx', ['-e', errorLog, '-p', folder, '-c', conf, '-g', 'daemon off;'], {
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
    stdio: 'ignore',
  });
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await accepting(child, listenPort);
  } catch (cause) {
    const words = await readFile(errorLog, 'utf8').catch(() => '');
    await stop();
    throw new Error(`nginx did not start: ${words.trim() || String(cause)}`, { cause });
  }
  return { url: `http://127.0.0.1:${listenPort}`, stop };
}

/** Resolves at the first accepted connection; rejects when nginx leaves first or the limit passes. */
async function accepting(child: ChildProcess, port: number): Promise<void> {
  const gone = new AbortController();
  let reason: Error | undefined;
  const leave = (error: Error) => {
    reason = error;
    gone.abort();
  };
  child.once('error', leave);
  child.once('exit', (code) => leave(new Error(`nginx ended with code ${code}`)));
  const limit = AbortSignal.any([gone.signal, AbortSignal.timeout(STARTUP_LIMIT_MS)]);
  while (!limit.aborted) {
    if (await connects(port)) return;
    await pause(20, undefined, { signal: limit }).catch(() => undefined);
  }
  throw reason ?? new Error(`nginx accepted no connection within ${STARTUP_LIMIT_MS} ms`);
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
