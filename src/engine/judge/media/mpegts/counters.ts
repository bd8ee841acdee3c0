/** Continuity counters (ISO/IEC 13818-1 2.4.3.3). PURE. */
import type { TsPacket } from './packets.js';

/** The last counter by PID. */
export type Counters = ReadonlyMap<number, number>;

/** Null packets have no counter. */
const NULL_PID = 0x1fff;

/** Where counters do not run on; PIDs that are not in `before` may begin anywhere. */
export function counterBreaks(packets: readonly TsPacket[], before: Counters = new Map()): string[] {
  const counters = new Map(before);
  const repeated = new Set<number>();
  return packets.flatMap(({ index, pid, counter, payload, isBreak }) => {
    if (pid === NULL_PID) return [];
    const last = counters.get(pid);
    counters.set(pid, counter);
    if (last === undefined || isBreak) return [];
    const due = payload ? (last + 1) % 16 : last;
    // A packet may be sent twice, no oftener.
    const isRepeat = payload !== undefined && counter === last && !repeated.has(pid);
    if (isRepeat) repeated.add(pid);
    else repeated.delete(pid);
    return counter === due || isRepeat ? [] : [`packet ${index} of PID ${pid} has ${counter}, due is ${due}`];
  });
}

/** The first packet of every PID. */
export function firstOfEach(packets: readonly TsPacket[]): TsPacket[] {
  const seen = new Set<number>();
  return packets.filter(({ pid }) => !seen.has(pid) && seen.add(pid));
}

export const lastCounters = (packets: readonly TsPacket[]): Counters =>
  new Map(packets.map(({ pid, counter }) => [pid, counter]));
