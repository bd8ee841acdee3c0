/** What a program and everything it started have cost, from /proc. */
import { readdir, readFile } from 'node:fs/promises';
import { parseCpuSeconds } from '../src/platform/metrics/process-usage.js';

/** Pids of the process and all its descendants that are alive. */
export async function treeOf(root: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(await Promise.all(pids.map(async (pid) => [pid, await parentOf(pid)] as const)));
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === root) return true;
    return false;
  };
  return pids.filter(isBelow);
}

/** User and system seconds of each process alive in the trees below `roots`, by pid. */
export async function cpuSecondsOf(roots: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const pids = (await Promise.all(roots.map(treeOf))).flat();
  const read = pids.map(async (pid) => [pid, parseCpuSeconds(await statOf(pid)) ?? 0] as const);
  return new Map(await Promise.all(read));
}

/** A process ended while it was measured: what it had used is missing. */
export class EndedMeanwhile extends Error {}

/** CPU seconds the trees used while `during` ran. Throws `EndedMeanwhile`. */
export async function cpuSecondsDuring(roots: readonly number[], during: () => Promise<void>): Promise<number> {
  const before = await cpuSecondsOf(roots);
  await during();
  const after = await cpuSecondsOf(roots);
  const lost = [...before.keys()].filter((pid) => !after.has(pid));
  if (lost.length > 0) throw new EndedMeanwhile(`${lost.length} processes ended while they were measured`);
  return [...after].reduce((sum, [pid, seconds]) => sum + seconds - (before.get(pid) ?? 0), 0);
}

const statOf = (pid: number): Promise<string> => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');

async function parentOf(pid: number): Promise<number | undefined> {
  const stat = await statOf(pid);
  const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  return Number.isFinite(parent) ? parent : undefined;
}

/** User and system seconds of one process, all its threads, without its children. */
export const ownCpuSeconds = async (pid: number): Promise<number> => parseCpuSeconds(await statOf(pid)) ?? 0;

/** Resident memory of one process. */
export async function residentBytes(pid: number): Promise<number> {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
