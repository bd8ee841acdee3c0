/** The rules of an init segment (P20, C1, C11, C13). PURE. */
import type { Rule } from '../../rule.js';
import type { Header } from './header.js';

/** iso6 and what includes it. */
const ISO6_OR_LATER = /^(iso[6-9a-z]|cmf[c2]|cmff|cmfs|cmfl|dash)$/;
const SPS = 7;
const PPS = 8;

export const HEADER_RULES: readonly Rule<Header>[] = [
  {
    id: 'media.header-readable',
    clause: 'ISO/IEC 14496-12 8.2',
    severity: 'error',
    text: 'An init segment is whole boxes, with a moov box that describes a track.',
    check: ({ faults, hasMoov, tracks }) => [
      ...faults,
      ...(hasMoov ? [] : ['no moov box']),
      ...(hasMoov && tracks.length === 0 && faults.length === 0 ? ['no trak box'] : []),
    ],
  },
  {
    id: 'media.header-brand',
    clause: 'rfc8216bis 3.1.2',
    severity: 'warning',
    text: 'An init segment begins with ftyp, with a brand that is iso6 or includes it.',
    check: ({ firstBox, brands }) => [
      ...(firstBox === 'ftyp' ? [] : [`it begins with '${firstBox ?? 'nothing'}'`]),
      ...(brands.length === 0 || brands.some((brand) => ISO6_OR_LATER.test(brand))
        ? []
        : [`brands ${brands.join(', ')}`]),
    ],
  },
  {
    id: 'media.header-one-track',
    clause: 'ISO/IEC 23000-19 7.3.1',
    severity: 'error',
    text: 'A CMAF header has exactly one track.',
    check: ({ isCmaf, tracks }) => (isCmaf && tracks.length > 1 ? [tracks.map(({ name }) => name).join(', ')] : []),
  },
  {
    id: 'media.header-muxed',
    clause: 'Apple 9.5',
    severity: 'note',
    text: 'Sound and video come in renditions of their own.',
    check: ({ isCmaf, tracks }) => (!isCmaf && tracks.length > 1 ? [tracks.map(({ name }) => name).join(', ')] : []),
  },
  {
    id: 'media.header-no-samples',
    clause: 'rfc8216bis 3.1.2',
    severity: 'error',
    text: 'An init segment has no samples of its own.',
    check: ({ tracks }) =>
      tracks.flatMap(({ name, samples }) => (samples > 0 ? [`${name} has entries in its sample tables`] : [])),
  },
  {
    id: 'media.header-no-duration',
    clause: 'rfc8216bis 3.1.2',
    severity: 'error',
    text: 'The durations of mvhd and tkhd are 0.',
    check: ({ durationTicks, tracks }) => [
      ...(durationTicks === 0 ? [] : [`mvhd ${durationTicks}`]),
      ...tracks.flatMap((track) => (track.durationTicks === 0 ? [] : [`tkhd of ${track.name} ${track.durationTicks}`])),
    ],
  },
  {
    id: 'media.header-announces-fragments',
    clause: 'rfc8216bis 3.1.2',
    severity: 'error',
    text: 'mvex has a trex for every track.',
    check: ({ hasMoov, hasMvex, tracks }) => {
      if (hasMoov && !hasMvex) return ['no mvex box'];
      return tracks.flatMap(({ name, defaults }) => (defaults ? [] : [`no trex for ${name}`]));
    },
  },
  {
    id: 'media.header-self-contained',
    clause: 'rfc8216bis 3.1.2',
    severity: 'error',
    text: 'Media data are in the segments, not referred to elsewhere.',
    check: ({ tracks }) =>
      tracks.flatMap(({ name, isSelfContained }) => (isSelfContained ? [] : [`${name} refers to another file`])),
  },
  {
    id: 'media.header-timescale',
    clause: 'ISO/IEC 14496-12 8.4.2',
    severity: 'error',
    text: 'Every track has a clock.',
    check: ({ tracks }) => tracks.flatMap(({ name, timescale }) => (timescale > 0 ? [] : [`${name}: timescale 0`])),
  },
  {
    id: 'media.audio-timescale',
    clause: 'ISO/IEC 14496-12 8.4.2',
    severity: 'note',
    text: 'The clock of sound counts samples exactly.',
    check: ({ tracks }) =>
      tracks.flatMap(({ name, timescale, sampleRate }) =>
        sampleRate && timescale % sampleRate !== 0 && sampleRate % timescale !== 0
          ? [`${name}: timescale ${timescale}, ${sampleRate} Hz`]
          : [],
      ),
  },
  {
    id: 'media.avc-parameter-sets',
    clause: 'ISO/IEC 14496-15 5.4.2',
    severity: 'error',
    text: 'avc1 has an avcC box with SPS and PPS, and says their profile and level.',
    check: ({ tracks }) => tracks.filter(({ entry }) => entry === 'avc1').flatMap((track) => [...avcFaults(track)]),
  },
];

function* avcFaults({ name, avc }: Header['tracks'][number]): Iterable<string> {
  if (!avc) {
    yield `${name} has no avcC`;
    return;
  }
  const sets = [
    ['SPS', SPS, avc.sps],
    ['PPS', PPS, avc.pps],
  ] as const;
  for (const [what, type, found] of sets) {
    if (found.length === 0) yield `avcC of ${name} has no ${what}`;
    if (found.some((nal) => ((nal[0] ?? 0) & 0x1f) !== type)) yield `avcC of ${name} has something else for a ${what}`;
  }
  const [sps] = avc.sps;
  const profile = sps?.toString('hex', 1, 4);
  if (profile !== undefined && profile !== avc.profile)
    yield `avcC of ${name} says avc1.${avc.profile}, its SPS avc1.${profile}`;
}
