/**
 * A container without a container engine: the file system of an image, made of this machine's programs and our build, in
 * namespaces of its own. Read-only but for the folders that are mounted, as a user without rights, on a network where
 * there is nobody else.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runProgram, type ProgramResult } from '../support/programs.js';
import { until } from '../support/until.js';
import { ROOT } from './image.js';

/** Where the Node under test is, first in PATH. */
export const NODE_IN_CONTAINER = '/opt/node/bin/node';
const PATH = '/opt/node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface ContainerOptions {
  /** The Node program that takes the place of the image's. */
  readonly node: string;
  /** A folder that {@link layOutApplication} made. */
  readonly application: string;
  /** Where the application lies: `/app`. */
  readonly home: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** User and group, as numbers. */
  readonly user: string;
  /** Folders that can be written, and have their user's name on them. */
  readonly writable: readonly string[];
  /** Whether the command is process 1, as in a container, or one of many, as a service. */
  readonly asProcessOne: boolean;
}

export interface Container {
  log(): string;
  /** What the folder holds, as seen from outside. */
  folder(path: string): string;
  /** Runs a program inside, in the application's folder, with the same environment. */
  run(command: readonly string[], limitMs?: number): Promise<ProgramResult>;
  /** Pids of programs of this name inside. */
  programs(name: string): Promise<number[]>;
  /** SIGTERM for the command; gives its exit code and how long it took, in milliseconds. */
  stop(): Promise<{ readonly code: number | null; readonly tookMs: number }>;
  /** Whatever is left is killed, and the folders are removed. */
  remove(): Promise<void>;
}

const isRoot = process.getuid?.() === 0;
/** Who is not root becomes it in a user namespace, where there is no other user to be. */
const becoming = isRoot ? [] : ['--user', '--map-root-user'];
const entering = isRoot ? [] : ['--user', '--preserve-credentials'];

export async function startContainer(options: ContainerOptions): Promise<Container> {
  const { node, application, home, command, env, user, writable, asProcessOne } = options;
  const folder = await mkdtemp(join(ROOT, 'var', 'container-'));
  const [root, volumes] = [join(folder, 'root'), join(folder, 'volumes')];
  await layOut(root, volumes, options);
  const environment = { PATH, HOME: '/nonexistent', ...env };
  const child = spawn(
    'unshare',
    [
      ...becoming,
      ...['--mount', '--net', '--fork', '--kill-child', ...(asProcessOne ? ['--pid'] : [])],
      ...['sh', '-euc', ENTER, 'sh', root, volumes, node, application, home, isRoot ? user : '', writable.join(' ')],
      ...command,
    ],
    { env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (log += bytes.toString()));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const remove = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  };
  // Every step of the way in keeps the pid of the first process inside, which the command then has.
  const pid = await until('the container has its root', async () => {
    if (child.exitCode !== null) throw new Error(`the container ended: ${log}`);
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    const first = Number(children.trim().split(' ')[0]);
    return first > 0 && (await rootOf(first)) === root && first;
  }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });

  return {
    log: () => log,
    folder: (path) => join(volumes, path),
    run: (words, limitMs = 30_000) => {
      const [uid, gid] = user.split(':');
      const as = isRoot ? ['--setuid', uid!, '--setgid', gid!] : [];
      const namespaces = ['--mount', '--net', ...(asProcessOne ? ['--pid'] : []), '--root', '--wd'];
      const set = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
      const enter = [...entering, '--target', `${pid}`, ...namespaces, ...as];
      return runProgram('nsenter', [...enter, '/usr/bin/env', '-i', ...set, ...words], limitMs);
    },
    async programs(name) {
      const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
      const ours = await Promise.all(
        pids.map(async (one) => (await rootOf(one)) === root && (await nameOf(one)) === name),
      );
      return pids.filter((_, index) => ours[index]);
    },
    async stop() {
      const startedAt = performance.now();
      process.kill(pid, 'SIGTERM');
      const [code] = await exited;
      return { code, tookMs: performance.now() - startedAt };
    },
    remove,
  };
}

/**
 * Makes the container's file system out of the folder and becomes the command: root, volumes, Node, application, where
 * that is to lie, user, folders that can be written, and then the command.
 */
const ENTER = `
root=$1 volumes=$2 node=$3 application=$4 home=$5 user=$6 writable=$7
shift 7
mount --make-rprivate /
mount --bind "$root" "$root"
for folder in usr etc sys dev; do
  mount --rbind "/$folder" "$root/$folder"
done
for folder in usr etc; do
  mount -o remount,bind,ro "$root/$folder"
done
mount --bind "$node" "$root${NODE_IN_CONTAINER}"
mount --bind "$application" "$root/$home"
mount -o remount,bind,ro "$root/$home"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$root/tmp"
for folder in $writable; do
  mount --bind "$volumes/$folder" "$root/$folder"
done
ip link set lo up
exec chroot \${user:+--userspec=$user} "$root" /usr/bin/env -C "$home" setpriv --no-new-privs -- "$@"
`;

/** Empty folders for what is mounted, and those that can be written, which belong to the user. */
async function layOut(root: string, volumes: string, { home, user, writable }: ContainerOptions): Promise<void> {
  const empty = ['usr', 'etc', 'sys', 'dev', 'proc', 'tmp', home, dirname(NODE_IN_CONTAINER), ...writable];
  for (const path of empty) await mkdir(join(root, path), { recursive: true });
  for (const link of ['bin', 'lib', 'lib64', 'sbin']) {
    const target = await readlink(`/${link}`).catch(() => undefined);
    if (target !== undefined) await symlink(target, join(root, link));
  }
  await writeFile(join(root, NODE_IN_CONTAINER), '');
  const [uid, gid] = user.split(':').map(Number) as [number, number];
  for (const path of writable) {
    await mkdir(join(volumes, path), { recursive: true });
    if (isRoot) await chown(join(volumes, path), uid, gid);
  }
  for (const path of [dirname(root), root, volumes]) await chmod(path, 0o755);
}

/** Makes the folder that the last stage of the Dockerfile has as `/app`: the build, and no package of development. */
export async function layOutApplication(): Promise<string> {
  const folder = await mkdtemp(join(ROOT, 'var', 'application-'));
  for (const path of ['package.json', 'dist', 'web/dist', 'config/ladder.yaml']) {
    await cp(join(ROOT, path), join(folder, path), { recursive: true });
  }
  await mkdir(join(folder, 'node_modules'));
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    // Optional packages for other machines are in the lock file and not here.
    const wanted = /^node_modules\/(?!.*\/node_modules\/)/.test(path) && dev !== true && existsSync(join(ROOT, path));
    if (!wanted) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    // Hard links: nobody changes an installed package.
    await promisify(execFile)('cp', ['-al', join(ROOT, path), join(folder, path)]);
  }
  await chmod(folder, 0o755);
  return folder;
}

const rootOf = (pid: number): Promise<string | undefined> => readlink(`/proc/${pid}/root`).catch(() => undefined);

const nameOf = async (pid: number): Promise<string> =>
  (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
