/** The rules of the MPD element (ISO/IEC 23009-1 5.3.1, DASH-IF timing model, IOP v5 part 4; D1 to D6, D23). PURE. */
import type { Rule } from '../../rule.js';
import { DASH_NAMESPACE, nominalSeconds, representationsOf, type Mpd } from '../mpd.js';
import { readDuration } from '../schema-types.js';
import { elementType } from '../structure.js';
import { descendants, type XmlElement } from '../xml-tree.js';

const LIVE_PROFILE = 'urn:mpeg:dash:profile:isoff-live:2011';
const KNOWN_PROFILES =
  /^(urn:mpeg:dash:profile:|urn:dvb:dash:profile:|urn:hbbtv:dash:profile:|https?:\/\/(www\.)?dashif\.org\/|urn:com:dashif:)/;
const LOW_LATENCY_PROFILE = /low-latency|ll-/i;
/** Seconds that a duration may be told too short: times are rounded to it. */
const ROUNDING_SECONDS = 0.001;

const isDynamic = ({ type }: Mpd): boolean => type === 'dynamic';
/** An MPD that says where the presentation ends need not be asked again. */
const hasEnd = ({ mediaPresentationDuration, periods }: Mpd): boolean =>
  mediaPresentationDuration !== undefined || periods.at(-1)?.element.attributes.has('duration') === true;
const attributesOf = (element: XmlElement, names: readonly string[]): string[] =>
  names.filter((name) => element.attributes.has(name)).map((name) => `@${name} ${element.attributes.get(name)}`);
const own = ({ root }: Mpd): XmlElement[] =>
  [root, ...descendants(root)].filter(({ namespace }) => namespace === DASH_NAMESPACE);

