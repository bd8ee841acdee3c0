/** Finds what a transport stream needs in a CMAF header (ftyp + moov): the one track's sample entry and timescale. */

/** A box inside another: where its payload begins and ends in the header. */
interface Range {
  readonly from: number;
  readonly to: number;
}

export interface SampleEntry {
  /** Four-character code, e.g. `avc1`. */
  readonly type: string;
  /** Ticks per second of the track (mdhd). */
  readonly timescale: number;
  /** The payload of a box within the entry. Throws RangeError when it is missing. */
  child(type: string): Buffer;
}

/** Bytes between the box header of a sample entry and its first child (ISO/IEC 14496-12 12.1.3, 12.2.3). */
const FIXED_BYTES: Readonly<Record<string, number>> = { avc1: 78, avc3: 78, mp4a: 28 };
const BOX_HEADER_BYTES = 8;
/** Version, flags and entry_count of stsd. */
const STSD_FIXED_BYTES = 8;

/** Reads the first sample entry of the first track. Throws RangeError for a codec a `.ts` file of ours cannot carry. */
export function readSampleEntry(header: Buffer): SampleEntry {
  const mdia = ['moov', 'trak', 'mdia'].reduce((parent, type) => find(header, parent, type), whole(header));
  const stsd = ['minf', 'stbl', 'stsd'].reduce((parent, type) => find(header, parent, type), mdia);
  const entry = { from: stsd.from + STSD_FIXED_BYTES, to: stsd.to };
  const type = header.toString('latin1', entry.from + 4, entry.from + BOX_HEADER_BYTES);
  const fixed = FIXED_BYTES[type];
  if (fixed === undefined) throw new RangeError(`a transport stream carries avc1, avc3 or mp4a, not ${type}`);
  const children = { from: entry.from + BOX_HEADER_BYTES + fixed, to: entry.from + header.readUInt32BE(entry.from) };
  return {
    type,
    timescale: readTimescale(slice(header, find(header, mdia, 'mdhd'))),
    child: (name) => slice(header, find(header, children, name)),
  };
}

/** Version 1 of mdhd has 64-bit dates before the timescale. */
const readTimescale = (mdhd: Buffer): number => mdhd.readUInt32BE(mdhd[0] === 1 ? 20 : 12);

const whole = (header: Buffer): Range => ({ from: 0, to: header.length });

const slice = (header: Buffer, { from, to }: Range): Buffer => header.subarray(from, to);

function find(header: Buffer, parent: Range, type: string): Range {
  for (let at = parent.from; at + BOX_HEADER_BYTES <= parent.to;) {
    const size = header.readUInt32BE(at);
    if (size < BOX_HEADER_BYTES) break;
    if (header.toString('latin1', at + 4, at + BOX_HEADER_BYTES) === type)
      return { from: at + BOX_HEADER_BYTES, to: Math.min(at + size, parent.to) };
    at += size;
  }
  throw new RangeError(`no ${type} box in the header of the track`);
}
