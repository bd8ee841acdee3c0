/** How many processor cores this process may use: those it is allowed to run on, less what a container holds back. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { posix } from 'node:path';

/** A file's text; undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

/** At least a hundredth of a core; fractions where a cgroup allows one and a half. */
export function coresAvailable(read: ReadText = readText, processors = availableParallelism()): number {
  const limits = [cgroupLimit(read), processors].filter((limit) => limit !== undefined);
  return Math.max(0.01, Math.min(...limits));
}

const ROOT = '/sys/fs/cgroup';

/** The tightest limit of the cgroups this process is in, of version 2 or 1; undefined where none limits it. */
function cgroupLimit(read: ReadText): number | undefined {
  const limits = (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) return [];
    if (controllers === '') return upwards(path).map((group) => limitOfVersion2(read, posix.join(ROOT, group)));
    if (!controllers!.split(',').includes('cpu')) return [];
    // In a container the path is the host's, and the group itself is mounted at the root: `upwards` ends there.
    const mounts = [posix.join(ROOT, 'cpu'), posix.join(ROOT, controllers!)];
    return upwards(path).flatMap((group) => mounts.map((mount) => limitOfVersion1(read, posix.join(mount, group))));
  });
  const set = limits.filter((limit) => limit !== undefined);
  return set.length > 0 ? Math.min(...set) : undefined;
}

/** `/a/b` → `/a/b`, `/a`, `/`: a limit on any of them holds for all below. */
function upwards(path: string): string[] {
  return path === '/' ? ['/'] : [path, ...upwards(posix.dirname(path))];
}

/** `cpu.max`: `150000 100000` is one and a half cores, `max 100000` all. */
function limitOfVersion2(read: ReadText, group: string): number | undefined {
  const [quota, period] = (read(posix.join(group, 'cpu.max')) ?? '').trim().split(' ');
  return ratioOf(quota, period);
}

/** A quota of -1 is no limit. */
function limitOfVersion1(read: ReadText, group: string): number | undefined {
  return ratioOf(
    read(posix.join(group, 'cpu.cfs_quota_us'))?.trim(),
    read(posix.join(group, 'cpu.cfs_period_us'))?.trim(),
  );
}

function ratioOf(quota: string | undefined, period: string | undefined): number | undefined {
  const cores = Number(quota) / Number(period);
  return Number.isFinite(cores) && cores > 0 ? cores : undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // Not every kernel, and no other system, has these files.
  }
}
