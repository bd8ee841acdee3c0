/** Tells an encoder that hangs from one that is only kept waiting by a busy machine. */
import { readdirSync, readFileSync } from 'node:fs';

export interface SilenceLimits {
  /** Silent this long, and asleep for the second half of it: it hangs. */
  readonly asleepMs: number;
  /** Silent this long: it hangs, whatever it does. */
  readonly silentMs: number;
}

/**
 * Silence alone proves little: where processors are short, an encoder may wait for one longer than any sensible limit,
 * and replacing it makes them shorter still. One that sleeps although it was fed, however, waits for nothing. PURE.
 */
export class Silence {
  private works = false;

  constructor(
    private readonly limits: SilenceLimits,
    private heardAtMs: number,
  ) {}

  /** It said something, or there is a reason to count anew. */
  end(nowMs: number): void {
    this.heardAtMs = nowMs;
    this.works = false;
  }

  /** How long it has lasted, ms. */
  lastsMs(nowMs: number): number {
    return nowMs - this.heardAtMs;
  }

  /** Whether it means that the encoder hangs. Ask a few times a second. */
  meansHung(nowMs: number, isWorking: () => boolean): boolean {
    const { asleepMs, silentMs } = this.limits;
    const ms = this.lastsMs(nowMs);
    if (ms > asleepMs / 2) this.works ||= isWorking();
    return ms > (this.works ? silentMs : asleepMs);
  }
}

/** Whether a thread of the process computes, waits for a processor or for a disk; false when there is no such process. */
export function isWorking(pid: number): boolean {
  try {
    const tasks = `/proc/${pid}/task`;
    return readdirSync(tasks).some((task) => /\) [RD] /.test(readFileSync(`${tasks}/${task}/stat`, 'utf8')));
  } catch {
    return false;
  }
}
