/** Whether the resident memory of a server stays bounded over each of its lives. PURE. */

const MIB = 1024 * 1024;
/** A life's own beginning is what it is compared with: streams start, caches fill. */
const SETTLING_SECONDS = 20;
/** A garbage collector has its tides. */
const ROOM_FACTOR = 1.5;
const ROOM_BYTES = 96 * MIB;

interface Life {
  readonly pid: number;
  readonly since: number;
  settledBytes: number;
  peakBytes: number;
}

export class ServerMemory {
  private readonly lives: Life[] = [];

  add(pid: number, bytes: number, atSeconds: number): void {
    let life = this.lives.find((candidate) => candidate.pid === pid);
    if (!life) {
      life = { pid, since: atSeconds, settledBytes: 0, peakBytes: 0 };
      this.lives.push(life);
    }
    if (atSeconds - life.since < SETTLING_SECONDS) life.settledBytes = Math.max(life.settledBytes, bytes);
    life.peakBytes = Math.max(life.peakBytes, bytes);
  }

  get peakBytes(): number {
    return Math.max(0, ...this.lives.map(({ peakBytes }) => peakBytes));
  }

  /** One line for each life that grew beyond its bound. */
  get excesses(): readonly { readonly pid: number; readonly evidence: string }[] {
    return this.lives
      .filter(({ settledBytes, peakBytes }) => peakBytes > settledBytes * ROOM_FACTOR + ROOM_BYTES)
      .map(({ pid, settledBytes, peakBytes }) => ({
        pid,
        evidence: `${mib(peakBytes)} at its peak, ${mib(settledBytes)} in its first ${SETTLING_SECONDS} s`,
      }));
  }
}

const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
