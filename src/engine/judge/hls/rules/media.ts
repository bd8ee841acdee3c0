/** What the media say against what the playlists say (rfc8216bis 3.2, 4.4.4.8, 4.4.6.2, 6.2.4; Apple 1.28, 1.29; L4, M3 to M5, P17). PURE. */
import type { Rule } from '../../rule.js';
import type { TrackFacts } from '../../media/index.js';
import { codecFamily, codecsOf, isAudioCodec, isVideoCodec } from '../codecs.js';
import { tagText, type Segment, type VariantStream } from '../playlist.js';
import { number, text } from '../tag-values.js';

/** One segment with its bytes, and those of all its parts where all were fetched. */
export interface FetchedSegment {
  readonly segment: Segment;
  readonly bytes: Buffer;
  readonly parts: readonly Buffer[] | undefined;
  /** The samples' bytes: what remains when containers are taken off, where that can be done. */
  readonly payloadOf: (bytes: Buffer) => Buffer;
}

export const FETCHED_SEGMENT_RULES: readonly Rule<FetchedSegment>[] = [
  {
    id: 'hls.parts-are-the-segment',
    clause: 'rfc8216bis 3.2',
    severity: 'error',
    text: 'A segment and its parts hold the same samples.',
    check: ({ segment, bytes, parts, payloadOf }) => {
      if (!parts) return [];
      const whole = Buffer.concat(parts);
      if (whole.equals(bytes)) return [];
      const [theirs, own] = [payloadOf(whole), payloadOf(bytes)];
      if (theirs.equals(own)) return [];
      const at = own.findIndex((byte, index) => byte !== theirs[index]);
      const where = at < 0 ? '' : `, different from byte ${at} on`;
      return [
        `segment ${segment.msn}: ${own.length} bytes of samples, ${theirs.length} in its ${parts.length} parts${where}`,
      ];
    },
  },
  {
    id: 'hls.parts-concatenate',
    clause: 'rfc8216bis 3.2',
    severity: 'note',
    text: 'A segment is the concatenation of its parts, byte for byte.',
    check: ({ segment, bytes, parts, payloadOf }) => {
      if (!parts) return [];
      const whole = Buffer.concat(parts);
      return whole.equals(bytes) || !payloadOf(whole).equals(payloadOf(bytes))
        ? []
        : [
            `segment ${segment.msn}: ${bytes.length} bytes, its ${parts.length} parts ${whole.length}; the samples are the same`,
          ];
    },
  },
  {
    id: 'hls.bitrate',
    clause: 'rfc8216bis 4.4.4.8',
    severity: 'error',
    text: 'EXT-X-BITRATE is within 10 % of the bit rate of each segment.',
    check: ({ segment, bytes }) => {
      const { bitrateKbps, duration, msn } = segment;
      if (bitrateKbps === undefined || !duration) return [];
      const measured = (bytes.length * 8) / duration / 1000;
      return bitrateKbps < 0.9 * measured || bitrateKbps > 1.1 * measured
        ? [`segment ${msn}: ${measured.toFixed(0)} kbit/s, EXT-X-BITRATE says ${bitrateKbps}`]
        : [];
    },
  },
];

/** A variant stream and what was measured of its own playlist and of the largest rendition of its audio group. */
export interface MeasuredVariant {
  readonly variant: VariantStream;
  readonly tracks: readonly TrackFacts[];
  /** Bit/s; undefined where too little was seen. */
  readonly peakBps: number | undefined;
  readonly averageBps: number | undefined;
  readonly seconds: number;
  readonly live: boolean;
}

/** Apple 1.28: over about an hour; over half a minute it is a hint. */
const LONG_ENOUGH_FOR_AVERAGE_SECONDS = 60;
/** A width or height may differ by less than a macroblock from what is best displayed. */
const SAME_PIXELS = 16;

