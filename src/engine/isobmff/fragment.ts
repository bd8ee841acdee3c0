/** Reads what the packager needs of one movie fragment (`moof`): its samples, in order. One track, as CMAF demands. */

export interface Sample {
  readonly durationTicks: number;
  readonly bytes: number;
  /** ISO/IEC 14496-12 8.8.3.1 sample flags. */
  readonly flags: number;
  /** Signed composition offset in ticks; 0 without B frames. */
  readonly compositionOffset: number;
}

export interface Fragment {
  readonly sequence: number;
  /** tfdt: decode time of the first sample, in ticks of the encoder's own run. */
  readonly decodeTime: number;
  readonly samples: readonly Sample[];
}

/** sample_is_non_sync_sample (8.8.3.1). */
const NON_SYNC = 0x0001_0000;

export const isSyncSample = (sample: Sample): boolean => (sample.flags & NON_SYNC) === 0;

interface SampleDefaults {
  duration: number;
  bytes: number;
  flags: number;
}

/** Parses a whole `moof` box. Throws RangeError when a mandatory box is missing. */
export function readFragment(moof: Buffer): Fragment {
  const sequence = child(moof, 'mfhd', 8).readUInt32BE(12);
  const traf = child(moof, 'traf', 8);
  const defaults = readTfhd(child(traf, 'tfhd', 8));
  return {
    sequence,
    decodeTime: readTfdt(child(traf, 'tfdt', 8)),
    samples: readTrun(child(traf, 'trun', 8), defaults),
  };
}

function child(parent: Buffer, type: string, from: number): Buffer {
  for (let at = from; at + 8 <= parent.length;) {
    const size = parent.readUInt32BE(at);
    if (size < 8) break;
    if (parent.toString('latin1', at + 4, at + 8) === type) return parent.subarray(at, at + size);
    at += size;
  }
  throw new RangeError(`no ${type} box in ${parent.toString('latin1', 4, 8)}`);
}

const flagsOf = (box: Buffer): number => box.readUIntBE(9, 3);

function readTfhd(tfhd: Buffer): SampleDefaults {
  const flags = flagsOf(tfhd);
  const defaults: SampleDefaults = { duration: 0, bytes: 0, flags: 0 };
  let at = 16;
  if (flags & 0x01) at += 8; // base-data-offset
  if (flags & 0x02) at += 4; // sample-description-index
  if (flags & 0x08) at = ((defaults.duration = tfhd.readUInt32BE(at)), at + 4);
  if (flags & 0x10) at = ((defaults.bytes = tfhd.readUInt32BE(at)), at + 4);
  if (flags & 0x20) defaults.flags = tfhd.readUInt32BE(at);
  return defaults;
}

function readTfdt(tfdt: Buffer): number {
  return tfdt[8] === 1 ? Number(tfdt.readBigUInt64BE(12)) : tfdt.readUInt32BE(12);
}

function readTrun(trun: Buffer, defaults: SampleDefaults): Sample[] {
  const flags = flagsOf(trun);
  const count = trun.readUInt32BE(12);
  let at = 16;
  if (flags & 0x01) at += 4; // data-offset
  let firstFlags: number | undefined;
  if (flags & 0x04) {
    firstFlags = trun.readUInt32BE(at);
    at += 4;
  }
  const field = (present: number, fallback: number): number => {
    if (!(flags & present)) return fallback;
    at += 4;
    return trun.readUInt32BE(at - 4);
  };
  const samples: Sample[] = [];
  for (let index = 0; index < count; index += 1) {
    const durationTicks = field(0x100, defaults.duration);
    const bytes = field(0x200, defaults.bytes);
    const sampleFlags = field(0x400, index === 0 && firstFlags !== undefined ? firstFlags : defaults.flags);
    const compositionOffset = field(0x800, 0) | 0; // trun version 1 offsets are signed
    samples.push({ durationTicks, bytes, flags: sampleFlags, compositionOffset });
  }
  return samples;
}
