/** The path from the source to whoever reads it: how long each delivery takes. PURE: time and chance are arguments. */
import type { Random } from '../random.js';

interface Delivery {
  readonly dueMs: number;
  readonly bytes: Buffer;
}

export class DelayLine {
  /** Milliseconds everything takes. */
  lateMs = 0;
  /** Milliseconds of random delay on top, at most. */
  jitterMs = 0;
  /** Delivers at whole multiples of these milliseconds; 0: at once. */
  bitesMs = 0;
  private readonly underWay: Delivery[] = [];
  /** 1: real time. Less: deliveries fall due more slowly, from `sinceMs` on; 0: not at all. */
  private speed = 1;
  private sinceMs = 0;

  constructor(private readonly random: Random) {}

  /** Puts bytes on the path. Order is kept, as TCP keeps it: nothing overtakes. */
  send(bytes: Buffer, nowMs: number): void {
    const arrivesMs = nowMs + this.lateMs + this.random() * this.jitterMs;
    const bittenMs = this.bitesMs > 0 ? Math.ceil(arrivesMs / this.bitesMs) * this.bitesMs : arrivesMs;
    this.underWay.push({ dueMs: Math.max(bittenMs, this.underWay.at(-1)?.dueMs ?? bittenMs), bytes });
  }

  /** From now on deliveries fall due at this share of real time, 0 to 1. Back at 1, all that piled up is due. */
  setSpeed(speed: number, nowMs: number): void {
    this.speed = speed;
    this.sinceMs = nowMs;
  }

  /** What has arrived by now. */
  receive(nowMs: number): Buffer[] {
    const reachedMs = this.speed === 1 ? nowMs : this.sinceMs + (nowMs - this.sinceMs) * this.speed;
    const stillOut = this.underWay.findIndex(({ dueMs }) => dueMs > reachedMs);
    const arrived = this.underWay.splice(0, stillOut < 0 ? this.underWay.length : stillOut);
    return arrived.map(({ bytes }) => bytes);
  }

  /** When the next delivery arrives; undefined while none can. */
  get nextAtMs(): number | undefined {
    const first = this.underWay[0];
    if (!first || this.speed === 0) return undefined;
    if (this.speed === 1) return first.dueMs;
    return this.sinceMs + Math.max(0, first.dueMs - this.sinceMs) / this.speed;
  }
}
