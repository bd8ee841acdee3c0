/** What a player takes from an MPD (ISO/IEC 23009-1), and no more. */
import { XMLParser } from 'fast-xml-parser';

export interface SegmentTemplate {
  readonly media: string;
  readonly initialization: string | undefined;
  readonly timescale: number;
  readonly startNumber: number;
  readonly presentationTimeOffset: number;
  /** Ticks of every segment, or the list of them: exactly one of the two is there. */
  readonly duration: number | undefined;
  readonly timeline: readonly { readonly time: number; readonly duration: number }[] | undefined;
  /** Seconds that a segment may be requested before it is complete. */
  readonly availabilityTimeOffset: number;
  /** False when such a request is answered in chunks as they are made. */
  readonly availabilityTimeComplete: boolean;
}

export interface Representation {
  readonly id: string;
  readonly bandwidth: number;
  readonly template: SegmentTemplate;
  /** What its addresses are relative to. */
  readonly base: URL;
}

export interface AdaptationSet {
  readonly contentType: string;
  readonly representations: readonly Representation[];
}

export interface Period {
  readonly id: string;
  /** Seconds from the start of the presentation. */
  readonly start: number;
  readonly end: number | undefined;
  readonly sets: readonly AdaptationSet[];
}

export interface Mpd {
  readonly dynamic: boolean;
  /** Seconds since 1970. */
  readonly availabilityStartTime: number;
  /** Seconds; undefined when the MPD need not be asked for again. */
  readonly minimumUpdatePeriod: number | undefined;
  readonly suggestedPresentationDelay: number | undefined;
  /** ServiceDescription: seconds. */
  readonly latencyTarget: number | undefined;
  readonly utcTimings: readonly { readonly scheme: string; readonly value: string }[];
  readonly periods: readonly Period[];
}

type Element = Readonly<Record<string, unknown>>;

const LISTS = new Set(['Period', 'AdaptationSet', 'Representation', 'S', 'UTCTiming', 'ServiceDescription', 'Latency']);
const parser = new XMLParser({
  ...{ ignoreAttributes: false, attributeNamePrefix: '@', removeNSPrefix: true, parseAttributeValue: false },
  isArray: (name) => LISTS.has(name),
});

/** Throws when this is no MPD that can be played by segment templates. */
export function parseMpd(text: string, url: URL): Mpd {
  const root = child(parser.parse(text) as Element, 'MPD');
  if (!root) throw new Error('no MPD');
  const base = baseOf(root, url);
  const starts = children(root, 'Period').map(
    (period, index) => durationOf(period, 'start') ?? (index === 0 ? 0 : undefined),
  );
  const periods = children(root, 'Period').map((element, index, all): Period => {
    const before = all[index - 1];
    const start = starts[index] ?? (starts[index - 1] ?? 0) + ((before && durationOf(before, 'duration')) ?? 0);
    starts[index] = start;
    const duration = durationOf(element, 'duration');
    const whole = index === all.length - 1 ? durationOf(root, 'mediaPresentationDuration') : undefined;
    const end = duration === undefined ? (starts[index + 1] ?? whole) : start + duration;
    return { id: attribute(element, 'id') ?? `${index}`, start, end, sets: setsOf(element, baseOf(element, base)) };
  });
  if (periods.length === 0) throw new Error('an MPD without a Period');
  const latency = children(root, 'ServiceDescription').flatMap((element) => children(element, 'Latency'));
  const target = latency.map((element) => attribute(element, 'target')).find((value) => value !== undefined);
  return {
    dynamic: attribute(root, 'type') === 'dynamic',
    availabilityStartTime: Date.parse(attribute(root, 'availabilityStartTime') ?? '') / 1000 || 0,
    minimumUpdatePeriod: durationOf(root, 'minimumUpdatePeriod'),
    suggestedPresentationDelay: durationOf(root, 'suggestedPresentationDelay'),
    latencyTarget: target === undefined ? undefined : Number(target) / 1000,
    utcTimings: children(root, 'UTCTiming').map((element) => ({
      scheme: attribute(element, 'schemeIdUri') ?? '',
      value: attribute(element, 'value') ?? '',
    })),
    periods,
  };
}

