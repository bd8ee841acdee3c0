/** The rules of a multivariant playlist's variant streams (rfc8216bis 4.4.6.2, Apple 9; M1 to M5, M7, M9 to M12). PURE. */
import type { Rule } from '../../rule.js';
import { tagText, type MultivariantPlaylist, type VariantStream } from '../playlist.js';
import { number, text } from '../tag-values.js';
import { codecsOf, faultOfCodec, isAudioCodec, isVideoCodec } from '../codecs.js';

/**
 * Apple's authoring rules bind streams for Apple's devices: where nothing but they say MUST, a violation is a warning.
 */
export const VARIANT_RULES: readonly Rule<MultivariantPlaylist>[] = [
  {
    id: 'hls.variant-uri',
    clause: 'rfc8216bis 4.4.6.2',
    severity: 'error',
    text: 'Each EXT-X-STREAM-INF is followed by the URI of its media playlist.',
    check: ({ variants }) => variants.filter(({ uri }) => uri === undefined).map(({ tag }) => tagText(tag)),
  },
  {
    id: 'hls.variant-present',
    clause: 'rfc8216bis 4.4.6.2',
    severity: 'error',
    text: 'There is at least one variant stream to play.',
    check: ({ variants }) => (variants.length === 0 ? ['no EXT-X-STREAM-INF'] : []),
  },
  {
    id: 'hls.variant-codecs',
    clause: 'Apple 9.1',
    severity: 'warning',
    text: 'Each variant stream says its CODECS.',
    check: ({ variants }) => lacking(variants, 'CODECS'),
  },
  {
    id: 'hls.codecs-form',
    clause: 'RFC 6381 3.3',
    severity: 'warning',
    text: 'CODECS are written as their registrations demand.',
    check: ({ variants }) =>
      variants.flatMap(({ tag }) =>
        codecsOf(tag).flatMap((codec) => {
          const fault = faultOfCodec(codec);
          return fault === undefined ? [] : [`${tagText(tag)}: ${codec} ${fault}`];
        }),
      ),
  },
  {
    id: 'hls.codecs-include-audio',
    clause: 'rfc8216bis 6.2.4',
    severity: 'error',
    text: 'CODECS list every format of the variant, those of its audio group included.',
    check: ({ variants, renditions }) =>
      variants
        .filter(({ tag }) => codecsOf(tag).length > 0 && !codecsOf(tag).some(isAudioCodec))
        .filter(({ tag }) => renditions.some((one) => one.type === 'AUDIO' && one.groupId === text(tag, 'AUDIO')))
        .map(({ tag }) => `${tagText(tag)}: no audio codec for group "${text(tag, 'AUDIO')}"`),
  },
  {
    id: 'hls.variant-resolution',
    clause: 'Apple 9.2',
    severity: 'warning',
    text: 'Each variant stream with video says its RESOLUTION.',
    check: ({ variants }) => lacking(variants.filter(hasVideo), 'RESOLUTION'),
  },
  {
    id: 'hls.variant-frame-rate',
    clause: 'Apple 9.15',
    severity: 'warning',
    text: 'Each variant stream with video says its FRAME-RATE.',
    check: ({ variants }) => lacking(variants.filter(hasVideo), 'FRAME-RATE'),
  },
  {
    id: 'hls.frame-rate-places',
    clause: 'rfc8216bis 4.4.6.2',
    severity: 'note',
    text: 'FRAME-RATE is rounded to three decimal places.',
    check: ({ variants }) =>
      variants.filter(({ tag }) => /\.\d{4,}$/.test(text(tag, 'FRAME-RATE') ?? '')).map(({ tag }) => tagText(tag)),
  },
  {
    id: 'hls.variant-average-bandwidth',
    clause: 'Apple 9.14',
    severity: 'warning',
    text: 'Each variant stream says its AVERAGE-BANDWIDTH.',
    check: ({ variants }) => lacking(variants, 'AVERAGE-BANDWIDTH'),
  },
  {
    id: 'hls.average-below-peak',
    clause: 'rfc8216bis 4.4.6.2',
    severity: 'warning',
    text: 'AVERAGE-BANDWIDTH is not above BANDWIDTH, the peak.',
    check: ({ variants }) =>
      variants
        .filter(({ tag }) => (number(tag, 'AVERAGE-BANDWIDTH') ?? 0) > (number(tag, 'BANDWIDTH') ?? Infinity))
        .map(({ tag }) => tagText(tag)),
  },
  {
    id: 'hls.several-bit-rates',
    clause: 'Apple 9.9',
    severity: 'note',
    text: 'Video comes in at least two bit rates.',
    check: ({ variants }) => {
      const rates = new Set(variants.filter(hasVideo).map(({ tag }) => text(tag, 'BANDWIDTH')));
      return rates.size === 1 ? [`one bit rate: ${[...rates][0] ?? 'none'} bit/s`] : [];
    },
  },
  {
    id: 'hls.audio-apart',
    clause: 'Apple 9.5',
    severity: 'note',
    text: 'Audio and video are delivered as streams of their own.',
    check: ({ variants }) =>
      variants
        .filter((variant) => hasVideo(variant) && codecsOf(variant.tag).some(isAudioCodec))
        .filter(({ tag }) => text(tag, 'AUDIO') === undefined)
        .slice(0, 1)
        .map(({ tag }) => tagText(tag)),
  },
  {
    id: 'hls.closed-captions-none',
    clause: 'rfc8216bis 4.4.6.2',
    severity: 'error',
    text: 'Where one variant says CLOSED-CAPTIONS=NONE, all do.',
    check: ({ variants }) => {
      const others = variants.filter(({ tag }) => text(tag, 'CLOSED-CAPTIONS') !== 'NONE');
      return others.length < variants.length ? others.map(({ tag }) => tagText(tag)) : [];
    },
  },
  {
    id: 'hls.independent-segments',
    clause: 'Apple 9.11',
    severity: 'note',
    text: 'Segments that start with an IDR are said to be independent in the multivariant playlist.',
    check: ({ source, variants }) =>
      source.tags.some(({ name }) => name === 'EXT-X-INDEPENDENT-SEGMENTS') || !variants.some(hasVideo)
        ? []
        : ['no EXT-X-INDEPENDENT-SEGMENTS'],
  },
  {
    id: 'hls.i-frame-playlists',
    clause: 'Apple 6.1',
    severity: 'note',
    text: 'There are I-frame playlists to scrub with.',
    check: ({ source, variants }) =>
      source.tags.some(({ name }) => name === 'EXT-X-I-FRAME-STREAM-INF') || !variants.some(hasVideo)
        ? []
        : ['no EXT-X-I-FRAME-STREAM-INF'],
  },
  {
    id: 'hls.score-on-all',
    clause: 'rfc8216bis 4.4.6.2',
    severity: 'warning',
    text: 'Where one variant has a SCORE, all have.',
    check: ({ variants }) => {
      const without = lacking(variants, 'SCORE');
      return without.length < variants.length ? without : [];
    },
  },
];

const hasVideo = ({ tag }: VariantStream): boolean =>
  codecsOf(tag).some(isVideoCodec) || tag.attributes.has('RESOLUTION');

const lacking = (variants: readonly VariantStream[], attribute: string): string[] =>
  variants.filter(({ tag }) => !tag.attributes.has(attribute)).map(({ tag }) => tagText(tag));
