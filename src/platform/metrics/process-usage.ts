/** What processes have cost so far, from /proc. */
import { readFile } from 'node:fs/promises';

export interface ProcessUsage {
  readonly pid: number;
  /** User and system time since its start. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** Linux counts time for programs in hundredths on every platform we run on (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** Reads each process once; one that is gone is left out, and everywhere but on Linux all are. */
export async function processUsage(pids: readonly number[]): Promise<ProcessUsage[]> {
  const found = await Promise.all([...new Set(pids)].map(readUsage));
  return found.filter((usage) => usage !== undefined);
}

async function readUsage(pid: number): Promise<ProcessUsage | undefined> {
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const [stat, status] = await Promise.all([read('stat'), read('status')]);
  const cpuSeconds = parseCpuSeconds(stat);
  return cpuSeconds === undefined ? undefined : { pid, cpuSeconds, rssBytes: parseRssBytes(status) };
}

/** Reads a line of /proc/[pid]/stat (proc(5)). The name in brackets may itself hold spaces and brackets. PURE. */
export function parseCpuSeconds(stat: string): number | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Counted from field 3, the state: utime is field 14, stime 15.
  const ticks = Number(fields[11]) + Number(fields[12]);
  return Number.isFinite(ticks) ? ticks / TICKS_PER_SECOND : undefined;
}

/**
 * Reads VmRSS of /proc/[pid]/status; 0 for a process that has ended and waits to be reaped. Not `statm`, which counts
 * in pages: 4, 16 or 64 KiB, and Node has no way to ask which. PURE.
 */
export function parseRssBytes(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
