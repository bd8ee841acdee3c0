/** Program specific information (ISO/IEC 13818-1 2.4.4): which streams there are. PURE. */
import type { TsPacket } from './packets.js';

export interface Section {
  /** Of the packet it begins in. */
  readonly packet: number;
  readonly isIntact: boolean;
  /** Between the eight bytes of the section's head and its CRC. */
  readonly body: Buffer;
}

export interface ElementaryStream {
  readonly pid: number;
  /** stream_type (table 2-34). */
  readonly type: number;
}

export interface ProgramMap {
  readonly section: Section;
  readonly clockPid: number;
  readonly streams: readonly ElementaryStream[];
}

export interface Tables {
  readonly pat: Section | undefined;
  /** PIDs of program maps, without the network's. */
  readonly programs: readonly number[];
  readonly map: ProgramMap | undefined;
  readonly damaged: readonly string[];
}

const PAT_PID = 0;
const TABLE_PAT = 0;
const TABLE_PMT = 2;

export function readTables(packets: readonly TsPacket[]): Tables {
  const pats = sectionsOf(packets, PAT_PID, TABLE_PAT);
  const pat = pats[0];
  const programs = pat ? programsOf(pat.body) : [];
  const maps = programs.slice(0, 1).flatMap((pid) => sectionsOf(packets, pid, TABLE_PMT));
  const damagedOf = (name: string, sections: readonly Section[]): string[] =>
    sections.flatMap(({ packet, isIntact }) => (isIntact ? [] : [`CRC of the ${name} in packet ${packet}`]));
  return {
    ...{ pat, programs },
    map: maps[0] && readMap(maps[0]),
    damaged: [...damagedOf('PAT', pats), ...damagedOf('PMT', maps)],
  };
}

/** The sections of a table, each gathered from its packets. */
function sectionsOf(packets: readonly TsPacket[], pid: number, tableId: number): Section[] {
  const own = packets.filter((packet) => packet.pid === pid && packet.payload);
  return own.flatMap((packet, index) => {
    if (!packet.unitStart || !packet.payload?.length) return [];
    const start = packet.payload.subarray(1 + packet.payload[0]!);
    const next = own.slice(index + 1, index + 1 + MAX_MORE_PACKETS);
    const end = next.findIndex(({ unitStart }) => unitStart);
    const more = next.slice(0, end < 0 ? next.length : end).map(({ payload }) => payload!);
    const bytes = Buffer.concat([start, ...more]);
    if (bytes.length < 3 || bytes[0] !== tableId) return [];
    const section = bytes.subarray(0, 3 + (bytes.readUInt16BE(1) & 0x0fff));
    return [{ packet: packet.index, isIntact: crc32(section) === 0, body: section.subarray(8, -4) }];
  });
}

/** A section has 1024 bytes at most. */
const MAX_MORE_PACKETS = 5;

function programsOf(body: Buffer): number[] {
  const pids: number[] = [];
  for (let at = 0; at + 4 <= body.length; at += 4)
    if (body.readUInt16BE(at) !== 0) pids.push(body.readUInt16BE(at + 2) & 0x1fff);
  return pids;
}

function readMap(section: Section): ProgramMap | undefined {
  const { body } = section;
  if (body.length < 4) return undefined;
  const streams: ElementaryStream[] = [];
  for (let at = 4 + (body.readUInt16BE(2) & 0x0fff); at + 5 <= body.length;) {
    streams.push({ type: body[at]!, pid: body.readUInt16BE(at + 1) & 0x1fff });
    at += 5 + (body.readUInt16BE(at + 3) & 0x0fff);
  }
  return { section, clockPid: body.readUInt16BE(0) & 0x1fff, streams };
}

const POLYNOMIAL = 0x04c1_1db7;

/** Annex A: over a section with its CRC it gives 0. */
function crc32(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000_0000 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  }
  return crc >>> 0;
}
