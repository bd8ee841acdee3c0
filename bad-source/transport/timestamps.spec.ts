import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PACKET_BYTES, PacketCutter, TICKS_WRAP, wrapTicks } from './packet.js';
import { anyPacketOptions, aPacket, aShift, someTicks } from './testing.js';
import { decodeTicks, shiftTimestamps } from './timestamps.js';

describe('timestamps of transport packets', () => {
  it('are moved in PCR, PTS and DTS alike, and nothing else is touched', () => {
    fc.assert(
      fc.property(anyPacketOptions, aShift, (options, shift) => {
        const moved = aPacket(options);
        shiftTimestamps(moved, shift);
        const { pcr, pts, dts } = options;
        const expected = aPacket({
          ...options,
          ...(pcr !== undefined && { pcr: wrapTicks(pcr + shift) }),
          ...(pts !== undefined && { pts: wrapTicks(pts + shift) }),
          ...(dts !== undefined && { dts: wrapTicks(dts + shift) }),
        });
        expect(moved.equals(expected)).toBe(true);
      }),
    );
  });

  it('come back to the bit when they are moved there and back', () => {
    fc.assert(
      fc.property(anyPacketOptions, aShift, (options, shift) => {
        const packet = aPacket(options);
        shiftTimestamps(packet, shift);
        shiftTimestamps(packet, -shift);
        expect(packet.equals(aPacket(options))).toBe(true);
      }),
    );
  });

  it('wrap at 2^33, forwards and backwards', () => {
    const packet = aPacket({ pts: TICKS_WRAP - 1, dts: 0 });
    shiftTimestamps(packet, 1);
    expect(packet.equals(aPacket({ pts: 0, dts: 1 }))).toBe(true);
    shiftTimestamps(packet, -2);
    expect(packet.equals(aPacket({ pts: TICKS_WRAP - 2, dts: TICKS_WRAP - 1 }))).toBe(true);
  });

  it('keep the extension of the PCR', () => {
    const packet = aPacket({ pcr: 90_001 });
    packet[10] = packet[10]! | 0x01;
    packet[11] = 0x17;
    shiftTimestamps(packet, 90_000);
    expect([packet.readUInt32BE(6) * 2 + (packet[10] >> 7), packet[10] & 1, packet[11]]).toEqual([180_001, 1, 0x17]);
  });

  it('never break a packet, whatever its bytes are', () => {
    const bytes = fc.uint8Array({ minLength: PACKET_BYTES, maxLength: PACKET_BYTES });
    fc.assert(
      fc.property(bytes, aShift, (wild, shift) => {
        const packet = Buffer.from(wild);
        packet[0] = 0x47;
        const before = Buffer.from(packet);
        shiftTimestamps(packet, shift);
        expect(packet.subarray(0, 4).equals(before.subarray(0, 4))).toBe(true);
      }),
    );
  });

  it('tell when a unit is decoded: by its DTS, by its PTS where it has none, and not in the middle of one', () => {
    fc.assert(
      fc.property(someTicks, someTicks, (pts, dts) => {
        expect(decodeTicks(aPacket({ pts, dts }))).toBe(dts);
        expect(decodeTicks(aPacket({ pts, pcr: 5 }))).toBe(pts);
      }),
    );
    expect(decodeTicks(aPacket({ pcr: 5 }))).toBeUndefined();
  });
});

describe('a byte stream', () => {
  it('is cut into the same packets however it arrives', () => {
    const packets = [1, 2, 3].map((counter) => aPacket({ counter, fill: 0x47 }));
    const whole = Buffer.concat(packets);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length })), (cuts) => {
        const cutter = new PacketCutter();
        const ends = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const got = ends.slice(1).flatMap((end, index) => cutter.push(whole.subarray(ends[index], end)));
        expect(got.map((packet) => packet.toString('hex'))).toEqual(packets.map((packet) => packet.toString('hex')));
      }),
    );
  });
});
