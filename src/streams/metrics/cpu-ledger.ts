/** CPU time of processes that come and go, as counts that only grow. PURE. */
import type { ProcessUsage } from '../../platform/metrics/index.js';

/**
 * Keeps what each owner's processes have used so far. What a process uses between the last entry and its end is not
 * known to anybody, and left out.
 */
export class CpuLedger {
  private readonly known = new Map<number, number>();
  private readonly totals = new Map<string, number>();

  /** Enters what is read now, of all owners there are, and gives the seconds of each; who is gone is forgotten. */
  enter(readings: ReadonlyMap<string, readonly ProcessUsage[]>): ReadonlyMap<string, number> {
    const alive = new Set<number>();
    for (const [owner, processes] of readings) {
      for (const { pid, cpuSeconds } of processes) {
        alive.add(pid);
        const before = this.known.get(pid) ?? 0;
        // Less than before: the number belongs to another process by now.
        const spent = cpuSeconds < before ? cpuSeconds : cpuSeconds - before;
        this.totals.set(owner, (this.totals.get(owner) ?? 0) + spent);
        this.known.set(pid, cpuSeconds);
      }
      if (!this.totals.has(owner)) this.totals.set(owner, 0);
    }
    for (const pid of this.known.keys()) if (!alive.has(pid)) this.known.delete(pid);
    for (const owner of this.totals.keys()) if (!readings.has(owner)) this.totals.delete(owner);
    return this.totals;
  }
}
