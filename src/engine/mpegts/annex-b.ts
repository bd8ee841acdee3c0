/** H.264 from the way MP4 stores it (length-prefixed NAL units) to the way a transport stream does (Annex B). */
import type { AccessUnit } from './access-unit.js';
import { readSampleEntry } from './header-boxes.js';

/** What the avcC box of a header says (ISO/IEC 14496-15 5.3.3.1). */
export interface AvcConfig {
  /** Ticks per second of the track. */
  readonly timescale: number;
  /** Bytes of the length before every NAL unit: 1, 2 or 4. */
  readonly nalLengthBytes: number;
  /** SPS and PPS in Annex B, as they go before every IDR picture. */
  readonly parameterSets: Buffer;
}

/** nal_unit_type (ISO/IEC 14496-10 table 7-1). */
const NAL_SPS = 7;
const NAL_ACCESS_UNIT_DELIMITER = 9;

/** With its zero_byte (Annex B.1.2): demanded before parameter sets and the first NAL unit, and harmless elsewhere. */
const START_CODE = Buffer.from([0, 0, 0, 1]);
/** primary_pic_type 7: slices of any type may follow (ISO/IEC 13818-1 2.14.1 demands one before every picture). */
const ACCESS_UNIT_DELIMITER = Buffer.from([0, 0, 0, 1, NAL_ACCESS_UNIT_DELIMITER, 0xf0]);

/** Reads a video header (ftyp + moov). Throws RangeError when it is not H.264. */
export function readAvcConfig(init: Buffer): AvcConfig {
  const entry = readSampleEntry(init);
  if (entry.type === 'mp4a') throw new RangeError('expected the header of a video track, this is sound');
  const avcC = entry.child('avcC');
  const sps = readParameterSets(avcC, 6, avcC.readUInt8(5) & 0x1f);
  const pps = readParameterSets(avcC, sps.end + 1, avcC.readUInt8(sps.end));
  return {
    timescale: entry.timescale,
    nalLengthBytes: (avcC.readUInt8(4) & 0x03) + 1,
    parameterSets: Buffer.concat([...sps.sets, ...pps.sets].flatMap((set) => [START_CODE, set])),
  };
}

function readParameterSets(avcC: Buffer, from: number, count: number): { sets: Buffer[]; end: number } {
  const sets: Buffer[] = [];
  let at = from;
  for (let index = 0; index < count; index += 1) {
    const end = at + 2 + avcC.readUInt16BE(at);
    sets.push(avcC.subarray(at + 2, end));
    at = end;
  }
  return { sets, end: at };
}

/**
 * The pieces of one picture in Annex B: delimiter, parameter sets if it can be joined at and has none of its own, and
 * its NAL units untouched. Throws RangeError when a length points outside the sample.
 */
export function annexBPieces(config: AvcConfig, unit: AccessUnit): Buffer[] {
  const nals = nalUnits(unit.bytes, config.nalLengthBytes).filter((nal) => typeOf(nal) !== NAL_ACCESS_UNIT_DELIMITER);
  const pieces: Buffer[] = [ACCESS_UNIT_DELIMITER];
  if (unit.sync && !nals.some((nal) => typeOf(nal) === NAL_SPS)) pieces.push(config.parameterSets);
  for (const nal of nals) pieces.push(START_CODE, nal);
  return pieces;
}

/** nal_unit_type; an empty NAL unit has none. */
const typeOf = (nal: Buffer): number => (nal[0] ?? 0) & 0x1f;

function nalUnits(sample: Buffer, lengthBytes: number): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 0; at < sample.length;) {
    const from = at + lengthBytes;
    const end = from <= sample.length ? from + sample.readUIntBE(at, lengthBytes) : Infinity;
    if (end > sample.length) throw new RangeError(`a NAL unit at byte ${at} leaves its sample of ${sample.length}`);
    nals.push(sample.subarray(from, end));
    at = end;
  }
  return nals;
}