export const MEASURED_VARIANT_RULES: readonly Rule<MeasuredVariant>[] = [
  {
    id: 'hls.bandwidth-covers-peak',
    clause: 'Apple 1.29',
    severity: 'warning',
    text: 'The measured peak stays below 125 % of BANDWIDTH; 110 % of it on demand.',
    check: ({ variant: { tag }, peakBps = 0, live, seconds }) => {
      const limit = (live ? 1.25 : 1.1) * (number(tag, 'BANDWIDTH') ?? Infinity);
      return peakBps > limit ? [`${tagText(tag)}: peak of ${kbps(peakBps)} in ${seconds.toFixed(0)} s`] : [];
    },
  },
  {
    id: 'hls.bandwidth-not-far-above',
    clause: 'rfc8216bis 4.4.6.2',
    severity: 'note',
    text: 'BANDWIDTH is not several times what is sent: players would choose too low a variant.',
    check: ({ variant: { tag }, peakBps = Infinity, seconds }) => {
      const bandwidth = number(tag, 'BANDWIDTH') ?? 0;
      return seconds >= LONG_ENOUGH_FOR_AVERAGE_SECONDS && bandwidth > 4 * peakBps
        ? [`${tagText(tag)}: peak of ${kbps(peakBps)} in ${seconds.toFixed(0)} s`]
        : [];
    },
  },
  {
    id: 'hls.average-bandwidth-covers',
    clause: 'Apple 1.28',
    severity: 'warning',
    text: 'The measured average stays below 110 % of AVERAGE-BANDWIDTH.',
    check: ({ variant: { tag }, averageBps = 0, seconds }) => {
      const limit = 1.1 * (number(tag, 'AVERAGE-BANDWIDTH') ?? Infinity);
      return averageBps > limit && seconds >= LONG_ENOUGH_FOR_AVERAGE_SECONDS
        ? [`${tagText(tag)}: ${kbps(averageBps)} on average over ${seconds.toFixed(0)} s`]
        : [];
    },
  },
  {
    id: 'hls.codecs-of-media',
    clause: 'rfc8216bis 6.2.4',
    severity: 'error',
    text: 'CODECS include every format that is in the media.',
    check: ({ variant: { tag }, tracks }) => {
      const listed = codecsOf(tag);
      return listed.length === 0
        ? []
        : codecsIn(tracks)
            .filter((codec) => !listed.some((one) => codecFamily(one) === codecFamily(codec)))
            .map((codec) => `${tagText(tag)}: the media are ${codec}`);
    },
  },
  {
    id: 'hls.codecs-exact',
    clause: 'RFC 6381 3.3',
    severity: 'warning',
    text: 'CODECS name the profile and level that is in the media.',
    check: ({ variant: { tag }, tracks }) => {
      const listed = codecsOf(tag);
      return codecsIn(tracks)
        .filter((codec) => listed.some((one) => codecFamily(one) === codecFamily(codec)))
        .filter((codec) => !listed.some((one) => one.toLowerCase() === codec.toLowerCase()))
        .map((codec) => `${tagText(tag)}: the media are ${codec}`);
    },
  },
  {
    id: 'hls.resolution-of-media',
    clause: 'rfc8216bis 4.4.6.2',
    severity: 'warning',
    text: 'RESOLUTION is the size of the video.',
    check: ({ variant: { tag }, tracks }) => {
      const [width, height] = (text(tag, 'RESOLUTION') ?? '').split('x').map(Number);
      const video = tracks.find((track) => track.width !== undefined && track.height !== undefined);
      if (!width || !height || !video) return [];
      const differs = Math.abs(video.width! - width) >= SAME_PIXELS || Math.abs(video.height! - height) >= SAME_PIXELS;
      return differs ? [`${tagText(tag)}: the video is ${video.width}x${video.height}`] : [];
    },
  },
];

/** A muxed track names all its codecs in one string. */
const codecsIn = (tracks: readonly TrackFacts[]): string[] =>
  tracks
    .flatMap(({ codec }) => codec.split(','))
    .map((codec) => codec.trim())
    .filter((codec) => isVideoCodec(codec) || isAudioCodec(codec));

const kbps = (bps: number): string => `${(bps / 1000).toFixed(0)} kbit/s`;

/** How one playlist maps dates to media time: seconds from a segment's first timestamp to its date. */
export interface DateMapping {
  readonly name: string;
  readonly msn: number;
  readonly dateMs: number;
  readonly mediaSeconds: number;
}

/** Half a second is more than any audio frame, and less than any viewer would miss. */
const SAME_MAPPING_SECONDS = 0.5;

export const DATE_MAPPING_RULES: readonly Rule<readonly DateMapping[]>[] = [
  {
    id: 'hls.dates-agree',
    clause: 'rfc8216bis 6.2.4',
    severity: 'error',
    text: 'All playlists map dates to media timestamps alike.',
    check: ([first, ...others]) => {
      const offset = ({ dateMs, mediaSeconds }: DateMapping): number => dateMs / 1000 - mediaSeconds;
      return others
        .filter((other) => Math.abs(offset(other) - offset(first!)) > SAME_MAPPING_SECONDS)
        .map(
          (other) =>
            `${other.name} segment ${other.msn} is ${(offset(other) - offset(first!)).toFixed(3)} s off from ${first!.name} segment ${first!.msn}`,
        );
    },
  },
];
