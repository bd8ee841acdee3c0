/** Reads an MPD: inheritance of segment information and BaseURLs, start times of Periods (ISO/IEC 23009-1 5.3). PURE. */
import { readAddressing } from './read-addressing.js';
import { DASH_NAMESPACE, isChunked, type AdaptationSet, type Mpd, type Period, type Representation } from './mpd.js';
import { readDateTime, readDuration } from './schema-types.js';
import { childrenNamed, readXml, type XmlDocument, type XmlElement } from './xml-tree.js';

export interface ReadMpd {
  readonly document: XmlDocument;
  /** Undefined where the document is no MPD. */
  readonly mpd: Mpd | undefined;
}

/** `url`: where the text came from; relative URLs are resolved against it. */
export function readMpd(bytes: Buffer, url: string): ReadMpd {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const document = readXml(text);
  const { root } = document;
  if (root?.name !== 'MPD' || root.namespace !== DASH_NAMESPACE) return { document, mpd: undefined };
  return { document, mpd: mpdOf(root, text, url) };
}

function mpdOf(root: XmlElement, text: string, url: string): Mpd {
  const seconds = (name: string): number | undefined => secondsOf(root.attributes.get(name));
  const time = (name: string): number | undefined => {
    const value = root.attributes.get(name);
    return value === undefined ? undefined : readDateTime(value);
  };
  const type = root.attributes.get('type') === 'dynamic' ? 'dynamic' : 'static';
  const mediaPresentationDuration = seconds('mediaPresentationDuration');
  const periods = periodsOf(root, type, resolve(url, root), mediaPresentationDuration);
  return {
    ...{ root, url, text, type, periods, mediaPresentationDuration },
    availabilityStartTime: time('availabilityStartTime'),
    publishTime: time('publishTime'),
    minimumUpdatePeriod: seconds('minimumUpdatePeriod'),
    timeShiftBufferDepth: seconds('timeShiftBufferDepth'),
    maxSegmentDuration: seconds('maxSegmentDuration'),
    suggestedPresentationDelay: seconds('suggestedPresentationDelay'),
    profiles: (root.attributes.get('profiles') ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
    isLowLatency: periods.some(({ sets }) => sets.some(isChunked)),
  };
}

/** 5.3.2.1: of a dynamic MPD such a Period is there early, and begins at a time yet to be told. */
const FIRST_START = { static: 0, dynamic: undefined } as const;

function periodsOf(root: XmlElement, type: Mpd['type'], base: string, whole: number | undefined): Period[] {
  const elements = childrenNamed(root, 'Period');
  const periods: Period[] = [];
  for (const [index, element] of elements.entries()) {
    const before = periods.at(-1);
    const start = secondsOf(element.attributes.get('start')) ?? (before ? endOf(before) : FIRST_START[type]);
    const next = elements[index + 1];
    const nextStart = next ? secondsOf(next.attributes.get('start')) : whole;
    const until = start === undefined || nextStart === undefined ? undefined : nextStart - start;
    const duration = secondsOf(element.attributes.get('duration')) ?? until;
    const here = resolve(base, element);
    const sets = childrenNamed(element, 'AdaptationSet').map((set) => setOf(set, root, element, here, duration));
    periods.push({ element, id: element.attributes.get('id'), start, duration, sets });
  }
  return periods;
}

/** 5.3.2.1: a Period without @start begins where the one before ends. */
function endOf({ start, duration }: Period): number | undefined {
  return start === undefined || duration === undefined ? undefined : start + duration;
}

function setOf(
  element: XmlElement,
  root: XmlElement,
  period: XmlElement,
  base: string,
  periodSeconds: number | undefined,
): AdaptationSet {
  const here = resolve(base, element);
  const representations = childrenNamed(element, 'Representation').map((own): Representation => {
    const attribute = (name: string): string | undefined => own.attributes.get(name) ?? element.attributes.get(name);
    const bandwidth = own.attributes.get('bandwidth');
    return {
      ...{ element: own, id: own.attributes.get('id') ?? '', attribute, baseUrl: resolve(here, own) },
      bandwidth: bandwidth === undefined ? undefined : Number(bandwidth),
      addressing: readAddressing([root, period, element, own], periodSeconds),
    };
  });
  return { element, id: element.attributes.get('id'), kind: kindOf(element, representations), representations };
}

function kindOf(element: XmlElement, representations: readonly Representation[]): AdaptationSet['kind'] {
  const said = [
    element.attributes.get('contentType'),
    ...representations.map(({ attribute }) => attribute('mimeType')),
  ];
  const kind = said.map((one) => /^(video|audio)\b/.exec(one ?? '')?.[1]).find((one) => one !== undefined);
  return kind === 'video' || kind === 'audio' ? kind : 'other';
}

/** The first BaseURL counts; the others are where to go when it fails. */
function resolve(base: string, element: XmlElement): string {
  const own = childrenNamed(element, 'BaseURL')[0]?.text;
  return own !== undefined && URL.canParse(own, base) ? new URL(own, base).href : base;
}

const secondsOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : readDuration(text)?.seconds;
