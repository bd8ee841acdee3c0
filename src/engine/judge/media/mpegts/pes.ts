/** PES packets (ISO/IEC 13818-1 2.4.3.6): the access units of a stream, with their times. PURE. */
import type { TsPacket } from './packets.js';

export interface PesPacket {
  /** Of the transport packet it begins in. */
  readonly packet: number;
  /** 33 bits of 90 kHz; undefined where it has no time. */
  readonly ptsTicks: number | undefined;
  /** The PTS where there is no DTS. */
  readonly dtsTicks: number | undefined;
  readonly payload: Buffer;
}

export interface PesList {
  readonly all: readonly PesPacket[];
  readonly faults: readonly string[];
}

export function readPesPackets(packets: readonly TsPacket[], pid: number): PesList {
  const open: { packet: number; pieces: Buffer[] }[] = [];
  const faults: string[] = [];
  for (const packet of packets) {
    if (packet.pid !== pid || !packet.payload) continue;
    if (packet.unitStart) open.push({ packet: packet.index, pieces: [packet.payload] });
    else if (open.length > 0) open.at(-1)!.pieces.push(packet.payload);
    else if (faults.length === 0) faults.push(`PID ${pid} begins in the middle of a PES packet`);
  }
  const all = open.flatMap(({ packet, pieces }) => {
    const pes = readPes(packet, Buffer.concat(pieces));
    if (typeof pes !== 'string') return [pes];
    faults.push(`PID ${pid}, packet ${packet}: ${pes}`);
    return [];
  });
  return { all, faults };
}

/** The PES packet, or what is wrong with it. */
function readPes(packet: number, bytes: Buffer): PesPacket | string {
  if (bytes.length < 9 || bytes.readUIntBE(0, 3) !== 1) return 'no start code where a PES packet begins';
  const told = bytes.readUInt16BE(4);
  if (told > bytes.length - 6) return `PES_packet_length ${told}, only ${bytes.length - 6} bytes are there`;
  const headerEnd = 9 + bytes[8]!;
  const flags = bytes[7]! >> 6;
  if (headerEnd > bytes.length || (flags & 2 && bytes[8]! < (flags === 3 ? 10 : 5))) return 'its header is cut short';
  const pts = flags & 2 ? readTime(bytes, 9) : undefined;
  const dts = flags === 3 ? readTime(bytes, 14) : pts;
  // Length 0: to the next PES packet. What follows a told length is stuffing.
  const payload = bytes.subarray(headerEnd, told === 0 ? bytes.length : 6 + told);
  return { packet, ptsTicks: pts, dtsTicks: dts, payload };
}

const readTime = (bytes: Buffer, at: number): number =>
  ((bytes[at]! >> 1) & 7) * 2 ** 30 + (bytes.readUInt16BE(at + 1) >> 1) * 2 ** 15 + (bytes.readUInt16BE(at + 3) >> 1);
