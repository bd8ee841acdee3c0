/** Fields of transport packets (ISO/IEC 13818-1 2.4.3), read and written in place. PURE. */

export const PACKET_BYTES = 188;
/** Ticks per second of PTS, DTS and of the base of PCR. */
export const TICKS_PER_SECOND = 90_000;
/** They have 33 bits. */
export const TICKS_WRAP = 2 ** 33;

const SYNC_BYTE = 0x47;

/** Cuts a byte stream into whole packets, however the bytes arrive. What is no packet is passed over. */
export class PacketCutter {
  private rest = Buffer.alloc(0);

  push(bytes: Uint8Array): Buffer[] {
    const all = Buffer.concat([this.rest, bytes]);
    const packets: Buffer[] = [];
    let at = 0;
    while (at + PACKET_BYTES <= all.length) {
      if (all[at] !== SYNC_BYTE) {
        at += 1;
        continue;
      }
      packets.push(all.subarray(at, at + PACKET_BYTES));
      at += PACKET_BYTES;
    }
    this.rest = all.subarray(at);
    return packets;
  }
}

export const pidOf = (packet: Buffer): number => packet.readUInt16BE(1) & 0x1fff;

export const hasPayload = (packet: Buffer): boolean => (packet[3]! & 0x10) !== 0;

/** Ticks since 0, whatever they were before: always 0 up to 2^33. */
export const wrapTicks = (ticks: number): number => ((ticks % TICKS_WRAP) + TICKS_WRAP) % TICKS_WRAP;

/** Where the PCR stands, if the packet has one. */
export function pcrOffset(packet: Buffer): number | undefined {
  const hasField = (packet[3]! & 0x20) !== 0;
  return hasField && packet[4]! >= 7 && (packet[5]! & 0x10) !== 0 ? 6 : undefined;
}

/** Base of the PCR, in ticks. */
export const readPcr = (packet: Buffer, at: number): number => packet.readUInt32BE(at) * 2 + (packet[at + 4]! >> 7);

/** The extension, in 27 MHz, stays as it is. */
export function writePcr(packet: Buffer, at: number, ticks: number): void {
  packet.writeUInt32BE(Math.floor(ticks / 2), at);
  packet[at + 4] = (packet[at + 4]! & 0x7f) | ((ticks % 2) << 7);
}

/** Where PTS and DTS stand, if a PES packet begins in this one and says them. */
export function pesTimeOffsets(packet: Buffer): { readonly pts?: number; readonly dts?: number } {
  const beginsUnit = (packet[1]! & 0x40) !== 0;
  if (!beginsUnit || !hasPayload(packet)) return {};
  const at = 4 + ((packet[3]! & 0x20) === 0 ? 0 : 1 + packet[4]!);
  if (at + 9 > PACKET_BYTES || packet.readUIntBE(at, 3) !== 1 || !hasTimes(packet[at + 3]!)) return {};
  const flags = packet[at + 7]! >> 6;
  return {
    ...(flags >= 2 && at + 14 <= PACKET_BYTES && { pts: at + 9 }),
    ...(flags === 3 && at + 19 <= PACKET_BYTES && { dts: at + 14 }),
  };
}

/** Sound and picture; private streams and padding are left alone (ISO/IEC 13818-1 table 2-22). */
const hasTimes = (streamId: number): boolean => streamId >= 0xc0 && streamId <= 0xef;

/** Thirty-three bits in five bytes, with a marker bit after each part (2.4.3.6). */
export const readTime = (packet: Buffer, at: number): number =>
  ((packet[at]! >> 1) & 7) * 2 ** 30 +
  (packet.readUInt16BE(at + 1) >> 1) * 2 ** 15 +
  (packet.readUInt16BE(at + 3) >> 1);

export function writeTime(packet: Buffer, at: number, ticks: number): void {
  const [high, middle, low] = [Math.floor(ticks / 2 ** 30), Math.floor(ticks / 2 ** 15) % 2 ** 15, ticks % 2 ** 15];
  packet[at] = (packet[at]! & 0xf0) | (high << 1) | 1;
  packet.writeUInt16BE(middle * 2 + 1, at + 1);
  packet.writeUInt16BE(low * 2 + 1, at + 3);
}
