/** Reads a segment of MPEG-TS (ISO/IEC 13818-1, rfc8216bis 3.1.1) into its streams. PURE. */
import { aacCodec, readAdts, SAMPLES_PER_FRAME, type AdtsFrames } from '../adts.js';
import { annexBNals, VIDEO_SYNTAX, type VideoSyntax } from '../annex-b.js';
import type { TrackFacts } from '../expectation.js';
import type { TrackSpan } from '../track-span.js';
import { readPackets, type TsPacket } from './packets.js';
import { readPesPackets, type PesPacket } from './pes.js';
import { readTables, type ElementaryStream, type Tables } from './tables.js';

export const CLOCK_HZ = 90_000;
export const WRAP_TICKS = 2 ** 33;

export interface TsStream extends ElementaryStream {
  readonly name: string;
  readonly kind: 'video' | 'audio';
  readonly pes: readonly PesPacket[];
  /** Of H.264 and HEVC. */
  readonly syntax: VideoSyntax | undefined;
  /** NAL units of the first picture; none where it is no such video. */
  readonly firstNals: readonly Buffer[];
  /** Of AAC in ADTS. */
  readonly adts: AdtsFrames | undefined;
}

export interface Transport {
  readonly packets: readonly TsPacket[];
  readonly faults: readonly string[];
  readonly tables: Tables;
  readonly streams: readonly TsStream[];
}

const AAC_ADTS = 0x0f;
/** stream_type of other video and sound that HLS may carry. */
const OTHER_VIDEO = [0x01, 0x02, 0x10, 0x33];
const OTHER_AUDIO: Readonly<Record<number, string>> = {
  0x03: 'mp4a.40.34',
  0x04: 'mp4a.40.34',
  0x81: 'ac-3',
  0x87: 'ec-3',
};

export function readTransport(bytes: Buffer): Transport {
  const { packets, faults } = readPackets(bytes);
  const tables = readTables(packets);
  const allFaults = [...faults];
  const streams = (tables.map?.streams ?? []).flatMap((stream) => {
    const kind = kindOf(stream.type);
    if (!kind) return [];
    const { all: pes, faults: pesFaults } = readPesPackets(packets, stream.pid);
    allFaults.push(...pesFaults);
    const syntax = VIDEO_SYNTAX[stream.type];
    return [
      {
        ...{ ...stream, kind, pes, syntax },
        name: `${kind} PID ${stream.pid}`,
        firstNals: syntax && pes[0] ? annexBNals(pes[0].payload) : [],
        adts: stream.type === AAC_ADTS ? readAdts(Buffer.concat(pes.map(({ payload }) => payload))) : undefined,
      },
    ];
  });
  return { packets, faults: allFaults, tables, streams };
}

function kindOf(type: number): 'video' | 'audio' | undefined {
  if (VIDEO_SYNTAX[type] || OTHER_VIDEO.includes(type)) return 'video';
  return type === AAC_ADTS || OTHER_AUDIO[type] !== undefined ? 'audio' : undefined;
}

export function transportFacts({ streams }: Transport): TrackFacts | undefined {
  const present = streams.filter(({ pes }) => pes.length > 0);
  if (present.length === 0) return undefined;
  const adts = present.find((stream) => stream.adts)?.adts;
  const kinds = new Set(present.map(({ kind }) => kind));
  return {
    codec: present.flatMap((stream) => codecOf(stream) ?? []).join(','),
    timescale: CLOCK_HZ,
    ...(adts?.sampleRate !== undefined && { sampleRate: adts.sampleRate }),
    ...(adts?.channels !== undefined && { channels: adts.channels }),
    kind: kinds.size > 1 ? 'muxed' : present[0]!.kind,
  };
}

function codecOf({ type, adts, syntax, firstNals }: TsStream): string | undefined {
  if (adts) return aacCodec(adts);
  const sps = firstNals.find((nal) => syntax?.typeOf(nal) === syntax?.sps);
  return (sps && syntax?.codecOf(sps)) || OTHER_AUDIO[type];
}

/** Streams with times; one sample per PES packet of video, whole frames of sound. */
export const transportSpans = ({ streams }: Transport): TrackSpan[] =>
  streams.flatMap((stream) => spanOf(stream) ?? []);

function spanOf({ name, kind, pes, adts, syntax, firstNals }: TsStream): TrackSpan | undefined {
  const times = unwrapped(pes.flatMap(({ dtsTicks }) => dtsTicks ?? []));
  const start = times[0];
  if (start === undefined) return undefined;
  const steps = times.slice(1).map((time, index) => time - times[index]!);
  const longest = Math.max(0, ...steps);
  const sound = kind === 'audio' && adts?.sampleRate ? (SAMPLES_PER_FRAME * CLOCK_HZ) / adts.sampleRate : undefined;
  const typical = sound ?? medianOf(steps);
  const duration = sound && adts ? adts.count * sound : times.at(-1)! - start + typical;
  const shown = pes.flatMap(({ ptsTicks, dtsTicks }) =>
    ptsTicks === undefined ? [] : start + near(dtsTicks! - pes[0]!.dtsTicks!) + near(ptsTicks - dtsTicks!),
  );
  const isKeyed = syntax ? firstNals.some((nal) => syntax.isKey(syntax.typeOf(nal))) : true;
  return {
    ...{ name, kind },
    timescale: CLOCK_HZ,
    startTicks: start,
    endTicks: start + duration,
    earliestTicks: Math.min(...shown),
    durationTicks: duration,
    frameTicks: sound ?? longest,
    startsWithKey: isKeyed,
    hasKey: isKeyed,
    // Half a frame; frames of changing length have no better guess than the longest.
    jitterTicks: typical / 2 + (sound === undefined ? longest - typical : 0),
    toldFrames: 2,
    wrapTicks: WRAP_TICKS,
  };
}

/** The distance of two times of 33 bits, the shorter way round. */
export function near(distance: number): number {
  const positive = ((distance % WRAP_TICKS) + WRAP_TICKS) % WRAP_TICKS;
  return positive >= WRAP_TICKS / 2 ? positive - WRAP_TICKS : positive;
}

function unwrapped(times: readonly number[]): number[] {
  let last = times[0] ?? 0;
  return times.map((time) => (last += near(time - last)));
}

const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
