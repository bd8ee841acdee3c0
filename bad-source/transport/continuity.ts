/** Continuity counters (ISO/IEC 13818-1 2.4.3.3) that go on when another encoder takes over. PURE. */
import { hasPayload, pidOf } from './packet.js';

export class ContinuityCounters {
  private readonly last = new Map<number, number>();

  /** Numbers the packet after the last one of its PID. In place. A packet without payload repeats the number. */
  renumber(packet: Buffer): void {
    const pid = pidOf(packet);
    const before = this.last.get(pid) ?? 15;
    const counter = hasPayload(packet) ? (before + 1) % 16 : before;
    packet[3] = (packet[3]! & 0xf0) | counter;
    this.last.set(pid, counter);
  }
}