function setsOf(period: Element, base: URL): AdaptationSet[] {
  return children(period, 'AdaptationSet').map((set) => {
    const type = attribute(set, 'contentType') ?? attribute(set, 'mimeType')?.split('/')[0];
    const representations = children(set, 'Representation').map((element): Representation => {
      const levels = [period, set, element].flatMap((level): Element[] => {
        const template = child(level, 'SegmentTemplate');
        return template ? [template] : [];
      });
      return {
        id: attribute(element, 'id') ?? '',
        bandwidth: Number(attribute(element, 'bandwidth') ?? 0),
        template: templateOf(levels),
        base: baseOf(element, baseOf(set, base)),
      };
    });
    const own = children(set, 'Representation').map((element) => attribute(element, 'mimeType')?.split('/')[0]);
    return { contentType: type ?? own[0] ?? '', representations };
  });
}

/** A template inherits what it does not say itself from the levels above. */
function templateOf(levels: readonly Element[]): SegmentTemplate {
  const said = (name: string) => levels.map((level) => attribute(level, name)).findLast((value) => value !== undefined);
  const timeline = levels.map((level) => child(level, 'SegmentTimeline')).findLast((found) => found !== undefined);
  const media = said('media');
  const duration = said('duration');
  if (media === undefined || (duration === undefined && !timeline))
    throw new Error('a Representation without segments');
  return {
    media,
    initialization: said('initialization'),
    timescale: Number(said('timescale') ?? 1),
    startNumber: Number(said('startNumber') ?? 1),
    presentationTimeOffset: Number(said('presentationTimeOffset') ?? 0),
    duration: timeline ? undefined : Number(duration),
    timeline: timeline && expand(children(timeline, 'S')),
    availabilityTimeOffset: Number(said('availabilityTimeOffset') ?? 0),
    availabilityTimeComplete: said('availabilityTimeComplete') !== 'false',
  };
}

/** Longer than a day of one-second segments: what an MPD may list at most. */
const MAX_SEGMENTS = 100_000;

function expand(elements: readonly Element[]): { time: number; duration: number }[] {
  const segments: { time: number; duration: number }[] = [];
  let time = 0;
  for (const [index, element] of elements.entries()) {
    time = Number(attribute(element, 't') ?? time);
    const duration = Number(attribute(element, 'd'));
    let repeats = Number(attribute(element, 'r') ?? 0);
    const following = elements[index + 1] && attribute(elements[index + 1]!, 't');
    if (repeats < 0) repeats = following === undefined ? 0 : Math.round((Number(following) - time) / duration) - 1;
    for (let i = 0; i <= repeats && segments.length < MAX_SEGMENTS; i += 1, time += duration)
      segments.push({ time, duration });
  }
  return segments;
}

/** xs:duration without years and months (which have no fixed length), in seconds. */
function durationOf(element: Element, name: string): number | undefined {
  const text = attribute(element, name);
  if (text === undefined) return undefined;
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text)?.map((part) => Number(part ?? 0)) ?? [];
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

function baseOf(element: Element, above: URL): URL {
  const found = element['BaseURL'];
  const first: unknown = Array.isArray(found) ? found[0] : found;
  if (typeof first === 'string') return new URL(first, above);
  const text = isElement(first) ? first['#text'] : undefined;
  return typeof text === 'string' ? new URL(text, above) : above;
}

const isElement = (value: unknown): value is Element => typeof value === 'object' && value !== null;

function child(element: Element, name: string): Element | undefined {
  const found = element[name];
  return isElement(found) ? found : undefined;
}

function children(element: Element, name: string): readonly Element[] {
  const found = element[name];
  return Array.isArray(found) ? found.map((each: unknown): Element => (isElement(each) ? each : {})) : [];
}

function attribute(element: Element, name: string): string | undefined {
  const value = element[`@${name}`];
  return typeof value === 'string' ? value : undefined;
}
