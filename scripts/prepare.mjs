/**
 * Makes a bare clone ready: system programs, npm packages, the build. Needs Node and nothing else, says what it does,
 * and does only what is missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Debian's packages for each program we run. */
const PACKAGES_OF = {
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffmpeg',
  nginx: 'nginx-light',
  setpriv: 'util-linux',
  chromium: 'chromium',
  mpv: 'mpv',
  openssl: 'openssl',
  cvlc: 'vlc-bin vlc-plugin-base',
  promtool: 'prometheus',
  // A network of its own for a server in a test needs its loopback interface put up.
  ip: 'iproute2',
};

/** Ends the program with words a person can act on. */
export function giveUp(...lines) {
  console.error(`\n${lines.join('\n')}`);
  process.exit(1);
}

export function say(text) {
  console.log(`\u001b[1m▸\u001b[0m ${text}`);
}

/** Runs a program in the clone, its output on ours; ends the script when it fails. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  });
  if (error || status !== 0)
    giveUp(`${program} ${args.join(' ')} failed${error ? `: ${error.message}` : ` (exit code ${status})`}`);
}

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    giveUp(`Node ${process.versions.node} is too old: 20.19 or newer is needed.`);
}

export function has(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/** Installs the missing programs with apt when it may; otherwise says exactly what to install. */
export function ensurePrograms(programs) {
  const missing = programs.filter((program) => !has(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((program) => PACKAGES_OF[program]))];
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const asRoot =
    process.getuid?.() === 0
      ? []
      : has('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0
        ? ['sudo']
        : undefined;
  if (!has('apt-get') || asRoot === undefined) {
    giveUp(
      `Missing: ${missing.join(', ')}. Install them and try again. On Debian and Ubuntu:`,
      `  sudo apt-get update && sudo ${command}`,
    );
  }
  say(`installing ${packages.join(', ')} (missing: ${missing.join(', ')})`);
  const [program, ...before] = [...asRoot, 'apt-get'];
  const quiet = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  run(program, [...before, 'update', '-qq'], quiet);
  run(program, [...before, ...command.split(' ').slice(1), '-qq'], quiet);
  const still = missing.filter((name) => !has(name));
  if (still.length > 0) giveUp(`Still missing after ${command}: ${still.join(', ')}`);
}

/** `npm ci`, unless what is installed is newer than the lock file. */
export function ensurePackages() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  const wanted = join(ROOT, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return;
  say('installing npm packages');
  run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel', 'error'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Builds what is older than its sources. */
export function ensureBuild() {
  const server = join(ROOT, 'dist', 'main.js');
  if (olderThan(server, ['src', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'])) {
    say('building the server');
    rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
    run('npm', ['run', '--silent', 'build:server'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const page = join(ROOT, 'web', 'dist', 'index.html');
  if (
    olderThan(page, [
      'web/src',
      'web/player',
      'web/public',
      'web/index.html',
      'web/vite.config.ts',
      'package-lock.json',
    ])
  ) {
    say('building the console and the player page');
    run('npm', ['run', '--silent', 'build:web'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

function olderThan(product, sources) {
  if (!existsSync(product)) return true;
  const madeAt = statSync(product).mtimeMs;
  return sources.some((source) => newestIn(join(ROOT, source)) > madeAt);
}

function newestIn(path) {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}
