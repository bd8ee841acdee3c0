/** What the media say against what the MPD says of them (ISO/IEC 23009-1 5.3.5 to 5.3.9, DASH-IF timing model; D3, D7, D9). PURE. */
import type { TrackFacts } from '../../media/index.js';
import type { Rule } from '../../rule.js';
import { nominalSeconds, type Addressing, type Representation } from '../mpd.js';

export interface FetchedTrack {
  readonly representation: Representation;
  readonly addressing: Addressing;
  readonly track: TrackFacts;
}

const ENCRYPTED = /^enc/;
/** With spectral band replication the rate that is heard is twice the one that is coded. */
const HE_AAC = /^mp4a\.40\.(5|29)$/i;
const family = (codec: string): string => codec.split('.')[0]!.toLowerCase();
const codecsOf = ({ representation, track }: FetchedTrack): { said: string; real: string } | undefined => {
  const said = representation.attribute('codecs')?.trim();
  return said === undefined || track.codec === '' || ENCRYPTED.test(track.codec)
    ? undefined
    : { said, real: track.codec };
};

export const TRACK_RULES: readonly Rule<FetchedTrack>[] = [
  {
    id: 'dash.codec-of-media',
    clause: 'RFC 6381 3.3',
    severity: 'error',
    text: '@codecs names the format of the media.',
    check: (fetched) => {
      const codecs = codecsOf(fetched);
      return codecs && family(codecs.said) !== family(codecs.real)
        ? [`@codecs ${codecs.said}, the media are ${codecs.real}`]
        : [];
    },
  },
  {
    id: 'dash.codec-exact',
    clause: 'RFC 6381 3.3',
    severity: 'warning',
    text: '@codecs names the profile and level of the media.',
    check: (fetched) => {
      const codecs = codecsOf(fetched);
      // HE-AAC may look like the AAC-LC it contains (ISO/IEC 14496-3 1.6.5).
      if (codecs && HE_AAC.test(codecs.said) && codecs.real === 'mp4a.40.2') return [];
      return codecs &&
        family(codecs.said) === family(codecs.real) &&
        codecs.said.toLowerCase() !== codecs.real.toLowerCase()
        ? [`@codecs ${codecs.said}, the media are ${codecs.real}`]
        : [];
    },
  },
  {
    id: 'dash.size-of-media',
    clause: 'ISO/IEC 23009-1 5.3.7.2',
    severity: 'warning',
    text: '@width and @height are those of the pictures.',
    check: ({ representation: { attribute }, track: { width, height } }) => {
      const said = [attribute('width'), attribute('height')].map(Number);
      if (!width || !height || said.some((one) => !(one > 0))) return [];
      // Pictures may be coded with pixels that are not square, and told as they are shown.
      return said[1] !== height || (said[0] !== width && !/^(?!1:1$)\d+:\d+$/.test(attribute('sar') ?? ''))
        ? [`@width ${said[0]}, @height ${said[1]}, the pictures are ${width}x${height}`]
        : [];
    },
  },
  {
    id: 'dash.sampling-rate-of-media',
    clause: 'ISO/IEC 23009-1 5.3.7.2',
    severity: 'warning',
    text: '@audioSamplingRate is that of the sound.',
    check: ({ representation: { attribute }, track: { sampleRate, codec } }) => {
      const said = attribute('audioSamplingRate');
      if (said === undefined || !sampleRate || HE_AAC.test(codec) || HE_AAC.test(attribute('codecs') ?? '')) return [];
      return said.trim().split(/\s+/).includes(String(sampleRate))
        ? []
        : [`@audioSamplingRate ${said}, the sound has ${sampleRate} Hz`];
    },
  },
  {
    id: 'dash.timescale-of-media',
    clause: 'ISO/IEC 23009-1 8.12.4',
    severity: 'note',
    text: '@timescale is that of the media, so that no time needs rounding.',
    check: ({ addressing: { timescale }, track }) =>
      timescale === track.timescale ? [] : [`@timescale ${timescale}, the media have ${track.timescale}`],
  },
];

/** A segment with what was measured of it. */
export interface MeasuredSegment {
  readonly number: number;
  readonly addressing: Addressing;
  /** Seconds, on the media timeline. */
  readonly nominalStart: number;
  readonly realStart: number;
  readonly realDuration: number;
  readonly maxSegmentDuration: number | undefined;
  /** Real less nominal start of the first segment that was seen, and how many were seen since. */
  readonly firstError: number;
  readonly seen: number;
  /** All bits of the segments seen, and their seconds. */
  readonly bits: number;
  readonly seconds: number;
  readonly bandwidth: number | undefined;
}

/** Sound is cut to frames, so single errors change; what adds up does not come back. */
const DRIFT_SECONDS = 0.1;
const LEAST_SEGMENTS = 5;
const LEAST_SECONDS = 20;
const ROUNDING_SECONDS = 0.001;

export const SEGMENT_RULES: readonly Rule<MeasuredSegment>[] = [
  {
    id: 'dash.nominal-start',
    clause: 'DASH-IF timing model 22',
    severity: 'error',
    text: 'A segment begins within half a segment of where its number says.',
    check: ({ number, addressing, nominalStart, realStart }) => {
      const seconds = addressing.timeline ? undefined : nominalSeconds(addressing);
      const error = realStart - nominalStart;
      return seconds !== undefined && Math.abs(error) > seconds / 2
        ? [`segment ${number}: nominally at ${round(nominalStart)} s, really at ${round(realStart)} s`]
        : [];
    },
  },
  {
    id: 'dash.nominal-drift',
    clause: 'DASH-IF timing model 22',
    severity: 'error',
    text: 'The error between nominal and real times does not add up.',
    check: ({ number, addressing, nominalStart, realStart, firstError, seen }) => {
      const seconds = addressing.timeline ? undefined : nominalSeconds(addressing);
      const drift = realStart - nominalStart - firstError;
      return seconds !== undefined && seen >= LEAST_SEGMENTS && Math.abs(drift) > Math.min(DRIFT_SECONDS, seconds / 2)
        ? [`segment ${number}: ${round(drift)} s in ${seen} segments`]
        : [];
    },
  },
  {
    id: 'dash.within-maximum',
    clause: 'ISO/IEC 23009-1 5.3.1.2',
    severity: 'warning',
    text: 'No segment is longer than @maxSegmentDuration.',
    check: ({ number, realDuration, maxSegmentDuration }) =>
      maxSegmentDuration !== undefined && realDuration > maxSegmentDuration + ROUNDING_SECONDS
        ? [`segment ${number}: ${round(realDuration)} s, @maxSegmentDuration ${maxSegmentDuration} s`]
        : [],
  },
  {
    id: 'dash.bandwidth-covers',
    clause: 'ISO/IEC 23009-1 5.3.5.2',
    severity: 'warning',
    text: '@bandwidth is about what is sent: the average stays below 125 % of it.',
    check: ({ bandwidth, bits, seconds }) =>
      bandwidth !== undefined && seconds >= LEAST_SECONDS && bits / seconds > 1.25 * bandwidth
        ? [`@bandwidth ${bandwidth}, ${Math.round(bits / seconds)} bit/s on average over ${seconds.toFixed(0)} s`]
        : [],
  },
];

const round = (seconds: number): number => Number(seconds.toFixed(3));
