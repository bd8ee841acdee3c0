/**
 * The MPD (ISO/IEC 23009-1, DASH-IF IOP v5 part 4), in two printings of one timeline. By number, with the house epoch
 * as availabilityStartTime, its text hardly ever changes and low-latency players get what they need; by SegmentTimeline
 * it names exactly what is there, for readers that must be told. PURE.
 */
import {
  HOUSE_EPOCH_MS,
  partSeconds,
  segmentSeconds,
  type HouseGrid,
  type PresentationView,
} from '../timeline/index.js';
import { adaptationSets, setId } from './adaptation-set.js';
import type { Addressing } from './addressing.js';
import { periodsOf, playableWindow, secondsAtSegment } from './periods.js';
import { element } from './xml.js';

export interface MpdOptions {
  /** URL of our clock (xs:dateTime), absolute or relative to the MPD. */
  readonly timeUrl: string;
  /** Unix ms at which this text was last another one (MPD@publishTime). */
  readonly publishedAtMs: number;
  /** By number unless told otherwise. */
  readonly addressing?: Addressing;
}

const LIVE_PROFILE = 'urn:mpeg:dash:profile:isoff-live:2011';
const LOW_LATENCY_PROFILE = 'http://www.dashif.org/guidelines/low-latency-live-v5';
const EPOCH = new Date(HOUSE_EPOCH_MS).toISOString().replace('.000', '');

/**
 * The MPD of a presentation: dynamic while any rendition goes on, static once all have ended. URLs are relative to it.
 * Low-latency terms add chunk availability, a ServiceDescription and reference times to the printing by number.
 */
export function renderMpd(view: PresentationView, options: MpdOptions): string {
  const ended = view.renditions.every(({ timeline }) => timeline.ended);
  const mpd = ended ? staticMpd(view, options.addressing ?? 'number') : dynamicMpd(view, options);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${mpd}\n`;
}

function dynamicMpd(view: PresentationView, options: MpdOptions): string {
  const { timeUrl, publishedAtMs, addressing = 'number' } = options;
  const { terms } = view;
  const grid = gridOf(view);
  const chunked = terms.lowLatency && addressing === 'number';
  const clock = element('UTCTiming', { schemeIdUri: 'urn:mpeg:dash:utc:http-xsdate:2014', value: timeUrl });
  const periods = periodsOf(view).map((period) =>
    element(
      'Period',
      { id: period.firstSegment, start: duration(secondsAtSegment(grid, period.firstSegment)) },
      adaptationSets(view.renditions, {
        ...{ addressing, period, zero: period.firstSegment },
        ...(chunked && { chunks: { terms, referenceTime: producerReferenceTime(grid, period.firstSegment, clock) } }),
      }),
    ),
  );
  const attributes = {
    ...rootAttributes('dynamic', grid, chunked),
    availabilityStartTime: EPOCH,
    publishTime: new Date(Math.floor(publishedAtMs)).toISOString(),
    minimumUpdatePeriod: duration(addressing === 'number' ? terms.targetDuration : segmentSeconds(grid)),
    timeShiftBufferDepth: duration(terms.timeShiftBufferDepth),
    // Shaka adds it to the latency target, so the low-latency MPD goes without.
    suggestedPresentationDelay: chunked ? undefined : duration(terms.holdBack),
  };
  return element('MPD', attributes, [...(chunked ? [serviceDescription(view)] : []), ...periods, clock]);
}

/**
 * The window as it was when the stream ended, playable from its beginning. Numbers and media times keep counting from
 * the house epoch, so `startNumber` and `presentationTimeOffset` bring the first segment to the start of the Period:
 * dash.js and ffmpeg play that to its last frame. The other way, a Period that starts years in, was tried as well:
 * dash.js played nothing of it and ffmpeg 5.1 one segment. What ffmpeg gets wrong of presentationTimeOffset concerns
 * dynamic MPDs only.
 */
function staticMpd(view: PresentationView, addressing: Addressing): string {
  const grid = gridOf(view);
  const { first, end } = playableWindow(view.renditions, grid);
  const beginning = secondsAtSegment(grid, first);
  const periods = periodsOf(view)
    .filter(({ nextSegment }) => nextSegment > first)
    .map((period) => {
      const zero = Math.max(period.firstSegment, first);
      const sets = adaptationSets(view.renditions, { addressing, period: { ...period, firstSegment: zero }, zero });
      const start = duration(secondsAtSegment(grid, zero) - beginning);
      return element('Period', { id: period.firstSegment, start }, sets);
    });
  const attributes = {
    ...rootAttributes('static', grid, false),
    mediaPresentationDuration: wholeMs(end - beginning),
  };
  return element('MPD', attributes, periods);
}

function rootAttributes(type: 'static' | 'dynamic', grid: HouseGrid, chunked: boolean) {
  return {
    xmlns: 'urn:mpeg:dash:schema:mpd:2011',
    profiles: chunked ? `${LIVE_PROFILE},${LOW_LATENCY_PROFILE}` : LIVE_PROFILE,
    type,
    minBufferTime: duration(chunked ? partSeconds(grid) : segmentSeconds(grid)),
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

/** The instant at which a period's presentation time begins: its presentationTimeOffset, or 0 (IOP v5 part 4). */
function producerReferenceTime(grid: HouseGrid, zero: number, clock: string) {
  const wallClockTime =
    zero === 0 ? EPOCH : new Date(HOUSE_EPOCH_MS + 1000 * secondsAtSegment(grid, zero)).toISOString();
  return (id: number, presentationTime: number): string =>
    element('ProducerReferenceTime', { id, type: 'encoder', wallClockTime, presentationTime, inband: false }, [clock]);
}

const gridOf = ({ renditions }: PresentationView): HouseGrid => renditions[0]!.track.grid;

/** xs:duration in seconds only. */
const duration = (seconds: number): string => `PT${Number(seconds.toFixed(6))}S`;
/** Rounded down: a duration past the last segment's end would have players ask for one more. */
const wholeMs = (seconds: number): string => duration(Math.floor(seconds * 1000 + 1e-3) / 1000);
