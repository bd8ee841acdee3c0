/**
 * The MPD (ISO/IEC 23009-1, DASH-IF IOP v5 part 4): `$Number$` addressing with the house epoch as
 * availabilityStartTime, so the text of a healthy stream hardly ever changes. PURE.
 */
import {
  formatRatio,
  HOUSE_EPOCH_MS,
  partSeconds,
  ratio,
  segmentSeconds,
  type HouseGrid,
  type PresentationView,
  type RenditionView,
  type TrackGrid,
} from '../timeline/index.js';
import { element, type XmlAttributes } from './xml.js';

export interface MpdOptions {
  /** URL of our clock (xs:dateTime), absolute or relative to the MPD. */
  readonly timeUrl: string;
}

const LIVE_PROFILE = 'urn:mpeg:dash:profile:isoff-live:2011';
const LOW_LATENCY_PROFILE = 'http://www.dashif.org/guidelines/low-latency-live-v5';
const EPOCH = new Date(HOUSE_EPOCH_MS).toISOString().replace('.000', '');
const CHANNEL_CONFIGURATION = 'urn:mpeg:dash:23003:3:audio_channel_configuration:2011';

/**
 * The MPD of a presentation: dynamic while any rendition goes on, static once all have ended. URLs are relative to it.
 * Low-latency terms add chunk availability, a ServiceDescription and reference times (IOP v5 part 4).
 */
