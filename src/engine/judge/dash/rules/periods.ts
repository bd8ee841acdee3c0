/** The rules of Periods, AdaptationSets and Representations (ISO/IEC 23009-1 5.3.2 to 5.3.7, DASH-IF timing model; D4, D9, D22). PURE. */
import type { Rule } from '../../rule.js';
import { representationsOf, type AdaptationSet, type Mpd, type Period, type Representation } from '../mpd.js';

/** Periods are told in decimals of seconds. */
const SAME_SECONDS = 0.001;

const ofPeriods =
  (check: (period: Period, index: number, mpd: Mpd) => readonly string[]): Rule<Mpd>['check'] =>
  (mpd) =>
    mpd.periods.flatMap((period, index) =>
      check(period, index, mpd).map((found) => `${period.element.path}: ${found}`),
    );
const ofSets =
  (check: (set: AdaptationSet, mpd: Mpd) => readonly string[]): Rule<Mpd>['check'] =>
  (mpd) =>
    mpd.periods.flatMap(({ sets }) =>
      sets.flatMap((set) => check(set, mpd).map((found) => `${set.element.path}: ${found}`)),
    );
const ofRepresentations =
  (check: (representation: Representation, set: AdaptationSet) => readonly string[]): Rule<Mpd>['check'] =>
  (mpd) =>
    [...representationsOf(mpd)].flatMap(({ representation, set }) =>
      check(representation, set).map((found) => `${representation.element.path}: ${found}`),
    );

const twice = (ids: readonly (string | undefined)[]): string[] => [
  ...new Set(ids.filter((id, index): id is string => id !== undefined && ids.indexOf(id) !== index)),
];

