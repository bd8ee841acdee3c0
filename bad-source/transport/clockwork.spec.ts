import { describe, expect, it } from 'vitest';
import { Clockwork } from './clockwork.js';
import { TICKS_PER_SECOND, TICKS_WRAP } from './packet.js';
import { aPacket } from './testing.js';
import { decodeTicks } from './timestamps.js';

/** What a packet of a second of an encoder's media becomes. */
function stamped(clockwork: Clockwork, seconds: number, takeSeconds = 0): number {
  const packet = aPacket({ pts: seconds * TICKS_PER_SECOND });
  clockwork.stamp(packet, takeSeconds * TICKS_PER_SECOND);
  return decodeTicks(packet)! / TICKS_PER_SECOND;
}

const countersOf = (clockwork: Clockwork, packets: readonly Buffer[]): number[] =>
  packets.map((packet) => {
    clockwork.stamp(packet, 0);
    return packet[3]! & 0x0f;
  });

describe('the clock of a source', () => {
  it('goes on when another encoder takes over', () => {
    const clockwork = new Clockwork();
    const first = stamped(clockwork, 0);
    expect(stamped(clockwork, 9)).toBe(first + 9);
    expect(stamped(clockwork, 0, 10)).toBe(first + 10);
  });

  it('jumps as far as it is told, and stays there', () => {
    const clockwork = new Clockwork();
    const first = stamped(clockwork, 0);
    clockwork.jump(-100);
    expect(stamped(clockwork, 1)).toBe(first - 99);
    clockwork.jump(3600);
    expect(stamped(clockwork, 2)).toBe(first + 3502);
  });

  it('wraps three seconds after it is told to, whatever came before', () => {
    const clockwork = new Clockwork();
    clockwork.jump(777);
    clockwork.wrapSoon(50 * TICKS_PER_SECOND);
    expect(stamped(clockwork, 50)).toBe(TICKS_WRAP / TICKS_PER_SECOND - 3);
    expect(stamped(clockwork, 52)).toBe(TICKS_WRAP / TICKS_PER_SECOND - 1);
    expect(stamped(clockwork, 54)).toBe(1);
  });

  it('counts the packets of each PID for itself, on through a change of encoders', () => {
    const clockwork = new Clockwork();
    const numbered = [7, 3, 3, 9].map((counter) => aPacket({ pid: 0x100, counter }));
    expect(countersOf(clockwork, numbered)).toEqual([0, 1, 2, 3]);
    expect(countersOf(clockwork, [aPacket({ pid: 0x101, counter: 5 })])).toEqual([0]);
    expect(countersOf(clockwork, [aPacket({ pid: 0x100, payload: false }), aPacket({ pid: 0x100 })])).toEqual([3, 4]);
  });

  it('counts to fifteen, then from zero', () => {
    const packets = Array.from({ length: 18 }, () => aPacket());
    expect(countersOf(new Clockwork(), packets).slice(14)).toEqual([14, 15, 0, 1]);
  });
});
