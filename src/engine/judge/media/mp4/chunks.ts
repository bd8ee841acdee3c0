/** Reads a media object of fragmented MP4 into its chunks and samples, however broken it is. PURE. */
import { childOf, childrenOf, flagsOf, readBoxes, versionOf, type BoxView } from './boxes.js';
import type { Header, HeaderTrack, SampleDefaults } from './header.js';

export interface PlacedSample {
  readonly durationTicks: number;
  readonly bytes: number;
  /** ISO/IEC 14496-12 8.8.3.1 sample flags. */
  readonly flags: number;
  readonly compositionOffset: number;
  /** Of its first byte in the object. */
  readonly offset: number;
}

export interface TrackFragment {
  readonly trackId: number;
  /** Undefined when the header does not know it. */
  readonly track: HeaderTrack | undefined;
  readonly isMoofRelative: boolean;
  /** tfdt; undefined when it is missing. */
  readonly decodeTime: number | undefined;
  readonly tfdtVersion: number | undefined;
  readonly runs: number;
  readonly runVersion: number;
  readonly samples: readonly PlacedSample[];
}

export interface Chunk {
  readonly moof: BoxView;
  readonly mdat: BoxView | undefined;
  /** mfhd sequence_number. */
  readonly sequence: number;
  readonly fragments: readonly TrackFragment[];
}

export interface Mp4Media {
  readonly bytes: Buffer;
  readonly header: Header | undefined;
  readonly boxes: readonly BoxView[];
  readonly faults: readonly string[];
  readonly chunks: readonly Chunk[];
}

const NON_SYNC = 0x0001_0000;
export const isSync = ({ flags }: PlacedSample): boolean => (flags & NON_SYNC) === 0;
export const endOf = ({ decodeTime, samples }: TrackFragment): number =>
  samples.reduce((time, { durationTicks }) => time + durationTicks, decodeTime ?? 0);

export function readMp4Media(bytes: Buffer, header: Header | undefined): Mp4Media {
  const { boxes, fault } = readBoxes(bytes);
  const faults = fault ? [fault] : [];
  const chunks = boxes.flatMap((moof, index) => {
    if (moof.type !== 'moof') return [];
    const next = boxes.slice(index + 1).find(({ type }) => type === 'moof' || type === 'mdat');
    try {
      return [readChunk(moof, next?.type === 'mdat' ? next : undefined, header)];
    } catch (error) {
      faults.push(`moof at ${moof.start} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
  return { bytes, header, boxes, faults, chunks };
}

function readChunk(moof: BoxView, mdat: BoxView | undefined, header: Header | undefined): Chunk {
  const fragments: TrackFragment[] = [];
  for (const traf of childrenOf(moof).filter(({ type }) => type === 'traf')) {
    const [last] = fragments.at(-1)?.samples.slice(-1) ?? [];
    // Without any base, samples follow those of the track fragment before (8.8.7.1).
    const implied = last ? last.offset + last.bytes : moof.start;
    fragments.push(readTraf(traf, moof, implied, header));
  }
  const mfhd = childOf(moof, 'mfhd');
  if (!mfhd) throw new RangeError('no mfhd box');
  return { moof, mdat, sequence: mfhd.payload.readUInt32BE(4), fragments };
}

function readTraf(traf: BoxView, moof: BoxView, implied: number, header: Header | undefined): TrackFragment {
  const tfhd = childOf(traf, 'tfhd');
  if (!tfhd) throw new RangeError('no tfhd box');
  const trackId = tfhd.payload.readUInt32BE(4);
  const track = header?.tracks.find(({ id }) => id === trackId);
  const isMoofRelative = (flagsOf(tfhd) & 0x02_0000) !== 0 && (flagsOf(tfhd) & 1) === 0;
  const tfdt = childOf(traf, 'tfdt');
  const runs = childrenOf(traf).filter(({ type }) => type === 'trun');
  const defaults = defaultsOf(tfhd, track?.defaults ?? { durationTicks: 0, bytes: 0, flags: 0 });
  const base = isMoofRelative ? moof.start : implied;
  const samples: PlacedSample[] = [];
  for (const trun of runs) {
    const [last] = samples.slice(-1);
    samples.push(...readRun(trun, base, last ? last.offset + last.bytes : base, defaults));
  }
  return {
    ...{ trackId, track, isMoofRelative, samples },
    decodeTime: tfdt && readDecodeTime(tfdt),
    tfdtVersion: tfdt && versionOf(tfdt),
    runs: runs.length,
    runVersion: Math.max(0, ...runs.map(versionOf)),
  };
}

const readDecodeTime = (tfdt: BoxView): number =>
  versionOf(tfdt) === 1 ? Number(tfdt.payload.readBigUInt64BE(4)) : tfdt.payload.readUInt32BE(4);

function defaultsOf(tfhd: BoxView, trex: SampleDefaults): SampleDefaults {
  const flags = flagsOf(tfhd);
  let at = 8 + (flags & 0x01 ? 8 : 0) + (flags & 0x02 ? 4 : 0);
  const field = (present: number, fallback: number): number => {
    if (!(flags & present)) return fallback;
    at += 4;
    return tfhd.payload.readUInt32BE(at - 4);
  };
  return {
    durationTicks: field(0x08, trex.durationTicks),
    bytes: field(0x10, trex.bytes),
    flags: field(0x20, trex.flags),
  };
}

function readRun(trun: BoxView, base: number, next: number, defaults: SampleDefaults): PlacedSample[] {
  const { payload } = trun;
  const flags = flagsOf(trun);
  let at = 8;
  const word = (present: number): number | undefined => {
    if (!(flags & present)) return undefined;
    at += 4;
    return payload.readUInt32BE(at - 4);
  };
  const relative = word(0x01);
  let offset = relative === undefined ? next : base + (relative | 0);
  const firstFlags = word(0x04);
  const samples: PlacedSample[] = [];
  for (let index = 0; index < payload.readUInt32BE(4); index += 1) {
    const durationTicks = word(0x100) ?? defaults.durationTicks;
    const bytes = word(0x200) ?? defaults.bytes;
    const sampleFlags = word(0x400) ?? (index === 0 ? (firstFlags ?? defaults.flags) : defaults.flags);
    const composition = word(0x800) ?? 0;
    const compositionOffset = versionOf(trun) === 0 ? composition : composition | 0;
    samples.push({ durationTicks, bytes, flags: sampleFlags, compositionOffset, offset });
    offset += bytes;
    // A run of a million samples without a field each would be a forged count.
    if (samples.length > MAX_SAMPLES) throw new RangeError(`a run of more than ${MAX_SAMPLES} samples`);
  }
  return samples;
}

const MAX_SAMPLES = 1_000_000;
