/** When each moment of media is due, by a clock that may run fast or slow. PURE: time is an argument. */
import { TICKS_PER_SECOND } from '../transport/packet.js';

export class Pace {
  private ticksPerMs = TICKS_PER_SECOND / 1000;

  /** Media time `fromTicks` is due at `fromMs`. */
  constructor(
    private fromMs: number,
    private fromTicks: number,
  ) {}

  dueMs(ticks: number): number {
    return this.fromMs + (ticks - this.fromTicks) / this.ticksPerMs;
  }

  ticksAt(nowMs: number): number {
    return this.fromTicks + (nowMs - this.fromMs) * this.ticksPerMs;
  }

  /** From now on; what was due already stays where it was. */
  setDrift(ppm: number, nowMs: number): void {
    this.fromTicks = this.ticksAt(nowMs);
    this.fromMs = nowMs;
    this.ticksPerMs = (TICKS_PER_SECOND / 1000) * (1 + ppm / 1e6);
  }
}
