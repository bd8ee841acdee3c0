/** The rules of program dates and date ranges in one media playlist (rfc8216bis 4.4.4.6, 4.4.5.1, 6.2.1; P11, P18). PURE. */
import type { Rule } from '../../rule.js';
import { tagText, type DateTag, type MediaPlaylist, type Segment, type Tag } from '../playlist.js';
import { number, text, yes } from '../tag-values.js';
import { millisecondsOf } from '../value-forms.js';

/** Sub-second overlaps are allowed, to let a clock drift (6.2.1). */
const OVERLAP_MS = 1000;

interface Step {
  readonly date: DateTag;
  /** The date that follows from the one before and the durations between. */
  readonly expectedMs: number;
  readonly discontinuity: boolean;
}

export const DATE_RULES: readonly Rule<MediaPlaylist>[] = [
  {
    id: 'hls.program-date-time',
    clause: 'Apple 8.4',
    severity: 'warning',
    text: 'A live playlist has EXT-X-PROGRAM-DATE-TIME.',
    check: ({ ended, playlistType, segments, skipped }) =>
      ended || playlistType === 'VOD' || segments.length === 0 || skipped || segments.some(({ date }) => date)
        ? []
        : [`none on ${segments.length} segments`],
  },
  {
    id: 'hls.date-zone',
    clause: 'rfc8216bis 4.4.4.6',
    severity: 'warning',
    text: 'Dates say their time zone.',
    check: ({ segments }) => firstDate(segments, ({ text }) => !/(Z|[+-]\d\d(:?\d\d)?)\s*$/.test(text)),
  },
  {
    id: 'hls.date-precision',
    clause: 'rfc8216bis 4.4.4.6',
    severity: 'note',
    text: 'Dates are told to the millisecond.',
    check: ({ segments }) => firstDate(segments, ({ text }) => !/[.,]\d{3}/.test(text)),
  },
  {
    id: 'hls.date-ambiguous',
    clause: 'rfc8216bis 6.2.1',
    severity: 'error',
    text: 'No two segments have the same date: overlaps stay below a second.',
    check: (playlist) =>
      steps(playlist)
        .filter(({ date, expectedMs }) => expectedMs - date.ms >= OVERLAP_MS)
        .map(
          ({ date, expectedMs }) => `${tagText(date)} is ${seconds(expectedMs - date.ms)} before ${iso(expectedMs)}`,
        ),
  },
  {
    id: 'hls.date-follows',
    clause: 'rfc8216bis 6.2.1',
    severity: 'warning',
    text: 'Without a discontinuity, dates go on as the durations say.',
    check: (playlist) =>
      steps(playlist)
        .filter(({ date, expectedMs, discontinuity }) => !discontinuity && date.ms - expectedMs >= OVERLAP_MS)
        .map(({ date, expectedMs }) => `${tagText(date)} is ${seconds(date.ms - expectedMs)} after ${iso(expectedMs)}`),
  },
  {
    id: 'hls.date-on-discontinuity',
    clause: 'rfc8216bis 6.2.1',
    severity: 'warning',
    text: 'Where dates are told, a segment with a discontinuity has one.',
    check: ({ segments }) =>
      segments.some(({ date }) => date)
        ? segments
            .filter(({ discontinuity, date }) => discontinuity && !date)
            .map(({ line, msn }) => `segment ${msn} (line ${line}) has a discontinuity and no date`)
        : [],
  },
  {
    id: 'hls.date-range-needs-date',
    clause: 'rfc8216bis 4.4.5.1',
    severity: 'error',
    text: 'A playlist with date ranges has at least one EXT-X-PROGRAM-DATE-TIME.',
    check: ({ source, segments, skipped }) => {
      const range = source.tags.find(({ name }) => name === 'EXT-X-DATERANGE');
      return range && !skipped && segments.every(({ date }) => !date) ? [tagText(range)] : [];
    },
  },
  {
    id: 'hls.date-range',
    clause: 'rfc8216bis 4.4.5.1',
    severity: 'error',
    text: 'A date range has a start, no end before it, and END-ON-NEXT only with a CLASS and no end of its own.',
    check: ({ source }) => {
      const ranges = source.tags.filter(({ name }) => name === 'EXT-X-DATERANGE');
      return ranges.flatMap((range) => dateRangeFaults(range, ranges).map((fault) => `${tagText(range)}: ${fault}`));
    },
  },
];

function dateRangeFaults(range: Tag, all: readonly Tag[]): string[] {
  const faults: string[] = [];
  const id = text(range, 'ID');
  const started = all.find(
    (other) => other.line <= range.line && text(other, 'ID') === id && text(other, 'START-DATE') !== undefined,
  );
  if (!started) faults.push('no START-DATE');
  const start = millisecondsOf((started && text(started, 'START-DATE')) ?? '');
  const end = text(range, 'END-DATE');
  const duration = number(range, 'DURATION');
  if (end !== undefined && millisecondsOf(end) < start) faults.push('END-DATE is before START-DATE');
  if (end !== undefined && duration !== undefined && Math.abs(millisecondsOf(end) - start - duration * 1000) > 1) {
    faults.push('END-DATE is not START-DATE plus DURATION');
  }
  if (yes(range, 'END-ON-NEXT')) {
    if (text(range, 'CLASS') === undefined) faults.push('END-ON-NEXT without CLASS');
    if (end !== undefined || duration !== undefined) faults.push('END-ON-NEXT beside an end');
  }
  return faults;
}

/** Each date with what follows from the one before it. Gaps in the durations end the reckoning. */
function steps({ segments }: MediaPlaylist): Step[] {
  const found: Step[] = [];
  let expectedMs = NaN;
  for (const { date, duration, discontinuity } of segments) {
    if (date && !Number.isNaN(expectedMs) && !Number.isNaN(date.ms)) found.push({ date, expectedMs, discontinuity });
    expectedMs = (date?.ms ?? expectedMs) + (duration ?? NaN) * 1000;
  }
  return found;
}

function firstDate(segments: readonly Segment[], isFaulty: (date: DateTag) => boolean): string[] {
  const found = segments.find(({ date }) => date && isFaulty(date))?.date;
  return found ? [tagText(found)] : [];
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;
const iso = (ms: number): string => new Date(Math.round(ms)).toISOString();
