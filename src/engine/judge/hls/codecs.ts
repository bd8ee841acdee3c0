/** Codec strings (RFC 6381): what kind of media they name, and whether they are well written. PURE. */
import type { Tag } from './playlist.js';
import { text } from './tag-values.js';

const VIDEO = /^(avc[1-4]|hvc1|hev1|dvh1|dvhe|dvav|dva1|av01|vp0?[89]|vp8|vp9|mp4v|mjpg|vvc1|vvi1)(\.|$)/;
const AUDIO = /^(mp4a|ac-3|ec-3|ac-4|opus|flac|alac|mp3|dtsc|dtse|dtsx|mhm[12]|apac|iamf|\.mp3)(\.|$)/i;

/** The codecs a variant lists; none without CODECS. */
export const codecsOf = (tag: Tag): string[] =>
  (text(tag, 'CODECS') ?? '')
    .split(',')
    .map((codec) => codec.trim())
    .filter((codec) => codec !== '');

export const isVideoCodec = (codec: string): boolean => VIDEO.test(codec);
export const isAudioCodec = (codec: string): boolean => AUDIO.test(codec);

/** The sample entry: `avc1` of `avc1.64001f`. */
export const codecFamily = (codec: string): string => codec.split('.')[0]!.toLowerCase();

/** What is wrong with the string of a codec we know; undefined for others. */
export function faultOfCodec(codec: string): string | undefined {
  switch (codecFamily(codec)) {
    case 'avc1':
    case 'avc3':
      return /^avc[13]\.[0-9A-Fa-f]{6}$/.test(codec) ? undefined : 'is not avc1. and six hexadecimal digits';
    case 'mp4a':
      return /^mp4a\.[0-9A-Fa-f]{2}(\.\d{1,2})?$/.test(codec)
        ? undefined
        : 'is not mp4a.<object type>[.<audio object type>]';
    case 'hvc1':
    case 'hev1':
      return /^(hvc1|hev1)\.[ABC]?\d+\.[0-9A-Fa-f]+\.[LH]\d+(\.[0-9A-Fa-f]+)*$/.test(codec)
        ? undefined
        : 'is not hvc1.<profile>.<compatibility>.<tier and level>';
    case 'av01':
      return /^av01\.\d\.\d\d[MH]\.\d\d/.test(codec) ? undefined : 'is not av01.<profile>.<level and tier>.<bit depth>';
    default:
      return undefined;
  }
}
