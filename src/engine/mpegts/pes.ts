/** Packetised elementary streams (ISO/IEC 13818-1 2.4.3.6): one picture, or a few AAC frames, with their times. */
import type { AccessUnit } from './access-unit.js';
import { aacFrameTicks, adtsHeader, type AacConfig } from './adts.js';
import { annexBPieces, type AvcConfig } from './annex-b.js';
import { AUDIO_PID, VIDEO_PID } from './psi.js';
import { wrapTicks } from './ticks.js';

export interface PesPacket {
  readonly pid: number;
  readonly streamId: number;
  /** 90 kHz ticks, not wrapped. */
  readonly presentationTicks: number;
  /** 90 kHz ticks, not wrapped. */
  readonly decodeTicks: number;
  readonly randomAccess: boolean;
  /** The elementary stream's bytes, in pieces. */
  readonly pieces: readonly Buffer[];
  /** Header and pieces together. */
  readonly bytes: number;
}

const VIDEO_STREAM = 0xe0;
const AUDIO_STREAM = 0xc0;

const FIXED_HEADER_BYTES = 9;
const TIMESTAMP_BYTES = 5;
/** What PES_packet_length does not count: start code, stream id, and itself. */
const UNCOUNTED_BYTES = 6;
const MAX_COUNTED_BYTES = 0xffff;

/** One PES packet a picture. */
export function videoPes(config: AvcConfig, units: readonly AccessUnit[]): PesPacket[] {
  return units.map((unit) => pesPacket(VIDEO_PID, VIDEO_STREAM, unit, unit.sync, annexBPieces(config, unit)));
}

/**
 * Up to `framesPerPes` AAC frames a PES packet, for its header and its stuffing cost some 100 bytes. Only the first
 * has a time stamp, so a frame that does not follow on the one before begins a packet of its own.
 */
export function audioPes(config: AacConfig, units: readonly AccessUnit[], framesPerPes: number): PesPacket[] {
  const runs: AccessUnit[][] = [];
  for (const unit of units) {
    const run = runs.at(-1);
    const previous = run?.at(-1);
    if (run && previous && run.length < framesPerPes && follows(config, previous, unit)) run.push(unit);
    else runs.push([unit]);
  }
  return runs.map((run, index) => {
    const pieces = run.flatMap(({ bytes }) => [adtsHeader(config, bytes.length), bytes]);
    return pesPacket(AUDIO_PID, AUDIO_STREAM, run[0]!, index === 0, pieces);
  });
}

/** 44.1 kHz frames are no whole number of ticks: one is allowed for rounding. */
const follows = (config: AacConfig, before: AccessUnit, after: AccessUnit): boolean =>
  Math.abs(after.decodeTicks - before.decodeTicks - aacFrameTicks(config)) <= 1;

function pesPacket(
  pid: number,
  streamId: number,
  { decodeTicks, presentationTicks }: AccessUnit,
  randomAccess: boolean,
  pieces: readonly Buffer[],
): PesPacket {
  const bytes = headerBytes(decodeTicks !== presentationTicks) + pieces.reduce((sum, piece) => sum + piece.length, 0);
  return { pid, streamId, decodeTicks, presentationTicks, randomAccess, pieces, bytes };
}

const headerBytes = (hasDts: boolean): number => FIXED_HEADER_BYTES + TIMESTAMP_BYTES * (hasDts ? 2 : 1);

/** Writes the whole PES packet, not yet cut into transport packets. */
export function writePes(into: Buffer, from: number, pes: PesPacket): void {
  const hasDts = pes.decodeTicks !== pes.presentationTicks;
  const counted = pes.bytes - UNCOUNTED_BYTES;
  let at = into.writeUInt32BE(0x0000_0100 + pes.streamId, from);
  // 0 is "until the next one begins", allowed for video only (2.4.3.7); six AAC frames always fit.
  at = into.writeUInt16BE(counted > MAX_COUNTED_BYTES ? 0 : counted, at);
  at = into.writeUInt8(0x84, at); // data_alignment_indicator: an access unit begins right after this header
  at = into.writeUInt8(hasDts ? 0xc0 : 0x80, at);
  at = into.writeUInt8(headerBytes(hasDts) - FIXED_HEADER_BYTES, at);
  at = writeTimestamp(into, at, hasDts ? 0b0011 : 0b0010, pes.presentationTicks);
  if (hasDts) at = writeTimestamp(into, at, 0b0001, pes.decodeTicks);
  for (const piece of pes.pieces) at += piece.copy(into, at);
}

/** 33 bits in three groups, a marker bit after each. */
function writeTimestamp(into: Buffer, at: number, prefix: number, ticks: number): number {
  const wrapped = wrapTicks(ticks);
  const top = Math.floor(wrapped / 2 ** 30);
  into[at] = (prefix << 4) | (top << 1) | 1;
  into.writeUInt16BE((((wrapped >>> 15) & 0x7fff) << 1) | 1, at + 1);
  return into.writeUInt16BE(((wrapped & 0x7fff) << 1) | 1, at + 3);
}
