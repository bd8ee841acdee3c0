/** Reads an init segment (ftyp + moov) for what the rules ask of it, however broken it is. PURE. */
import { createFile, MP4BoxBuffer } from 'mp4box';
import type { TrackFacts, TrackKind } from '../expectation.js';
import { readAvcRecord, type AvcRecord } from './avc-record.js';
import { childOf, childrenOf, descendantOf, flagsOf, readBoxes, versionOf, type BoxView } from './boxes.js';

export interface SampleDefaults {
  readonly durationTicks: number;
  readonly bytes: number;
  readonly flags: number;
}

export interface HeaderTrack {
  readonly id: number;
  readonly name: string;
  readonly kind: TrackKind;
  readonly timescale: number;
  /** tkhd duration. */
  readonly durationTicks: number;
  /** Four-character code of the sample entry; `encv` and `enca` when encrypted. */
  readonly entry: string;
  /** Undefined where there is no avcC. */
  readonly avc: AvcRecord | undefined;
  /** Hz, of sound. */
  readonly sampleRate: number | undefined;
  /** Entries of stts, stsc, stco and stsz: samples the header itself has. */
  readonly samples: number;
  /** Every data reference says that the media is in this very file. */
  readonly isSelfContained: boolean;
  /** media_time of the first edit that shows something; undefined without edit list. */
  readonly editTicks: number | undefined;
  /** trex; undefined when it is missing. */
  readonly defaults: SampleDefaults | undefined;
}

export interface Header {
  readonly faults: readonly string[];
  readonly firstBox: string | undefined;
  /** Major and compatible brands of ftyp. */
  readonly brands: readonly string[];
  readonly isCmaf: boolean;
  readonly hasMoov: boolean;
  readonly hasMvex: boolean;
  /** mvhd duration. */
  readonly durationTicks: number;
  readonly tracks: readonly HeaderTrack[];
  readonly facts: TrackFacts | undefined;
}

const HANDLERS: Readonly<Record<string, TrackKind>> = { vide: 'video', soun: 'audio' };
/** entry_count is the second word of these, sample_count the third of stsz. */
const COUNTED: readonly (readonly [string, number])[] = [
  ['stts', 4],
  ['stsc', 4],
  ['stco', 4],
  ['stsz', 8],
];

export function readHeader(bytes: Buffer): Header {
  const { boxes, fault } = readBoxes(bytes);
  const faults = fault ? [fault] : [];
  const moov = boxes.find(({ type }) => type === 'moov');
  const mvex = childOf(moov, 'mvex');
  const brands = brandsOf(boxes.find(({ type }) => type === 'ftyp'));
  const tracks = childrenOf(moov)
    .filter(({ type }) => type === 'trak')
    .flatMap((trak, index) => tolerantly(faults, `track ${index + 1}`, () => readTrack(trak, mvex)) ?? []);
  const mvhd = childOf(moov, 'mvhd');
  return {
    faults,
    firstBox: boxes[0]?.type,
    brands,
    isCmaf: brands.includes('cmfc') || brands.includes('cmf2'),
    hasMoov: moov !== undefined,
    hasMvex: mvex !== undefined,
    durationTicks: (mvhd && tolerantly(faults, 'mvhd', () => readDuration(mvhd, 16, 24))) ?? 0,
    tracks,
    facts: tracks.length > 0 ? tolerantly(faults, 'sample entries', () => factsOf(bytes, tracks)) : undefined,
  };
}