export const ROOT_RULES: readonly Rule<Mpd>[] = [
  {
    id: 'dash.profiles-known',
    clause: 'ISO/IEC 23009-1 8.1',
    severity: 'warning',
    text: '@profiles names a profile that players know.',
    check: ({ profiles }) =>
      profiles.length === 0 || profiles.some((one) => KNOWN_PROFILES.test(one))
        ? []
        : [`@profiles ${profiles.join(',')}`],
  },
  {
    id: 'dash.live-profile-kept',
    clause: 'ISO/IEC 23009-1 8.4.2',
    severity: 'warning',
    text: 'In the live profile segments are found by SegmentTemplate.',
    check: (mpd) =>
      mpd.profiles.includes(LIVE_PROFILE)
        ? [...representationsOf(mpd)]
            .filter(({ representation: { addressing } }) => addressing && addressing.kind !== 'template')
            .map(({ representation: { element, addressing } }) => `${element.path} has a ${addressing!.element.name}`)
        : [],
  },
  {
    id: 'dash.low-latency-profile',
    clause: 'IOP v5 part 4',
    severity: 'warning',
    text: 'An MPD that offers chunks says so in @profiles.',
    check: ({ isLowLatency, profiles, type }) =>
      type === 'dynamic' && isLowLatency && !profiles.some((one) => LOW_LATENCY_PROFILE.test(one))
        ? [`@profiles ${profiles.join(',')}`]
        : [],
  },
  {
    id: 'dash.availability-start',
    clause: 'ISO/IEC 23009-1 5.3.1.2',
    severity: 'error',
    text: 'A dynamic MPD says @availabilityStartTime.',
    check: (mpd) => (isDynamic(mpd) && !mpd.root.attributes.has('availabilityStartTime') ? ['none'] : []),
  },
  {
    id: 'dash.publish-time',
    clause: 'ISO/IEC 23009-1 5.3.1.2',
    severity: 'error',
    text: 'A dynamic MPD says @publishTime.',
    check: (mpd) => (isDynamic(mpd) && !mpd.root.attributes.has('publishTime') ? ['none'] : []),
  },
  {
    id: 'dash.times-have-zone',
    clause: 'DASH-IF timing model',
    severity: 'warning',
    text: 'Times say their zone.',
    check: ({ root }) =>
      ['availabilityStartTime', 'availabilityEndTime', 'publishTime'].flatMap((name) => {
        const value = root.attributes.get(name)?.trim();
        return value !== undefined && /T[\d:.]+$/.test(value) ? [`@${name} ${value}`] : [];
      }),
  },
  {
    id: 'dash.update-period',
    clause: 'IOP v5 part 4',
    severity: 'warning',
    text: 'A dynamic MPD that does not know its end says when to ask again.',
    check: (mpd) =>
      isDynamic(mpd) && mpd.minimumUpdatePeriod === undefined && !hasEnd(mpd) ? ['no @minimumUpdatePeriod'] : [],
  },
  {
    id: 'dash.max-segment-duration',
    clause: 'ISO/IEC 23009-1 5.3.1.2',
    severity: 'warning',
    text: '@maxSegmentDuration is at least the longest segment.',
    check: (mpd) => {
      const { maxSegmentDuration: most } = mpd;
      if (most === undefined) return [];
      return [...representationsOf(mpd)].flatMap(({ representation: { element, addressing } }) => {
        if (!addressing || addressing.timescale === 0) return [];
        const listed = addressing.timeline?.map(({ d }) => d / addressing.timescale) ?? [];
        const longest = Math.max(nominalSeconds(addressing) ?? 0, ...listed);
        return longest > most + ROUNDING_SECONDS
          ? [`${element.path}: ${longest} s, @maxSegmentDuration ${most} s`]
          : [];
      });
    },
  },
  {
    id: 'dash.time-shift-said',
    clause: 'DASH-IF timing model',
    severity: 'note',
    text: 'A dynamic MPD says how far back one can go: without it, to the beginning.',
    check: (mpd) => (isDynamic(mpd) && mpd.timeShiftBufferDepth === undefined ? ['no @timeShiftBufferDepth'] : []),
  },
  {
    id: 'dash.presentation-delay-said',
    clause: 'DASH-IF timing model',
    severity: 'note',
    text: 'A dynamic MPD without low latency says how far from the edge to play.',
    check: (mpd) =>
      isDynamic(mpd) && !mpd.isLowLatency && mpd.suggestedPresentationDelay === undefined
        ? ['no @suggestedPresentationDelay']
        : [],
  },
  {
    id: 'dash.presentation-delay-added',
    clause: 'IOP v5 part 4',
    severity: 'note',
    text: 'Beside Latency@target there is no @suggestedPresentationDelay: some players add the two.',
    check: (mpd) => (isDynamic(mpd) && mpd.isLowLatency ? attributesOf(mpd.root, ['suggestedPresentationDelay']) : []),
  },
  {
    id: 'dash.presentation-delay-fits',
    clause: 'DASH-IF timing model',
    severity: 'error',
    text: '@suggestedPresentationDelay lies within the time-shift buffer.',
    check: ({ suggestedPresentationDelay: delay, timeShiftBufferDepth: depth, type }) =>
      type === 'dynamic' && delay !== undefined && depth !== undefined && delay >= depth
        ? [`delay ${delay} s, buffer ${depth} s`]
        : [],
  },
  {
    id: 'dash.durations-in-seconds',
    clause: 'DASH-IF timing model',
    severity: 'warning',
    text: 'Durations have no years or months, whose length nobody knows.',
    check: (mpd) =>
      own(mpd).flatMap(({ attributes, path }) =>
        [...attributes].flatMap(([name, value]) =>
          isDuration(name) && readDuration(value)?.hasCalendarUnits === true ? [`${path}: @${name} ${value}`] : [],
        ),
      ),
  },
  {
    id: 'dash.times-countable',
    clause: 'DASH-IF timing model',
    severity: 'error',
    text: 'No time is above 2^53: players count in doubles.',
    check: (mpd) =>
      own(mpd).flatMap(({ attributes, path }) =>
        ['t', 'presentationTimeOffset', 'presentationTime'].flatMap((name) => {
          const value = attributes.get(name)?.trim() ?? '';
          return /^\d+$/.test(value) && BigInt(value) > BigInt(Number.MAX_SAFE_INTEGER)
            ? [`${path}: @${name} ${value}`]
            : [];
        }),
      ),
  },
  {
    id: 'dash.static-duration',
    clause: 'ISO/IEC 23009-1 5.3.1.2',
    severity: 'error',
    text: 'A static MPD says how long the presentation is.',
    check: (mpd) =>
      !isDynamic(mpd) && !hasEnd(mpd) ? ['no @mediaPresentationDuration, no @duration of the last Period'] : [],
  },
  {
    id: 'dash.static-no-updates',
    clause: 'ISO/IEC 23009-1 5.3.1.2',
    severity: 'error',
    text: 'A static MPD is not updated, and does not say when.',
    check: (mpd) => (isDynamic(mpd) ? [] : attributesOf(mpd.root, ['minimumUpdatePeriod'])),
  },
  {
    id: 'dash.static-no-live-terms',
    clause: 'IOP v5 part 4',
    severity: 'warning',
    text: 'A static MPD has nothing to say about the live edge.',
    check: (mpd) =>
      isDynamic(mpd)
        ? []
        : [
            ...attributesOf(mpd.root, ['timeShiftBufferDepth', 'suggestedPresentationDelay']),
            ...own(mpd).flatMap((element) =>
              attributesOf(element, ['availabilityTimeOffset', 'availabilityTimeComplete']).map(
                (found) => `${element.path}: ${found}`,
              ),
            ),
          ],
  },
];

const DURATION_ATTRIBUTES = new Set(
  ['MPD', 'Period', 'BaseURL', 'SegmentTemplate', 'RandomAccess', 'Range'].flatMap((name) =>
    [...elementType(name).attributes].filter(([, { type }]) => type === 'duration').map(([attribute]) => attribute),
  ),
);
const isDuration = (name: string): boolean => DURATION_ATTRIBUTES.has(name);
