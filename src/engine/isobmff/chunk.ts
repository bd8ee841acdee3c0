/** Writes one CMAF chunk (ISO/IEC 23000-19 7.3.3.2): exactly one `moof` and one `mdat`, one track run. */
import type { Sample } from './fragment.js';

export interface ChunkInput {
  /** mfhd sequence number; wraps at 32 bits. */
  readonly sequence: number;
  readonly trackId: number;
  /** tfdt in track ticks since the house epoch. */
  readonly decodeTime: number;
  readonly samples: readonly Sample[];
  /** The samples' bytes in order, in pieces of any size. */
  readonly payload: readonly Buffer[];
}

const MFHD_BYTES = 16;
const TFHD_BYTES = 16;
const TFDT_BYTES = 20;
const TRUN_FIXED_BYTES = 20;
const SAMPLE_BYTES = 16;
/** data-offset, and duration, size, flags, composition offset of every sample. */
const TRUN_FLAGS = 0x01 | 0x100 | 0x200 | 0x400 | 0x800;
/** default-base-is-moof: offsets count from this moof, so chunks may be concatenated freely. */
const TFHD_FLAGS = 0x02_0000;

/** The pieces of the chunk in order: a header of ours, then the payload untouched. */
export function chunkBytes(input: ChunkInput): Buffer[] {
  const trunBytes = TRUN_FIXED_BYTES + input.samples.length * SAMPLE_BYTES;
  const trafBytes = 8 + TFHD_BYTES + TFDT_BYTES + trunBytes;
  const moofBytes = 8 + MFHD_BYTES + trafBytes;
  const payloadBytes = input.payload.reduce((sum, piece) => sum + piece.length, 0);
  const header = Buffer.alloc(moofBytes + 8);

  let at = writeBoxHeader(header, 0, moofBytes, 'moof');
  at = writeBoxHeader(header, at, MFHD_BYTES, 'mfhd', 0, 0);
  at = header.writeUInt32BE(input.sequence % 0x1_0000_0000, at);
  at = writeBoxHeader(header, at, trafBytes, 'traf');
  at = writeBoxHeader(header, at, TFHD_BYTES, 'tfhd', 0, TFHD_FLAGS);
  at = header.writeUInt32BE(input.trackId, at);
  at = writeBoxHeader(header, at, TFDT_BYTES, 'tfdt', 1, 0);
  at = header.writeBigUInt64BE(BigInt(input.decodeTime), at);
  at = writeBoxHeader(header, at, trunBytes, 'trun', 1, TRUN_FLAGS);
  at = header.writeUInt32BE(input.samples.length, at);
  at = header.writeUInt32BE(moofBytes + 8, at);
  for (const sample of input.samples) {
    at = header.writeUInt32BE(sample.durationTicks, at);
    at = header.writeUInt32BE(sample.bytes, at);
    at = header.writeUInt32BE(sample.flags >>> 0, at);
    at = header.writeInt32BE(sample.compositionOffset, at);
  }
  writeBoxHeader(header, at, payloadBytes + 8, 'mdat');
  return [header, ...input.payload];
}

function writeBoxHeader(into: Buffer, at: number, size: number, type: string, version?: number, flags = 0): number {
  into.writeUInt32BE(size, at);
  into.write(type, at + 4, 'latin1');
  if (version === undefined) return at + 8;
  into.writeUInt8(version, at + 8);
  into.writeUIntBE(flags, at + 9, 3);
  return at + 12;
}