export const PERIOD_RULES: readonly Rule<Mpd>[] = [
  {
    id: 'dash.period-id',
    clause: 'ISO/IEC 23009-1 5.3.2.2',
    severity: 'error',
    text: 'In a dynamic MPD each Period has an @id.',
    check: ofPeriods(({ id }, _index, { type }) => (type === 'dynamic' && id === undefined ? ['no @id'] : [])),
  },
  {
    id: 'dash.period-start',
    clause: 'ISO/IEC 23009-1 5.3.2.1',
    severity: 'error',
    text: 'Where each Period begins is known.',
    check: ofPeriods(({ start }) => (start === undefined ? ['no @start, no @duration of the one before'] : [])),
  },
  {
    id: 'dash.periods-in-order',
    clause: 'ISO/IEC 23009-1 5.3.2.1',
    severity: 'error',
    text: 'Periods follow each other, and each lasts.',
    check: ofPeriods(({ start, duration }, index, { periods }) => {
      const before = periods[index - 1]?.start;
      if (start !== undefined && before !== undefined && start <= before)
        return [`begins at ${start} s, the one before at ${before} s`];
      return duration !== undefined && duration <= 0 ? [`lasts ${duration} s`] : [];
    }),
  },
  {
    id: 'dash.periods-do-not-overlap',
    clause: 'ISO/IEC 23009-1 5.3.2.1',
    severity: 'error',
    text: 'A Period ends before the next begins.',
    check: ofPeriods((period, index, { periods }) => {
      const gap = gapAfter(period, periods[index + 1]);
      return gap !== undefined && gap < -SAME_SECONDS ? [`ends ${round(-gap)} s after the next has begun`] : [];
    }),
  },
  {
    id: 'dash.periods-without-gap',
    clause: 'DASH-IF timing model',
    severity: 'warning',
    text: 'Between Periods nothing is missing.',
    check: ofPeriods((period, index, { periods }) => {
      const gap = gapAfter(period, periods[index + 1]);
      return gap !== undefined && gap > SAME_SECONDS ? [`ends ${round(gap)} s before the next begins`] : [];
    }),
  },
  {
    id: 'dash.period-has-media',
    clause: 'ISO/IEC 23009-1 5.3.2.2',
    severity: 'warning',
    text: 'A Period has something to play: an AdaptationSet with Representations.',
    check: ofPeriods(({ sets, element }) => {
      const empty = sets.filter(({ representations }) => representations.length === 0);
      if (sets.length === 0) return element.isRemote ? [] : ['no AdaptationSet'];
      return empty.map((set) => `${set.element.path.split('/').at(-1)} has no Representation`);
    }),
  },
  {
    id: 'dash.ids-unique',
    clause: 'ISO/IEC 23009-1 5.3.5.2',
    severity: 'error',
    text: 'No two Periods have one @id, nor two sets or two Representations of a Period.',
    check: ({ periods }) => [
      ...twice(periods.map(({ id }) => id)).map((id) => `two Periods ${id}`),
      ...periods.flatMap(({ sets, element }) => [
        ...twice(sets.map(({ id }) => id)).map((id) => `${element.path}: two AdaptationSets ${id}`),
        ...twice(sets.flatMap(({ representations }) => representations.map(({ id }) => id))).map(
          (id) => `${element.path}: two Representations ${id}`,
        ),
      ]),
    ],
  },
  {
    id: 'dash.set-id',
    clause: 'DASH-IF timing model',
    severity: 'warning',
    text: 'In a dynamic MPD each AdaptationSet has an @id, by which it is known again.',
    check: ofSets(({ id }, { type }) => (type === 'dynamic' && id === undefined ? ['no @id'] : [])),
  },
  {
    id: 'dash.set-of-one-kind',
    clause: 'ISO/IEC 23009-1 5.3.3.1',
    severity: 'error',
    text: 'All Representations of a set are of one kind.',
    check: ofSets(({ representations }) => {
      const kinds = new Set(representations.flatMap(({ attribute }) => attribute('mimeType')?.split('/')[0] ?? []));
      return kinds.size > 1 ? [`@mimeType ${[...kinds].join(', ')}`] : [];
    }),
  },
  {
    id: 'dash.segment-alignment',
    clause: 'ISO/IEC 23009-1 8.4.2',
    severity: 'warning',
    text: 'A set with several Representations says that their segments are aligned, or nobody can switch.',
    check: ofSets(({ element: { attributes }, representations }) => {
      const said = ['segmentAlignment', 'subsegmentAlignment', 'bitstreamSwitching'].map((name) =>
        attributes.get(name),
      );
      const isSaid = said.some((value) => value !== undefined && value !== 'false');
      return representations.length > 1 && !isSaid
        ? [`${representations.length} Representations, no @segmentAlignment`]
        : [];
    }),
  },
  {
    id: 'dash.set-counts-alike',
    clause: 'DASH-IF timing model',
    severity: 'warning',
    text: 'All Representations of a set are addressed alike, with one @timescale.',
    check: ofSets(({ representations }) => {
      const ways = new Set(
        representations.flatMap(({ addressing }) =>
          addressing
            ? [
                `${addressing.element.name}${addressing.timeline ? ' with SegmentTimeline' : ''} in ${addressing.timescale}`,
              ]
            : [],
        ),
      );
      return ways.size > 1 ? [[...ways].join('; ')] : [];
    }),
  },
  {
    id: 'dash.mime-type',
    clause: 'ISO/IEC 23009-1 5.3.7.2',
    severity: 'error',
    text: 'Each Representation, or its set, says its @mimeType.',
    check: ofRepresentations(({ attribute }) => (attribute('mimeType') === undefined ? ['no @mimeType'] : [])),
  },
  {
    id: 'dash.codecs',
    clause: 'ISO/IEC 23009-1 5.3.7.2',
    severity: 'warning',
    text: 'Each Representation of video or audio, or its set, says its @codecs.',
    check: ofRepresentations(({ attribute }, { kind }) =>
      kind !== 'other' && attribute('codecs') === undefined ? ['no @codecs'] : [],
    ),
  },
  {
    id: 'dash.video-described',
    clause: 'IOP v5 part 5',
    severity: 'warning',
    text: 'Video says its @width, @height and @frameRate.',
    check: ofRepresentations(({ attribute }, { kind }) => {
      const lacking = ['width', 'height', 'frameRate'].filter((name) => attribute(name) === undefined);
      return kind === 'video' && lacking.length > 0 ? [`no ${lacking.map((name) => `@${name}`).join(', no ')}`] : [];
    }),
  },
  {
    id: 'dash.audio-described',
    clause: 'IOP v5 part 6',
    severity: 'note',
    text: 'Sound says its @audioSamplingRate and AudioChannelConfiguration.',
    check: ofRepresentations(({ attribute, element }, { kind, element: set }) => {
      if (kind !== 'audio') return [];
      const hasChannels = [element, set].some(({ children }) =>
        children.some(({ name }) => name === 'AudioChannelConfiguration'),
      );
      return [
        ...(attribute('audioSamplingRate') === undefined ? ['no @audioSamplingRate'] : []),
        ...(hasChannels ? [] : ['no AudioChannelConfiguration']),
      ];
    }),
  },
];

/** Seconds between the end that a Period says itself and the next; negative: they overlap. */
function gapAfter({ element, start, duration }: Period, next: Period | undefined): number | undefined {
  if (!element.attributes.has('duration') || start === undefined || duration === undefined) return undefined;
  return next?.start === undefined ? undefined : next.start - (start + duration);
}

const round = (seconds: number): number => Number(seconds.toFixed(3));