function tolerantly<T>(faults: string[], what: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    faults.push(`${what} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function brandsOf(ftyp: BoxView | undefined): string[] {
  if (!ftyp) return [];
  const all = ftyp.payload.toString('latin1');
  return [all.slice(0, 4), ...(all.slice(8).match(/.{4}/gs) ?? [])];
}

/** Version 1 has 64 bits. 2^n-1 says "not known", as 0 does. */
function readDuration(box: BoxView, at: number, longAt: number): number {
  if (versionOf(box) === 0) return box.payload.readUInt32BE(at) % 0xffff_ffff;
  const ticks = box.payload.readBigUInt64BE(longAt);
  return ticks === 2n ** 64n - 1n ? 0 : Number(ticks);
}

function readTrack(trak: BoxView, mvex: BoxView | undefined): HeaderTrack {
  const tkhd = required(childOf(trak, 'tkhd'), 'tkhd');
  const mdia = childOf(trak, 'mdia');
  const mdhd = required(childOf(mdia, 'mdhd'), 'mdhd');
  const handler = required(childOf(mdia, 'hdlr'), 'hdlr').payload.toString('latin1', 8, 12);
  const stbl = descendantOf(mdia, 'minf', 'stbl');
  const [entry] = childrenOf(required(childOf(stbl, 'stsd'), 'stsd'), 8);
  if (!entry) throw new RangeError('no sample entry');
  const id = tkhd.payload.readUInt32BE(versionOf(tkhd) === 0 ? 12 : 20);
  const kind = HANDLERS[handler] ?? 'other';
  const avcC = kind === 'video' ? childOf(entry, 'avcC', 78) : undefined;
  return {
    id,
    name: `${kind === 'other' ? handler : kind} track ${id}`,
    kind,
    timescale: mdhd.payload.readUInt32BE(versionOf(mdhd) === 0 ? 12 : 20),
    durationTicks: readDuration(tkhd, 20, 28),
    entry: entry.type,
    avc: avcC && readAvcRecord(avcC.payload),
    sampleRate: kind === 'audio' ? entry.payload.readUInt16BE(24) || undefined : undefined,
    samples: COUNTED.reduce((sum, [type, at]) => sum + (childOf(stbl, type)?.payload.readUInt32BE(at) ?? 0), 0),
    isSelfContained: childrenOf(descendantOf(mdia, 'minf', 'dinf', 'dref'), 8).every((url) => (flagsOf(url) & 1) === 1),
    editTicks: readEdit(descendantOf(trak, 'edts', 'elst')),
    defaults: readDefaults(mvex, id),
  };
}

function required(box: BoxView | undefined, type: string): BoxView {
  if (!box) throw new RangeError(`no ${type} box`);
  return box;
}

/** Edits with media_time -1 are empty: they only delay. */
function readEdit(elst: BoxView | undefined): number | undefined {
  if (!elst) return undefined;
  const isLong = versionOf(elst) === 1;
  const count = elst.payload.readUInt32BE(4);
  for (let index = 0; index < count; index += 1) {
    const at = 8 + index * (isLong ? 20 : 12);
    const time = isLong ? Number(elst.payload.readBigInt64BE(at + 8)) : elst.payload.readInt32BE(at + 4);
    if (time >= 0) return time;
  }
  return undefined;
}

function readDefaults(mvex: BoxView | undefined, trackId: number): SampleDefaults | undefined {
  const trex = childrenOf(mvex).find(({ type, payload }) => type === 'trex' && payload.readUInt32BE(4) === trackId);
  return (
    trex && {
      durationTicks: trex.payload.readUInt32BE(12),
      bytes: trex.payload.readUInt32BE(16),
      flags: trex.payload.readUInt32BE(20),
    }
  );
}

function factsOf(bytes: Buffer, tracks: readonly HeaderTrack[]): TrackFacts | undefined {
  const file = createFile();
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(new Uint8Array(bytes).buffer, 0), true);
  const described = file.getInfo().tracks;
  const [lead] = tracks.filter(({ kind }) => kind === 'video').concat(tracks.filter(({ kind }) => kind === 'audio'));
  if (!lead) return undefined; // Text has no rules here.
  const kinds = new Set(tracks.map(({ kind }) => kind).filter((kind) => kind !== 'other'));
  const video = described.find(({ video }) => video)?.video;
  const audio = described.find(({ audio }) => audio)?.audio;
  return {
    codec: described.map(({ codec }) => codec).join(','),
    timescale: lead.timescale,
    ...(video && { width: video.width, height: video.height }),
    ...(audio && { sampleRate: audio.sample_rate, channels: audio.channel_count }),
    kind: kinds.size > 1 ? 'muxed' : lead.kind === 'video' ? 'video' : 'audio',
  };
}
