/** The rules of clocks and of chunks before their segment is whole (IOP v5 part 4, DASH-IF timing model; D13 to D19). PURE. */
import type { Rule } from '../../rule.js';
import { isChunked, nominalSeconds, type AdaptationSet, type Mpd } from '../mpd.js';
import { readDateTime } from '../schema-types.js';
import { childrenNamed, descendants, type XmlElement } from '../xml-tree.js';

/** Schemes that tell the time over HTTP, or at once. */
const CLOCKS = /^urn:mpeg:dash:utc:(http-xsdate|http-iso|http-head|http-ntp|direct|ntp|sntp):2014$/;
const ROUNDING_SECONDS = 0.001;

const isLive = ({ isLowLatency, type }: Mpd): boolean => isLowLatency && type === 'dynamic';
const ofChunkedSets =
  (check: (set: AdaptationSet, mpd: Mpd) => readonly string[]): Rule<Mpd>['check'] =>
  (mpd) =>
    isLive(mpd)
      ? mpd.periods.flatMap(({ sets }) =>
          sets.filter(isChunked).flatMap((set) => check(set, mpd).map((found) => `${set.element.path}: ${found}`)),
        )
      : [];
const descriptions = ({ root, periods }: Mpd): XmlElement[] =>
  [root, ...periods.map(({ element }) => element)].flatMap((element) => childrenNamed(element, 'ServiceDescription'));
const latencies = (mpd: Mpd): XmlElement[] => descriptions(mpd).flatMap((one) => childrenNamed(one, 'Latency'));
const referenceTimes = ({ element, representations }: AdaptationSet): XmlElement[] =>
  [element, ...representations.map((one) => one.element)].flatMap((one) => childrenNamed(one, 'ProducerReferenceTime'));
const clocks = ({ root }: Mpd): XmlElement[] => childrenNamed(root, 'UTCTiming');
const said = ({ attributes }: XmlElement): string =>
  `${attributes.get('schemeIdUri') ?? ''} ${attributes.get('value') ?? ''}`.trim();

/** Numbers that are there rise from left to right. */
function rises({ attributes }: XmlElement, names: readonly string[]): boolean {
  const values = names.flatMap((name) => (attributes.has(name) ? [Number(attributes.get(name))] : []));
  return values.every((value, index) => index === 0 || value >= values[index - 1]!);
}

