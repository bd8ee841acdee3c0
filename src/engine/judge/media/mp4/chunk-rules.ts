/** The rules of boxes in a media object of fragmented MP4 (P20, C2, C4, C5, C7 to C10, C12). PURE. */
import type { Rule } from '../../rule.js';
import type { MediaExpectation } from '../expectation.js';
import { endOf, type Chunk, type Mp4Media, type TrackFragment } from './chunks.js';

export interface ExpectedMp4Media extends Mp4Media {
  readonly expected: MediaExpectation;
}

/** What may stand before a moof (ISO/IEC 23000-19 7.3.3.2), and what readers skip. */
const BEFORE_MOOF = ['styp', 'prft', 'emsg', 'sidx', 'ssix'];
const SKIPPED = ['free', 'skip', 'uuid', 'mfra', 'ftyp', 'moov'];

export const CHUNK_RULES: readonly Rule<ExpectedMp4Media>[] = [
  {
    id: 'media.boxes-whole',
    clause: 'ISO/IEC 14496-12 4.2',
    severity: 'error',
    text: 'A media object is whole boxes that can be read.',
    check: ({ faults }) => faults,
  },
  {
    id: 'media.chunk-order',
    clause: 'ISO/IEC 23000-19 7.3.3.2',
    severity: 'error',
    text: 'A chunk is styp, prft and emsg where there are any, then one moof, then one mdat.',
    check: orderFaults,
  },
  {
    id: 'media.no-mfra',
    clause: 'ISO/IEC 23000-19 7.3.3.1',
    severity: 'warning',
    text: 'The index of a whole file (mfra) is not in a segment.',
    check: ({ boxes }) => (boxes.some(({ type }) => type === 'mfra') ? ['mfra'] : []),
  },
  {
    id: 'media.header-apart',
    clause: 'rfc8216bis 4.4.4.5',
    severity: 'warning',
    text: 'ftyp and moov are in the init segment only.',
    check: ({ boxes }) => boxes.flatMap(({ type }) => (type === 'ftyp' || type === 'moov' ? [type] : [])),
  },
  {
    id: 'media.one-chunk-a-part',
    clause: 'rfc8216bis 4.4.4.9',
    severity: 'note',
    text: 'A part is one chunk.',
    check: ({ expected: { kind }, chunks }) =>
      kind === 'part' && chunks.length > 1 ? [`${chunks.length} chunks`] : [],
  },
  {
    id: 'media.cmaf-chunk',
    clause: 'ISO/IEC 23000-19 7.3.3.2',
    severity: 'error',
    text: 'A moof of CMAF has one traf with one trun.',
    check: (media) => (media.header?.isCmaf ? plural(media) : []),
  },
  {
    id: 'media.plain-fragment',
    clause: 'ISO/IEC 23000-19 7.3.3.2',
    severity: 'note',
    text: 'A moof has one traf with one trun.',
    check: (media) => (media.header?.isCmaf ? [] : plural(media).slice(0, 1)),
  },
  {
    id: 'media.known-track',
    clause: 'rfc8216bis 3.1.2',
    severity: 'error',
    text: 'Every traf is of a track of the init segment.',
    check: ({ header, chunks }) =>
      header?.hasMoov
        ? ofFragments(chunks, ({ track, trackId }) => (track ? undefined : `track ${trackId} is unknown`))
        : [],
  },
  {
    id: 'media.decode-time-given',
    clause: 'rfc8216bis 3.1.2',
    severity: 'error',
    text: 'Every traf has a tfdt, of a time that can be.',
    check: ({ chunks }) =>
      ofFragments(chunks, ({ decodeTime, trackId }) => {
        if (decodeTime === undefined) return `no tfdt for track ${trackId}`;
        return Number.isSafeInteger(decodeTime) ? undefined : `tfdt ${decodeTime}: a negative time, or damaged`;
      }),
  },
  {
    id: 'media.decode-time-long',
    clause: 'ISO/IEC 14496-12 8.8.12',
    severity: 'warning',
    text: 'tfdt has 64 bits (version 1), so that time does not wrap.',
    check: ({ chunks }) =>
      ofFragments(chunks, ({ tfdtVersion }) => (tfdtVersion === 0 ? 'tfdt version 0' : undefined)).slice(0, 1),
  },
  {
    id: 'media.moof-relative',
    clause: 'rfc8216bis 3.1.2',
    severity: 'error',
    text: 'Samples are addressed relative to their moof (default-base-is-moof).',
    check: ({ chunks }) =>
      ofFragments(chunks, ({ isMoofRelative, trackId }) => (isMoofRelative ? undefined : `tfhd of track ${trackId}`)),
  },
  {
    id: 'media.samples-fill-mdat',
    clause: 'ISO/IEC 23000-19 7.3.3.2',
    severity: 'error',
    text: 'data_offset is right, and mdat holds the samples of its moof and nothing else.',
    check: ({ chunks }) => chunks.flatMap(misplaced),
  },
  {
    id: 'media.fragments-in-order',
    clause: 'ISO/IEC 14496-12 8.8.5',
    severity: 'error',
    text: 'The sequence numbers of mfhd increase.',
    check: ({ chunks }) =>
      pairs(chunks).flatMap(([before, { sequence }]) =>
        sequence > before.sequence ? [] : [`${sequence} follows ${before.sequence}`],
      ),
  },
  {
    id: 'media.chunks-continuous',
    clause: 'ISO/IEC 23000-19 7.3.2.2',
    severity: 'error',
    text: 'Decode times run on from chunk to chunk.',
    check: ({ chunks }) => {
      const ends = new Map<number, number>();
      return ofFragments(chunks, (fragment) => {
        const { trackId, decodeTime } = fragment;
        const due = ends.get(trackId);
        ends.set(trackId, endOf(fragment));
        return due === undefined || decodeTime === undefined || decodeTime === due
          ? undefined
          : `track ${trackId} goes on at ${decodeTime}, due at ${due}`;
      });
    },
  },
  {
    id: 'media.edit-list-or-offsets',
    clause: 'ISO/IEC 23000-19 9.2.1',
    severity: 'warning',
    text: 'Video has an edit list or signed composition offsets, not both.',
    check: ({ chunks }) =>
      ofFragments(chunks, ({ track, samples }) =>
        track?.kind === 'video' && (track.editTicks ?? 0) > 0 && samples.some((sample) => sample.compositionOffset < 0)
          ? `an edit of ${track.editTicks} ticks, and negative offsets`
          : undefined,
      ).slice(0, 1),
  },
  {
    id: 'media.index-as-promised',
    clause: 'ISO/IEC 14496-12 8.16.3',
    severity: 'note',
    text: 'A segment of brand msix has a sidx.',
    check: ({ boxes }) =>
      boxes.some(({ type, payload }) => type === 'styp' && payload.includes('msix')) &&
      !boxes.some(({ type }) => type === 'sidx')
        ? ['styp has msix, there is no sidx']
        : [],
  },
];

