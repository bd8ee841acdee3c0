/** The rules of samples: what their flags say, and what is in those of H.264 (C6, C13). PURE. */
import type { Rule } from '../../rule.js';
import { isSync, type Mp4Media, type PlacedSample } from './chunks.js';
import type { AvcRecord } from './avc-record.js';

const NAL_SLICE = 1;
const NAL_IDR = 5;
const NAL_SPS = 7;
const NAL_PPS = 8;

/** sample_depends_on (ISO/IEC 14496-12 8.8.3.1). */
const DEPENDS_ON_OTHERS = 1;

interface AvcSample {
  readonly sample: PlacedSample;
  readonly nalTypes: readonly number[];
  readonly fault?: string;
}

export interface SampledMp4Media extends Mp4Media {
  /** Of tracks of H.264 that are not encrypted. */
  readonly avcSamples: readonly AvcSample[];
  readonly avcEntry: string | undefined;
}

export const SAMPLE_RULES: readonly Rule<SampledMp4Media>[] = [
  {
    id: 'media.sample-flags',
    clause: 'ISO/IEC 14496-12 8.8.3.1',
    severity: 'warning',
    text: 'A sync sample depends on no other sample.',
    check: ({ chunks }) =>
      chunks.flatMap(({ fragments }) =>
        fragments.flatMap(({ samples, track }) =>
          samples.flatMap((sample, index) =>
            isSync(sample) && ((sample.flags >>> 24) & 3) === DEPENDS_ON_OTHERS
              ? [`sample ${index} of ${track?.name ?? 'a track'} is told to be both (${hex(sample.flags)})`]
              : [],
          ),
        ),
      ),
  },
  {
    id: 'media.sync-is-idr',
    clause: 'ISO/IEC 14496-15 5.4.1',
    severity: 'error',
    text: 'A sync sample of H.264 is an IDR picture, and no other sample is.',
    check: ({ avcSamples }) =>
      avcSamples.flatMap(({ sample, nalTypes }) => {
        const isIdr = nalTypes.includes(NAL_IDR);
        if (isSync(sample) && !isIdr && nalTypes.includes(NAL_SLICE))
          return [`sync sample at byte ${sample.offset} has no IDR slice`];
        const isHidden = isIdr && !isSync(sample);
        return isHidden ? [`sample at byte ${sample.offset} is an IDR picture, its flags ${hex(sample.flags)}`] : [];
      }),
  },
  {
    id: 'media.independent-flagged',
    clause: 'ISO/IEC 14496-12 8.8.3.1',
    severity: 'note',
    text: 'An IDR picture is told to depend on no other sample.',
    check: ({ avcSamples }) =>
      avcSamples.flatMap(({ sample }) =>
        isSync(sample) && (sample.flags >>> 24) % 4 === 0
          ? [`sample_depends_on is unknown (${hex(sample.flags)})`]
          : [],
      ),
  },
  {
    id: 'media.nal-lengths',
    clause: 'ISO/IEC 14496-15 5.3.4.2',
    severity: 'error',
    text: 'The NAL units of a sample fill it exactly.',
    check: ({ avcSamples }) => avcSamples.flatMap(({ fault }) => fault ?? []),
  },
  {
    id: 'media.parameter-sets-apart',
    clause: 'ISO/IEC 14496-15 5.4.2',
    severity: 'warning',
    text: 'Samples of avc1 have no parameter sets: these are in avcC.',
    check: ({ avcEntry, avcSamples }) => {
      const first = avcSamples.find(({ nalTypes }) => nalTypes.includes(NAL_SPS) || nalTypes.includes(NAL_PPS));
      return avcEntry === 'avc1' && first ? [`SPS or PPS in the sample at byte ${first.sample.offset}`] : [];
    },
  },
];

const hex = (flags: number): string => `0x${flags.toString(16).padStart(8, '0')}`;

export function withAvcSamples(media: Mp4Media): SampledMp4Media {
  const fragments = media.chunks.flatMap((chunk) => chunk.fragments);
  const avc = fragments.filter(({ track }) => track?.avc && /^avc[13]$/.test(track.entry));
  const avcSamples = avc.flatMap(({ track, samples, isMoofRelative }) =>
    isMoofRelative ? samples.map((sample) => readAvcSample(media.bytes, sample, track!.avc!)) : [],
  );
  return { ...media, avcSamples, avcEntry: avc[0]?.track?.entry };
}

function readAvcSample(bytes: Buffer, sample: PlacedSample, { nalLengthBytes }: AvcRecord): AvcSample {
  const nalTypes: number[] = [];
  const end = sample.offset + sample.bytes;
  // Where a sample is out of place, that is the fault, not its NAL units.
  if (sample.offset < 0 || end > bytes.length) return { sample, nalTypes };
  for (let at = sample.offset; at < end;) {
    const from = at + nalLengthBytes;
    const next = from <= end ? from + bytes.readUIntBE(at, nalLengthBytes) : Infinity;
    if (next > end)
      return { sample, nalTypes, fault: `a NAL unit at byte ${at} leaves its sample, which ends at byte ${end}` };
    if (next > from) nalTypes.push(bytes[from]! & 0x1f);
    at = next;
  }
  return { sample, nalTypes };
}