export const LOW_LATENCY_RULES: readonly Rule<Mpd>[] = [
  {
    id: 'dash.clock',
    clause: 'DASH-IF timing model',
    severity: 'warning',
    text: 'A dynamic MPD says where to ask for the time.',
    check: (mpd) => (mpd.type === 'dynamic' && !mpd.isLowLatency && clocks(mpd).length === 0 ? ['no UTCTiming'] : []),
  },
  {
    id: 'dash.low-latency-clock',
    clause: 'IOP v5 part 4',
    severity: 'error',
    text: 'Without a common clock there is no low latency: the MPD says where to ask for the time.',
    check: (mpd) => (isLive(mpd) && clocks(mpd).length === 0 ? ['no UTCTiming'] : []),
  },
  {
    id: 'dash.clock-scheme',
    clause: 'ISO/IEC 23009-1 5.8.4.11',
    severity: 'warning',
    text: 'At least one UTCTiming is of a scheme that players know, with a value.',
    check: (mpd) => {
      const all = clocks(mpd);
      const isKnown = ({ attributes }: XmlElement): boolean =>
        CLOCKS.test(attributes.get('schemeIdUri') ?? '') && (attributes.get('value') ?? '') !== '';
      return all.length > 0 && !all.some(isKnown) ? all.map(said) : [];
    },
  },
  {
    id: 'dash.latency-target',
    clause: 'IOP v5 part 4',
    severity: 'error',
    text: 'A low-latency MPD has a ServiceDescription with Latency@target.',
    check: (mpd) =>
      isLive(mpd) && !latencies(mpd).some(({ attributes }) => attributes.has('target'))
        ? [descriptions(mpd).length === 0 ? 'no ServiceDescription' : 'no Latency@target']
        : [],
  },
  {
    id: 'dash.latency-ordered',
    clause: 'ISO/IEC 23009-1 annex K',
    severity: 'error',
    text: 'Latency: min, target and max rise; PlaybackRate: min is at most 1, max at least.',
    check: (mpd) => [
      ...latencies(mpd)
        .filter((latency) => !rises(latency, ['min', 'target', 'max']))
        .map(
          ({ path, attributes }) => `${path}: ${[...attributes].map(([name, value]) => `${name} ${value}`).join(', ')}`,
        ),
      ...descriptions(mpd)
        .flatMap((one) => childrenNamed(one, 'PlaybackRate'))
        .filter(({ attributes }) => Number(attributes.get('min') ?? 1) > 1 || Number(attributes.get('max') ?? 1) < 1)
        .map(({ path, attributes }) => `${path}: min ${attributes.get('min')}, max ${attributes.get('max')}`),
    ],
  },
  {
    id: 'dash.playback-rate-said',
    clause: 'IOP v5 part 4',
    severity: 'note',
    text: 'A low-latency MPD says how fast a player may catch up.',
    check: (mpd) =>
      isLive(mpd) &&
      descriptions(mpd).length > 0 &&
      !descriptions(mpd).some((one) => childrenNamed(one, 'PlaybackRate').length > 0)
        ? ['no PlaybackRate']
        : [],
  },
  {
    id: 'dash.reference-time',
    clause: 'IOP v5 part 4',
    severity: 'error',
    text: 'Each low-latency set says when a moment of it was made: ProducerReferenceTime, with a time that can be read.',
    check: ofChunkedSets((set) => {
      const times = referenceTimes(set);
      if (times.length === 0) return ['no ProducerReferenceTime'];
      return times
        .filter(({ attributes }) => attributes.get('type') !== 'application')
        .map(({ attributes }) => attributes.get('wallClockTime') ?? '')
        .filter((time) => readDateTime(time) === undefined)
        .map((time) => `@wallClockTime "${time}"`);
    }),
  },
  {
    id: 'dash.reference-time-ids',
    clause: 'ISO/IEC 23009-1 5.12.2',
    severity: 'error',
    text: 'No two ProducerReferenceTimes of a Period have one @id.',
    check: ({ periods }) =>
      periods.flatMap(({ sets, element }) => {
        const ids = sets.flatMap(referenceTimes).flatMap(({ attributes }) => attributes.get('id') ?? []);
        const twice = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
        return [...twice].map((id) => `${element.path}: two ProducerReferenceTimes ${id}`);
      }),
  },
  {
    id: 'dash.reference-time-clock',
    clause: 'IOP v5 part 4',
    severity: 'error',
    text: 'A ProducerReferenceTime repeats one of the UTCTiming elements of the MPD.',
    check: ofChunkedSets((set, mpd) =>
      referenceTimes(set).flatMap((time) => {
        const [own] = childrenNamed(time, 'UTCTiming');
        if (!own) return ['ProducerReferenceTime without UTCTiming'];
        return clocks(mpd).some((clock) => said(clock) === said(own))
          ? []
          : [`UTCTiming ${said(own)} is not in the MPD`];
      }),
    ),
  },
  {
    id: 'dash.reference-time-origin',
    clause: 'IOP v5 part 4',
    severity: 'warning',
    text: '@presentationTime of a ProducerReferenceTime is the beginning of the Period: @presentationTimeOffset, or 0.',
    check: ofChunkedSets((set) => {
      const offsets = new Set(set.representations.map(({ addressing }) => addressing?.presentationTimeOffset ?? 0));
      return referenceTimes(set)
        .filter(({ attributes }) => !offsets.has(Number(attributes.get('presentationTime'))))
        .map(
          ({ attributes }) =>
            `@presentationTime ${attributes.get('presentationTime')}, @presentationTimeOffset ${[...offsets].join(', ')}`,
        );
    }),
  },
  {
    id: 'dash.latency-reference',
    clause: 'ISO/IEC 23009-1 annex K',
    severity: 'error',
    text: 'Latency@referenceId is the @id of a ProducerReferenceTime.',
    check: (mpd) => {
      const ids = [...descendants(mpd.root)]
        .filter(({ name }) => name === 'ProducerReferenceTime')
        .map(({ attributes }) => attributes.get('id'));
      return latencies(mpd)
        .filter(({ attributes }) => attributes.has('referenceId') && !ids.includes(attributes.get('referenceId')))
        .map(
          ({ path, attributes }) =>
            `${path}: @referenceId ${attributes.get('referenceId')}, there ${ids.length > 0 ? `are ${ids.join(', ')}` : 'is none'}`,
        );
    },
  },
  {
    id: 'dash.chunks-said',
    clause: 'IOP v5 part 4',
    severity: 'error',
    text: 'Where segments are offered before they are whole, both are said: @availabilityTimeOffset and @availabilityTimeComplete false.',
    check: ofChunkedSets(({ representations }) => [
      ...new Set(
        representations.flatMap(({ addressing }) => {
          const { availabilityTimeOffset: offset, availabilityTimeComplete: complete } = addressing ?? {};
          if (complete === false && offset === undefined)
            return ['@availabilityTimeComplete false without @availabilityTimeOffset'];
          // Segments that exist long before their time are whole: an offset of a segment or more is another thing.
          const length = addressing && nominalSeconds(addressing);
          const isEarly = offset !== undefined && offset > 0 && (length === undefined || offset < length);
          return isEarly && complete !== false
            ? [`@availabilityTimeOffset ${offset} without @availabilityTimeComplete false`]
            : [];
        }),
      ),
    ]),
  },
  {
    id: 'dash.offset-of-the-set',
    clause: 'DASH-IF timing model',
    severity: 'error',
    text: 'Availability is the same for all Representations of a set, and said there or above.',
    check: ({ periods }) =>
      periods.flatMap(({ sets }) =>
        sets.flatMap(({ representations }) =>
          representations.flatMap(({ element }) =>
            element.children
              .filter(
                ({ attributes }) =>
                  attributes.has('availabilityTimeOffset') || attributes.has('availabilityTimeComplete'),
              )
              .map(({ path }) => path),
          ),
        ),
      ),
  },
  {
    id: 'dash.offset-leaves-a-chunk',
    clause: 'IOP v5 part 4',
    severity: 'error',
    text: '@availabilityTimeOffset is at most a segment less one chunk.',
    check: ofChunkedSets(({ element, representations }) => {
      const longest = representations.flatMap(({ addressing, element: own }) => {
        if (!addressing || addressing.availabilityTimeComplete !== false) return [];
        const { availabilityTimeOffset: offset, timescale } = addressing;
        const segment = nominalSeconds(addressing);
        if (segment === undefined || offset === undefined || !Number.isFinite(offset)) return [];
        const resync = [own, element]
          .flatMap((one) => childrenNamed(one, 'Resync'))
          .find(isOfChunks)
          ?.attributes.get('dT');
        const chunk = resync === undefined ? 0 : Number(resync) / timescale;
        return offset > segment - chunk + ROUNDING_SECONDS || offset >= segment
          ? [`offset ${offset} s, segments of ${round(segment)} s${chunk > 0 ? `, chunks of ${round(chunk)} s` : ''}`]
          : [];
      });
      return [...new Set(longest)];
    }),
  },
  {
    id: 'dash.resync-said',
    clause: 'IOP v5 part 4',
    severity: 'note',
    text: 'A low-latency set says how often a chunk begins: Resync@dT.',
    check: ofChunkedSets(({ element, representations }) =>
      [element, ...representations.map((one) => one.element)].some((one) => childrenNamed(one, 'Resync').length > 0)
        ? []
        : ['no Resync'],
    ),
  },
];

/** Points of other types are random access points, which are further apart (ISO/IEC 23009-1 5.3.12). */
const isOfChunks = ({ attributes }: XmlElement): boolean => (attributes.get('type') ?? '0') === '0';

const round = (seconds: number): number => Number(seconds.toFixed(4));