export function renderMpd(view: PresentationView, options: MpdOptions): string {
  const ended = view.renditions.every(({ timeline }) => timeline.ended);
  const mpd = ended ? staticMpd(view) : dynamicMpd(view, options);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${mpd}\n`;
}

function dynamicMpd(view: PresentationView, { timeUrl }: MpdOptions): string {
  const { terms } = view;
  const grid = gridOf(view);
  const clock = element('UTCTiming', { schemeIdUri: 'urn:mpeg:dash:utc:http-xsdate:2014', value: timeUrl });
  const sets = adaptationSets(view, (id) => ({
    before: terms.lowLatency ? [producerReferenceTime(id, clock)] : [],
    // Media time 0 is the house epoch and so is the Period's start: no presentationTimeOffset, which some readers get wrong.
    addressing: { startNumber: 0 },
    availability: terms.lowLatency
      ? { availabilityTimeOffset: terms.availabilityTimeOffset, availabilityTimeComplete: false }
      : {},
  }));
  const attributes = {
    ...rootAttributes(view, 'dynamic', grid),
    availabilityStartTime: EPOCH,
    publishTime: new Date(Math.floor(view.publishedAtMs)).toISOString(),
    minimumUpdatePeriod: duration(terms.targetDuration),
    timeShiftBufferDepth: duration(terms.timeShiftBufferDepth),
    // Shaka adds it to the latency target, so the low-latency MPD goes without.
    suggestedPresentationDelay: terms.lowLatency ? undefined : duration(terms.holdBack),
  };
  return element('MPD', attributes, [
    ...(terms.lowLatency ? [serviceDescription(view)] : []),
    element('Period', { id: '0', start: 'PT0S' }, sets),
    clock,
  ]);
}

/**
 * The window as it was when the stream ended, playable from its beginning. Numbers and media times keep counting from
 * the house epoch, so `startNumber` and `presentationTimeOffset` bring the first segment to the start of the Period:
 * dash.js and ffmpeg play that to its last frame. The other way, a Period that starts years in, was tried as well:
 * dash.js played nothing of it and ffmpeg 5.1 one segment. What ffmpeg gets wrong of presentationTimeOffset concerns
 * dynamic MPDs only.
 */
function staticMpd(view: PresentationView): string {
  const grid = gridOf(view);
  const numbers = view.renditions.map(({ timeline }) => timeline.segments.map(({ number }) => number));
  const first = Math.max(...numbers.map((list) => list[0] ?? 0));
  const ends = view.renditions.map(({ timeline }) => {
    const last = timeline.segments.at(-1);
    return last ? (last.startTicks + last.durationTicks) / timeline.timescale : 0;
  });
  const length = Math.max(0, Math.min(...ends) - first * segmentSeconds(grid));
  const sets = adaptationSets(view, (_id, nominal) => ({
    before: [],
    addressing: { startNumber: first, presentationTimeOffset: first * nominal.duration },
    availability: {},
  }));
  return element('MPD', { ...rootAttributes(view, 'static', grid), mediaPresentationDuration: wholeMs(length) }, [
    element('Period', { id: '0', start: 'PT0S' }, sets),
  ]);
}

function rootAttributes({ terms }: PresentationView, type: 'static' | 'dynamic', grid: HouseGrid) {
  const lowLatency = type === 'dynamic' && terms.lowLatency;
  return {
    xmlns: 'urn:mpeg:dash:schema:mpd:2011',
    profiles: lowLatency ? `${LIVE_PROFILE},${LOW_LATENCY_PROFILE}` : LIVE_PROFILE,
    type,
    minBufferTime: duration(lowLatency ? partSeconds(grid) : segmentSeconds(grid)),
    // One AAC frame may fall to either side of a boundary.
    maxSegmentDuration: duration(segmentSeconds(grid) + 0.022),
  };
}

function serviceDescription({ terms, renditions }: PresentationView): string {
  const target = terms.targetLatencyMs;
  return element('ServiceDescription', { id: 0 }, [
    element('Latency', {
      target,
      min: Math.round(target / 2),
      max: target + 3000 * terms.targetDuration,
      // The ProducerReferenceTime of the first AdaptationSet.
      referenceId: setId(renditions[0]!.kind),
    }),
    element('PlaybackRate', { min: 0.96, max: 1.04 }),
  ]);
}

function producerReferenceTime(id: number, clock: string): string {
  const attributes = { id, type: 'encoder', wallClockTime: EPOCH, presentationTime: 0, inband: false };
  return element('ProducerReferenceTime', attributes, [clock]);
}

interface SetTerms {
  /** Elements that go before the SegmentTemplate. */
  readonly before: readonly string[];
  /** startNumber and presentationTimeOffset. */
  readonly addressing: XmlAttributes;
  readonly availability: XmlAttributes;
}

/** A set keeps its id whether or not there is another (timing guideline 21). */
const setId = (kind: RenditionView['kind']): number => (kind === 'video' ? 0 : 1);

function adaptationSets(
  { renditions }: PresentationView,
  termsOf: (id: number, nominal: NominalSegment) => SetTerms,
): string[] {
  const kinds = (['video', 'audio'] as const).filter((kind) => renditions.some((rendition) => rendition.kind === kind));
  return kinds.map((kind) => {
    const id = setId(kind);
    const members = renditions.filter((rendition) => rendition.kind === kind);
    const nominal = nominalSegment(members[0]!.track);
    const { before, addressing, availability } = termsOf(id, nominal);
    const attributes = {
      ...{ id, contentType: kind, mimeType: `${kind}/mp4`, segmentAlignment: true, startWithSAP: 1 },
      lang: kind === 'audio' ? 'und' : undefined,
    };
    const template = { media: '$RepresentationID$/$Number$.m4s', ...nominal, ...addressing };
    return element('AdaptationSet', attributes, [
      ...before,
      element('SegmentTemplate', { ...template, ...availability }),
      ...members.map((member) => representation(member, template)),
    ]);
  });
}

/**
 * Init segments are named by content, so each Representation has a template of its own. It is a whole one, because VLC
 * inherits nothing; only the availability stays with the AdaptationSet, where IOP wants it.
 */
function representation({ name, kind, init, track, peakBps }: RenditionView, inherited: XmlAttributes): string {
  const common = { id: name, codecs: init.codec, bandwidth: peakBps };
  const template = element('SegmentTemplate', { initialization: `$RepresentationID$/${init.name}`, ...inherited });
  if (kind === 'audio') {
    const channels = element('AudioChannelConfiguration', {
      schemeIdUri: CHANNEL_CONFIGURATION,
      value: init.channels ?? 2,
    });
    return element('Representation', { ...common, audioSamplingRate: init.sampleRate }, [channels, template]);
  }
  const picture = { width: init.width, height: init.height, frameRate: formatRatio(track.grid.fps), sar: '1:1' };
  return element('Representation', { ...common, ...picture }, [template]);
}

interface NominalSegment {
  readonly timescale: number;
  readonly duration: number;
}

/**
 * A segment's nominal length (SegmentTemplate @timescale, @duration), exact: at numbers near 1e8 half a tick would be
 * minutes. In the track's own timescale wherever that holds it, as the DASH profile of CMAF asks; sound beside a 29.97 or
 * 59.94 fps picture cut into a count of frames that is no multiple of five needs a finer one. Real edges of sound lie
 * within one AAC frame of the nominal ones (timing guideline 22 allows half a segment) and do not drift.
 */
function nominalSegment({ grid, timescale }: TrackGrid): NominalSegment {
  const ticks = ratio(grid.framesPerSegment * grid.fps.den * timescale, grid.fps.num);
  return { timescale: timescale * ticks.den, duration: ticks.num };
}

const gridOf = ({ renditions }: PresentationView): HouseGrid => renditions[0]!.track.grid;

/** xs:duration in seconds only. */
const duration = (seconds: number): string => `PT${Number(seconds.toFixed(3))}S`;

/** Rounded down: a duration past the last segment's end would have players ask for one more. */
const wholeMs = (seconds: number): string => duration(Math.floor(seconds * 1000 + 1e-3) / 1000);