function* orderFaults({ boxes }: ExpectedMp4Media): Iterable<string> {
  /** What came last that matters. */
  let last: string | undefined;
  for (const { type, start } of boxes) {
    if (SKIPPED.includes(type)) continue;
    if (type === 'mdat' && last !== 'moof') yield `mdat at ${start} without a moof before it`;
    if (type !== 'mdat' && last === 'moof') yield `${type} at ${start} where the mdat of a moof is due`;
    if (type !== 'mdat' && type !== 'moof' && !BEFORE_MOOF.includes(type)) yield `${printable(type)} at ${start}`;
    last = type;
  }
  if (last === 'moof') yield 'the last moof has no mdat';
  if (!boxes.some(({ type }) => type === 'moof')) yield 'no moof at all';
}

const printable = (type: string): string => (/^[\x20-\x7e]{4}$/.test(type) ? type : 'an unnamed box');

const plural = ({ chunks }: Mp4Media): string[] =>
  chunks.flatMap(({ moof, fragments }) => [
    ...(fragments.length === 1 ? [] : [`moof at ${moof.start} has ${fragments.length} traf`]),
    ...fragments.flatMap(({ runs, trackId }) => (runs === 1 ? [] : [`track ${trackId} has ${runs} trun`])),
  ]);

function ofFragments(chunks: readonly Chunk[], fault: (fragment: TrackFragment) => string | undefined): string[] {
  return chunks.flatMap(({ moof, fragments }) =>
    fragments.flatMap((fragment) => {
      const found = fault(fragment);
      return found === undefined ? [] : [`moof at ${moof.start}: ${found}`];
    }),
  );
}

const pairs = <T>(all: readonly T[]): (readonly [T, T])[] => all.slice(1).map((one, index) => [all[index]!, one]);

/** The samples of all tracks of a moof, in the order of their bytes, have to cover its mdat from end to end. */
function misplaced({ moof, mdat, fragments }: Chunk): string[] {
  const samples = fragments.flatMap((fragment) => fragment.samples).toSorted((a, b) => a.offset - b.offset);
  // Absolute offsets count from the start of a file that is not here; another rule says so.
  if (!mdat || fragments.some(({ isMoofRelative }) => !isMoofRelative)) return [];
  let at = mdat.payloadStart;
  for (const { offset, bytes } of samples) {
    if (offset !== at) return [`moof at ${moof.start}: a sample at byte ${offset}, due at ${at}`];
    at += bytes;
  }
  return at === mdat.end ? [] : [`moof at ${moof.start}: samples end at byte ${at}, mdat at ${mdat.end}`];
}
