/** The rules of how segments are found (ISO/IEC 23009-1 5.3.9, DASH-IF timing model; D7 to D11, D15). PURE. */
import type { Rule } from '../../rule.js';
import { representationsOf, type Addressing, type Mpd, type Period, type Representation } from '../mpd.js';
import { badIdentifiers, fillTemplate, identifiersIn } from '../template.js';

/** Some clients keep numbers in 32 bits with a sign. */
const LARGEST_SAFE_NUMBER = 2 ** 31 - 1;

const ofAddressings =
  (
    check: (addressing: Addressing, representation: Representation, period: Period) => readonly string[],
  ): Rule<Mpd>['check'] =>
  (mpd) =>
    [...representationsOf(mpd)].flatMap(({ representation, period }) =>
      representation.addressing
        ? check(representation.addressing, representation, period).map(
            (found) => `${representation.element.path}: ${found}`,
          )
        : [],
    );
const ofTemplates = (check: Parameters<typeof ofAddressings>[0]): Rule<Mpd>['check'] =>
  ofAddressings((addressing, representation, period) =>
    addressing.kind === 'template' ? check(addressing, representation, period) : [],
  );

export const ADDRESSING_RULES: readonly Rule<Mpd>[] = [
  {
    id: 'dash.addressed',
    clause: 'ISO/IEC 23009-1 5.3.9.1',
    severity: 'error',
    text: 'Each Representation says, or inherits, where its segments are.',
    check: (mpd) =>
      [...representationsOf(mpd)]
        .filter(
          ({ representation: { addressing, element } }) =>
            !addressing && !element.children.some(({ name }) => name === 'BaseURL'),
        )
        .map(
          ({ representation: { element } }) =>
            `${element.path}: no SegmentTemplate, SegmentList, SegmentBase or BaseURL`,
        ),
  },
  {
    id: 'dash.one-way-to-count',
    clause: 'ISO/IEC 23009-1 5.3.9.5.3',
    severity: 'error',
    text: 'Segments have a nominal @duration or a SegmentTimeline: one of the two.',
    check: ofTemplates(({ duration, timeline, media }) => {
      if (duration !== undefined && timeline) return ['@duration and SegmentTimeline'];
      const isOneSegment = media !== undefined && !/\$(Number|Time)/.test(media);
      return duration === undefined && !timeline && !isOneSegment ? ['neither @duration nor SegmentTimeline'] : [];
    }),
  },
  {
    id: 'dash.template-identifiers',
    clause: 'ISO/IEC 23009-1 5.3.9.4.4',
    severity: 'error',
    text: 'Templates have the identifiers that the standard knows, and $$ for a dollar sign.',
    check: ofTemplates(({ media = '', initialization = '' }) => [
      ...badIdentifiers(media).map((found) => `@media ${media}: ${found}`),
      ...badIdentifiers(initialization).map((found) => `@initialization ${initialization}: ${found}`),
      ...identifiersIn(initialization)
        .filter((name) => name === 'Number' || name === 'Time' || name === 'SubNumber')
        .map((name) => `@initialization ${initialization}: $${name}$`),
    ]),
  },
  {
    id: 'dash.media-template',
    clause: 'ISO/IEC 23009-1 5.3.9.4.4',
    severity: 'error',
    text: '@media has $Number$ or $Time$, the latter only with a SegmentTimeline.',
    check: ofTemplates(({ media, timeline, duration }) => {
      if (media === undefined) return ['no @media'];
      const counters = identifiersIn(media).filter((name) => name === 'Number' || name === 'Time');
      if (counters.length > 1) return [`@media ${media} has ${counters.join(' and ')}`];
      if (counters[0] === 'Time' && !timeline) return [`@media ${media} without SegmentTimeline`];
      const several = (timeline?.length ?? 0) > 1 || (!timeline && duration !== undefined);
      return counters.length === 0 && several ? [`@media ${media} is one URL for all segments`] : [];
    }),
  },
  {
    id: 'dash.own-urls',
    clause: 'ISO/IEC 23009-1 5.3.9.4.4',
    severity: 'error',
    text: 'No two Representations have the same segments.',
    check: ({ periods }) =>
      periods.flatMap(({ sets }) => {
        const known = new Map<string, string>();
        return sets.flatMap(({ representations }) =>
          representations.flatMap(({ addressing, id, bandwidth, baseUrl, element }) => {
            if (addressing?.kind !== 'template' || addressing.media === undefined) return [];
            const url =
              baseUrl + ' ' + fillTemplate(addressing.media, { id, bandwidth: bandwidth ?? 0, number: 1, time: 1 });
            const other = known.get(url);
            known.set(url, element.path);
            return other === undefined ? [] : [`${element.path}: @media ${addressing.media} names what ${other} names`];
          }),
        );
      }),
  },
  {
    id: 'dash.initialization-said',
    clause: 'ISO/IEC 23009-1 6.2.1',
    severity: 'warning',
    text: 'Fragmented MP4 has an initialization segment.',
    check: ofTemplates(({ initialization }, { attribute }) =>
      initialization === undefined && attribute('mimeType')?.endsWith('/mp4') === true ? ['no @initialization'] : [],
    ),
  },
  {
    id: 'dash.units-positive',
    clause: 'ISO/IEC 23009-1 5.3.9.2.2',
    severity: 'error',
    text: 'A second has ticks, and a segment lasts.',
    check: ofAddressings(({ timescale, duration }) => [
      ...(timescale === 0 ? ['@timescale 0'] : []),
      ...(duration === 0 ? ['@duration 0'] : []),
    ]),
  },
  {
    id: 'dash.numbers-countable',
    clause: 'DASH-IF timing model',
    severity: 'warning',
    text: 'Segment numbers fit in 31 bits: some clients have no more.',
    check: ofAddressings(({ startNumber, timeline }) => {
      const largest = Math.max(startNumber, timeline?.at(-1)?.number ?? 0);
      return largest > LARGEST_SAFE_NUMBER ? [`number ${largest}`] : [];
    }),
  },
  {
    id: 'dash.timeline-lasts',
    clause: 'ISO/IEC 23009-1 5.3.9.6.2',
    severity: 'error',
    text: 'Each S lasts, and is repeated a number of times, or to the end (-1).',
    check: ofAddressings(({ timeline, element }) =>
      timeline
        ? element.children
            .filter(({ name }) => name === 'SegmentTimeline')
            .flatMap(({ children }) => children)
            .flatMap(({ attributes, path }) => [
              ...(Number(attributes.get('d') ?? 1) === 0 ? [`${path.split('/').at(-1)} has @d 0`] : []),
              ...(Number(attributes.get('r') ?? 0) < -1
                ? [`${path.split('/').at(-1)} has @r ${attributes.get('r')}`]
                : []),
            ])
        : [],
    ),
  },
  {
    id: 'dash.timeline-in-order',
    clause: 'ISO/IEC 23009-1 5.3.9.6.1',
    severity: 'error',
    text: 'Segments of a SegmentTimeline do not overlap.',
    check: ofAddressings(({ timeline }) =>
      jumps(timeline, (ticks) => ticks < 0).map(
        ({ t, ticks }) => `S at ${t} begins ${-ticks} ticks before the end of the one before`,
      ),
    ),
  },
  {
    id: 'dash.timeline-without-gap',
    clause: 'DASH-IF timing model',
    severity: 'warning',
    text: 'A SegmentTimeline has no gaps: what is missing is a new Period.',
    check: ofAddressings(({ timeline }) =>
      jumps(timeline, (ticks) => ticks > 0).map(
        ({ t, ticks }) => `S at ${t} begins ${ticks} ticks after the end of the one before`,
      ),
    ),
  },
  {
    id: 'dash.timeline-in-period',
    clause: 'ISO/IEC 23009-1 5.3.9.6.1',
    severity: 'warning',
    text: 'Segments of a SegmentTimeline begin before their Period ends, and end after it has begun.',
    check: ofAddressings(({ timeline, timescale, presentationTimeOffset }, _representation, { duration }) => {
      const outside = (timeline ?? []).filter(({ t, d }) => {
        const end = duration === undefined ? Infinity : duration * timescale;
        return t + d <= presentationTimeOffset || t - presentationTimeOffset >= end;
      });
      return outside.length > 0
        ? [`S at ${outside[0]!.t}${outside.length > 1 ? ` and ${outside.length - 1} more` : ''}`]
        : [];
    }),
  },
];

function jumps(timeline: Addressing['timeline'], wanted: (ticks: number) => boolean): { t: number; ticks: number }[] {
  return (timeline ?? []).flatMap(({ t }, index) => {
    const before = timeline![index - 1];
    const ticks = before ? t - (before.t + before.d) : 0;
    return wanted(ticks) ? [{ t, ticks }] : [];
  });
}
