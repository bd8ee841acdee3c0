/** Transport packets for tests, built bit by bit from what they are to say. */
import { PACKET_BYTES, TICKS_WRAP, writePcr, writeTime } from './packet.js';
import fc from 'fast-check';

export interface PacketOptions {
  readonly pid?: number;
  readonly counter?: number;
  readonly pcr?: number;
  readonly pts?: number;
  readonly dts?: number;
  /** A packet of an adaptation field only. */
  readonly payload?: boolean;
  readonly fill?: number;
}

/** With times it begins a PES packet of a picture. */
export function aPacket(options: PacketOptions = {}): Buffer {
  const { pid = 0x100, counter = 0, pcr, pts, dts, payload = true, fill = 0xaa } = options;
  const packet = Buffer.alloc(PACKET_BYTES, fill);
  packet[0] = 0x47;
  packet.writeUInt16BE((pts === undefined ? 0 : 0x4000) | pid, 1);
  const fieldBytes = payload ? (pcr === undefined ? 0 : 8) : PACKET_BYTES - 4;
  packet[3] = (fieldBytes > 0 ? 0x20 : 0) | (payload ? 0x10 : 0) | counter;
  if (fieldBytes > 0) {
    packet[4] = fieldBytes - 1;
    packet[5] = pcr === undefined ? 0 : 0x10;
    if (pcr !== undefined) writePcr(packet, 6, pcr);
  }
  if (pts !== undefined) writePesHeader(packet, 4 + fieldBytes, pts, dts);
  return packet;
}

function writePesHeader(packet: Buffer, at: number, pts: number, dts: number | undefined): void {
  packet.set([0, 0, 1, 0xe0, 0, 0, 0x80, dts === undefined ? 0x80 : 0xc0, dts === undefined ? 5 : 10], at);
  packet[at + 9] = dts === undefined ? 0x21 : 0x31;
  writeTime(packet, at + 9, pts);
  if (dts === undefined) return;
  packet[at + 14] = 0x11;
  writeTime(packet, at + 14, dts);
}

export const someTicks = fc.integer({ min: 0, max: TICKS_WRAP - 1 });
export const aShift = fc.integer({ min: -3 * TICKS_WRAP, max: 3 * TICKS_WRAP });
const maybeTicks = fc.option(someTicks, { nil: undefined });

/** Any packet: with and without PCR, PTS, DTS, payload. */
export const anyPacketOptions = fc
  .record({
    ...{ pid: fc.integer({ min: 0, max: 0x1fff }), counter: fc.integer({ min: 0, max: 15 }) },
    ...{ pcr: maybeTicks, pts: maybeTicks, dts: maybeTicks, payload: fc.boolean() },
    fill: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ pid, counter, pcr, pts, dts, payload, fill }): PacketOptions => {
    const times = payload && pts !== undefined ? { pts, ...(dts !== undefined && { dts }) } : {};
    return { ...{ pid, counter, payload, fill }, ...(pcr !== undefined && { pcr }), ...times };
  });
