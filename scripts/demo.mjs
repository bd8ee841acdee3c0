/**
 * `npm run demo`: from a bare clone to a picture in a browser. Prepares, starts the server and a real nginx on the
 * repository's own configuration, starts the stream `demo`, waits until it is playable, and stays until Ctrl-C.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { renderNginxConf } from '../nginx/render.mjs';
import { checkNode, ensureBuild, ensurePackages, ensurePrograms, giveUp, ROOT, say } from './prepare.mjs';

const API_PORT = process.env.API_PORT ?? '8083';
const CDN_PORT = process.env.CDN_PORT ?? '8084';
/** UDP: nginx tells the server who watches. */
const VIEWER_LOG_PORT = process.env.VIEWER_LOG_PORT ?? '8085';
const SOURCE = process.env.DEMO_SOURCE ?? 'test:';
const FOLDER = join(ROOT, 'var', 'demo');
const API = `http://127.0.0.1:${API_PORT}`;
const CDN = `http://127.0.0.1:${CDN_PORT}`;
const PLAYABLE_WITHIN_MS = 60_000;
/** A child that lived this long works, and is started again when it ends. */
const RESTART_AFTER_MS = 5_000;

checkNode();
ensurePrograms(['ffmpeg', 'ffprobe', 'nginx', 'setpriv']);
ensurePackages();
ensureBuild();
await Promise.all([assertFree(API_PORT, 'API_PORT'), assertFree(CDN_PORT, 'CDN_PORT')]);

const children = new Set();
let leaving = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void leave(0));

mkdirSync(join(FOLDER, 'nginx'), { recursive: true });
say('starting the server');
const serverLog = join(FOLDER, 'server.log');
start('server', process.execPath, ['--max-semi-space-size=64', join(ROOT, 'dist', 'main.js')], {
  API_PORT,
  CDN_PORT,
  VIEWER_LOG_PORT,
  OUTPUT_DIR: join(FOLDER, 'streams'),
  DATA_DIR: join(FOLDER, 'data'),
  // DEMO_SOURCE is often on this machine.
  SOURCE_ALLOWED_ADDRESSES: process.env.SOURCE_ALLOWED_ADDRESSES ?? '127.0.0.0/8,::1',
  LADDER_FILE: process.env.LADDER_FILE ?? join(ROOT, 'config', 'ladder.yaml'),
});
await until('the server answers', async () => (await fetch(`${API}/health/ready`)).ok, 20_000);
say('starting nginx');
start(
  'nginx',
  'nginx',
  ['-e', join(FOLDER, 'nginx', 'error.log'), '-p', FOLDER, '-c', nginxConf(), '-g', 'daemon off;'],
  {
    PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
  },
);
await until('nginx answers', async () => (await fetch(`${CDN}/health`)).ok, 10_000);
say(`starting stream demo from ${SOURCE}`);
await startStream();
await until('stream demo is playable', isPlayable, PLAYABLE_WITHIN_MS);

console.log(`
  \u001b[1mConsole\u001b[0m   ${API}/
  \u001b[1mPlayer\u001b[0m    ${CDN}/player/?stream=demo
  HLS       ${CDN}/demo/playlist.m3u8
  DASH      ${CDN}/demo/manifest.mpd
  API docs  ${API}/docs
  Metrics   ${API}/metrics
  Log       ${serverLog.slice(ROOT.length)}

  Ctrl-C stops everything.
`);

function start(name, program, args, env) {
  // Tied to this process: if the demo itself is killed, nothing of it stays behind.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', program, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  children.add(child);
  const startedAt = performance.now();
  const log = join(FOLDER, `${name}.log`);
  writeFileSync(log, '');
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => writeFileSync(log, bytes, { flag: 'a' }));
  child.once('exit', (code) => {
    children.delete(child);
    if (leaving) return;
    // Somebody killed it to see what happens: players wait, and go on under the same addresses.
    if (performance.now() - startedAt > RESTART_AFTER_MS) {
      say(`${name} was ended; starting it again`);
      return start(name, program, args, env);
    }
    console.error(
      `\n${name} ended by itself (exit code ${code}). Its last words:\n${readFileSync(log, 'utf8').split('\n').slice(-15).join('\n')}`,
    );
    void leave(1);
  });
}

async function leave(code) {
  if (leaving) return;
  leaving = true;
  if (children.size > 0) say('stopping');
  await Promise.all([...children].map(end));
  process.exit(code);
}

/** Politely, and after a while by force. */
async function end(child) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 12_000);
  await gone;
  clearTimeout(force);
}

function nginxConf() {
  const conf = join(FOLDER, 'nginx', 'nginx.conf');
  mkdirSync(join(FOLDER, 'nginx', 'temp'), { recursive: true });
  writeFileSync(
    conf,
    renderNginxConf({
      // Started by root, nginx would give its workers to a user who may not enter this folder.
      USER_DIRECTIVE: process.getuid?.() === 0 ? 'user root;' : '',
      LISTEN_ADDRESS: '127.0.0.1',
      LISTEN_PORT: CDN_PORT,
      ORIGIN: `127.0.0.1:${API_PORT}`,
      VIEWER_LOG: `127.0.0.1:${VIEWER_LOG_PORT}`,
      OUTPUT_DIR: join(FOLDER, 'streams'),
      PID_FILE: join(FOLDER, 'nginx', 'nginx.pid'),
      ERROR_LOG: join(FOLDER, 'nginx', 'error.log'),
      ACCESS_LOG: join(FOLDER, 'nginx', 'access.log'),
      TEMP_DIR: join(FOLDER, 'nginx', 'temp'),
    }),
  );
  return conf;
}

async function startStream() {
  const response = await fetch(`${API}/streams`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stream_id: 'demo', source_url: SOURCE, stale_after: null }),
  });
  // 409: an earlier demo was killed, and the server has resumed its stream by itself.
  if (!response.ok && response.status !== 409) {
    console.error(await response.text());
    await leave(1);
  }
}

async function isPlayable() {
  const info = await (await fetch(`${API}/streams/demo`)).json();
  if (info.status === 'failed') {
    console.error(`\nthe stream failed: ${info.last_problem?.detail}`);
    await leave(1);
  }
  if (info.status === 'starting') return false;
  return (await fetch(`${CDN}/demo/playlist.m3u8`)).ok;
}

/** Asks again and again, with a mark that moves, until it is so. */
async function until(what, isSo, limitMs) {
  const startedAt = performance.now();
  for (let turn = 0; ; turn += 1) {
    if (leaving) await new Promise(() => {});
    if (await isSo().catch(() => false)) break;
    const seconds = (performance.now() - startedAt) / 1000;
    if (seconds * 1000 > limitMs) {
      console.error(`\ngave up waiting until ${what}; see ${serverLog}`);
      await leave(1);
    }
    if (process.stdout.isTTY) process.stdout.write(`\r  ${'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[turn % 10]} ${what}… ${seconds.toFixed(1)} s `);
    await delay(100);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${process.stdout.isTTY ? '\r\u001b[K' : ''}  \u001b[32m✓\u001b[0m ${what} (${seconds} s)`);
}

async function assertFree(port, setting) {
  await new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () =>
      giveUp(`Port ${port} is taken. Free it, or choose another: ${setting}=18083 npm run demo`),
    );
    probe.listen(Number(port), '127.0.0.1', () => probe.close(resolve));
  });
}
