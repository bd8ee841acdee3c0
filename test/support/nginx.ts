/** The real nginx, on the repository's own template, in a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { renderEdgeConf, renderNginxConf, type EdgePlaceholder, type NginxPlaceholder } from '../../nginx/render.mjs';
import type { Certificate } from './certificate.js';
import { freePort } from './free-port.js';

export interface NginxOptions {
  /** Port to listen on at 127.0.0.1; a free one when absent. */
  readonly port?: number;
  /** Port of the Node origin at 127.0.0.1. */
  readonly originPort: number;
  /** Folder of the media: `{outputDir}/{id}/{rendition}/{file}`. */
  readonly outputDir: string;
  /** With it, a second listener with TLS and HTTP/2. */
  readonly certificate?: Certificate;
  /** Further values of the template. */
  readonly values?: Partial<Record<NginxPlaceholder, string | number>>;
}

export interface RunningNginx {
  /** `http://127.0.0.1:{port}` */
  readonly url: string;
  /** `https://127.0.0.1:{port}`, where there is a certificate. */
  readonly tlsUrl: string;
  /** Of the master process. */
  readonly pid: number;
  /** Everything in its error log so far. */
  log(): Promise<string>;
  /** Ends nginx and removes its folder; resolves when it is gone. */
  stop(): Promise<void>;
}

const STARTUP_LIMIT_MS = 10_000;

/** Starts nginx as CDN origin. Resolves once it accepts connections; rejects with nginx's own words if it does not. */
export async function startNginx(options: NginxOptions): Promise<RunningNginx> {
  const { port = await freePort(), originPort, outputDir, certificate, values } = options;
  const tlsPort = certificate ? await freePort() : '';
  const running = await runNginx(port, (folder) =>
    renderNginxConf({
      ...valuesFor(folder, port, originPort),
      OUTPUT_DIR: outputDir,
      ...(certificate && {
        ...{ TLS_PORT: tlsPort, TLS_CERTIFICATE: certificate.certificateFile, TLS_KEY: certificate.keyFile },
      }),
      ...values,
    }),
  );
  return { ...running, tlsUrl: `https://127.0.0.1:${tlsPort}` };
}

/** Starts nginx as an edge, a cache in front of the origin's nginx at `originPort`. */
export async function startEdge(
  originPort: number,
  values: Partial<Record<EdgePlaceholder, string | number>> = {},
): Promise<Omit<RunningNginx, 'tlsUrl'>> {
  const port = await freePort();
  return runNginx(port, (folder) =>
    renderEdgeConf({ ...valuesFor(folder, port, originPort), CACHE_DIR: folder, CACHE_SIZE: '64m', ...values }),
  );
}

const valuesFor = (folder: string, port: number, originPort: number) => ({
  // As root, nginx would hand its workers to another user, who cannot enter a test's private folders.
  USER_DIRECTIVE: process.getuid?.() === 0 ? 'user root;' : '',
  WORKER_PROCESSES: 1,
  LISTEN_ADDRESS: '127.0.0.1',
  LISTEN_PORT: port,
  ORIGIN: `127.0.0.1:${originPort}`,
  PID_FILE: join(folder, 'nginx.pid'),
  ERROR_LOG: join(folder, 'error.log'),
  ACCESS_LOG: join(folder, 'access.log'),
  TEMP_DIR: join(folder, 'temp'),
});

/** Runs nginx on a configuration made for a folder of its own, which holds `temp/` and its logs. */
async function runNginx(
  port: number,
  configurationFor: (folder: string) => string,
): Promise<Omit<RunningNginx, 'tlsUrl'>> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-nginx-'));
  const [conf, errorLog] = [join(folder, 'nginx.conf'), join(folder, 'error.log')];
  await mkdir(join(folder, 'temp'));
  await writeFile(conf, configurationFor(folder));
  const child = spawn('nginx', ['-e', errorLog, '-p', folder, '-c', conf, '-g', 'daemon off;'], {
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` },
    stdio: 'ignore',
  });
  const log = () => readFile(errorLog, 'utf8').catch(() => '');
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await accepting(child, port);
  } catch (cause) {
    const words = await log();
    await stop();
    throw new Error(`nginx did not start: ${words.trim() || String(cause)}`, { cause });
  }
  return { url: `http://127.0.0.1:${port}`, pid: child.pid!, log, stop };
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
