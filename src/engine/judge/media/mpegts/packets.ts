/** Transport packets (ISO/IEC 13818-1 2.4.3) of bytes that may be broken. PURE. */

export const PACKET_BYTES = 188;
const SYNC_BYTE = 0x47;

export interface TsPacket {
  readonly index: number;
  readonly pid: number;
  /** payload_unit_start_indicator. */
  readonly unitStart: boolean;
  readonly counter: number;
  /** discontinuity_indicator: counter and clock may begin anew here. */
  readonly isBreak: boolean;
  /** PCR base: 33 bits of 90 kHz. */
  readonly pcrTicks: number | undefined;
  /** Undefined when the packet carries none. */
  readonly payload: Buffer | undefined;
}

export interface PacketList {
  readonly packets: readonly TsPacket[];
  readonly faults: readonly string[];
}

/** What begins as a transport stream does: with sync bytes where the first packets are due. */
export function isTransportStream(bytes: Buffer): boolean {
  return bytes.length >= PACKET_BYTES && bytes[0] === SYNC_BYTE && (bytes[PACKET_BYTES] ?? SYNC_BYTE) === SYNC_BYTE;
}

/** All packets up to the first that is none. */
export function readPackets(bytes: Buffer): PacketList {
  const packets: TsPacket[] = [];
  for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
    const index = at / PACKET_BYTES;
    const packet = bytes.subarray(at, at + PACKET_BYTES);
    if (packet.length < PACKET_BYTES)
      return { packets, faults: [`${packet.length} bytes after packet ${index - 1} are no packet`] };
    if (packet[0] !== SYNC_BYTE) return { packets, faults: [`packet ${index} has no sync byte`] };
    packets.push(readPacket(packet, index));
  }
  return { packets, faults: [] };
}

function readPacket(packet: Buffer, index: number): TsPacket {
  const control = packet[3]!;
  const hasField = (control & 0x20) !== 0;
  const fieldBytes = hasField ? 1 + packet[4]! : 0;
  const flags = fieldBytes > 1 ? packet[5]! : 0;
  const hasPcr = (flags & 0x10) !== 0 && fieldBytes >= 8;
  return {
    index,
    pid: packet.readUInt16BE(1) & 0x1fff,
    unitStart: (packet[1]! & 0x40) !== 0,
    counter: control & 0x0f,
    isBreak: (flags & 0x80) !== 0,
    pcrTicks: hasPcr ? packet.readUInt32BE(6) * 2 + (packet[10]! >> 7) : undefined,
    payload: control & 0x10 ? packet.subarray(Math.min(4 + fieldBytes, PACKET_BYTES)) : undefined,
  };
}
