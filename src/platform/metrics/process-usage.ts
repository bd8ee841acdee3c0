/** What processes have cost so far, from /proc. */
import { readFile } from 'node:fs/promises';

export interface ProcessUsage {
  readonly pid: number;
  /** User and system time since its start. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** Linux gives both in these units on every platform we run on. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** Reads each process; one that is gone is left out. */
export async function processUsage(pids: readonly number[]): Promise<ProcessUsage[]> {
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
      return stat === undefined ? undefined : parseStat(pid, stat);
    }),
  );
  return found.filter((usage) => usage !== undefined);
}

/** Reads a line of /proc/[pid]/stat (proc(5)). The name in brackets may itself hold spaces and brackets. PURE. */
export function parseStat(pid: number, stat: string): ProcessUsage | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Counted from field 3, the state: utime is field 14, stime 15, rss 24.
  const [utime, stime, rss] = [fields[11], fields[12], fields[21]].map(Number) as [number, number, number];
  if (![utime, stime, rss].every(Number.isFinite)) return undefined;
  return { pid, cpuSeconds: (utime + stime) / TICKS_PER_SECOND, rssBytes: rss * PAGE_BYTES };
}
