/** Time that stands still until a test moves it. */
import type { Clock } from '../../src/engine/clock.js';

export class ManualClock implements Clock {
  constructor(private nowMs = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.nowMs;
  }

  advance(seconds: number): void {
    this.nowMs += seconds * 1000;
  }
}
