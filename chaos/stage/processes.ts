/** Whom chaos can hit: the server's ffmpegs by what they do, and nginx with its workers. */
import { readdir, readFile } from 'node:fs/promises';
import { ffmpegChildren } from '../../test/support/server.js';

export interface FfmpegChild {
  readonly pid: number;
  /** An encoder makes fMP4 of raw frames; everything else stands before the playout. */
  readonly role: 'encoder' | 'intake';
  /** Enough to know it by, for a log. */
  readonly about: string;
}

/** In an order that is the same for the same set of children. */
export async function ffmpegsOf(outputDir: string): Promise<FfmpegChild[]> {
  const pids = await ffmpegChildren(outputDir);
  const children = await Promise.all(
    pids.map(async (pid): Promise<FfmpegChild | undefined> => {
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      if (words.length < 2) return undefined;
      const role = words.includes('mp4') && words.includes('pipe:1') ? 'encoder' : 'intake';
      const size = words[words.indexOf('-video_size') + 1];
      const encodes = words.includes('libx264') ? `picture ${size}` : 'sound';
      return { pid, role, about: role === 'encoder' ? encodes : words.includes('nut') ? 'tap or decoder' : 'decoder' };
    }),
  );
  return children
    .filter((child) => child !== undefined)
    .sort((a, b) => a.role.localeCompare(b.role) || a.about.localeCompare(b.about) || a.pid - b.pid);
}

/** Pids of the nginx this process started: the master and its workers, which would outlive it. */
export async function nginxPids(): Promise<number[]> {
  const all = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
        const [, command, parent] = /\((.*)\) \S (\d+)/.exec(stat) ?? [];
        return { pid: Number(name), parent: Number(parent), isNginx: command === 'nginx' };
      }),
  );
  const nginx = all.filter(({ isNginx }) => isNginx);
  const masters = nginx.filter(({ parent }) => parent === process.pid).map(({ pid }) => pid);
  return [...masters, ...nginx.filter(({ parent }) => masters.includes(parent)).map(({ pid }) => pid)];
}

/** False when there is no such process, or only what is left of it until it is reaped. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) [ZX] /.test(stat);
}

/** Resident memory in bytes; undefined when the process is gone. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** It may have gone by itself. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // ESRCH
  }
}
