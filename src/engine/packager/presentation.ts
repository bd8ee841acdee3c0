/**
 * One stream as its viewers know it: the timelines of its renditions, grown fact by fact, and those who wait for what
 * comes next. Holds no bytes and knows no protocol.
 */
import {
  addPart,
  closeSegment,
  decodeTimeOf,
  emptyTimeline,
  endTimeline,
  firstUnitOf,
  type DeliveryTerms,
  type PresentationView,
  type RenditionView,
  type Timeline,
  type TrackDescription,
  type TrackGrid,
} from '../timeline/index.js';
import type { MediaFact } from './facts.js';
import { Waiters, type Viewer } from './waiters.js';

export interface RenditionOutline {
  readonly name: string;
  readonly kind: 'video' | 'audio';
  readonly track: TrackGrid;
  /** The configured bit rate: what is promised until real segments have been measured. */
  readonly nominalBps: number;
}

export interface PresentationOutline {
  readonly streamId: string;
  readonly renditions: readonly RenditionOutline[];
  readonly terms: DeliveryTerms;
  readonly windowSegments: number;
}

interface RenditionState {
  readonly outline: RenditionOutline;
  timeline: Timeline;
  init: TrackDescription | undefined;
  mediaBytes: number;
  mediaSeconds: number;
}

/** Container overhead and rate control excursions on top of the configured bit rate. */
const NOMINAL_HEADROOM = 1.1;

export class Presentation {
  /** Grows with every change: what is rendered may be kept until it moves. */
  version = 0;
  ended = false;
  private readonly states: ReadonlyMap<string, RenditionState>;
  private readonly waiters = new Waiters();
  private publishedAtMs: number;
  private rendered: { version: number; view: PresentationView | undefined } | undefined;

  constructor(
    readonly outline: PresentationOutline,
    private readonly now: () => number,
  ) {
    this.publishedAtMs = now();
    this.states = new Map(
      outline.renditions.map((rendition): [string, RenditionState] => [
        rendition.name,
        {
          outline: rendition,
          timeline: emptyTimeline(rendition.name, rendition.track.timescale, outline.windowSegments),
          init: undefined,
          ...{ mediaBytes: 0, mediaSeconds: 0 },
        },
      ]),
    );
  }

  apply(fact: MediaFact): void {
    const state = this.states.get(fact.rendition);
    if (!state || this.ended) return;
    if (fact.kind === 'init') {
      state.init = fact.init;
      this.publishedAtMs = this.now();
    } else if (fact.kind === 'part') {
      state.timeline = addPart(bridgeTo(state, fact.part.segment), fact.part);
    } else {
      state.timeline = closeSegment(bridgeTo(state, fact.segment.number), fact.segment);
      if (!fact.segment.gap) {
        state.mediaBytes += fact.segment.bytes;
        state.mediaSeconds += fact.segment.durationTicks / state.timeline.timescale;
      }
    }
    this.changed();
  }

  /** No more media will come: playlists say ENDLIST, everyone who waits is let go. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    for (const state of this.states.values()) state.timeline = endTimeline(state.timeline);
    this.publishedAtMs = this.now();
    this.changed();
  }

  /** What the printers print, or undefined while a rendition has not begun. The same value until something changes. */
  get view(): PresentationView | undefined {
    if (this.rendered?.version !== this.version) this.rendered = { version: this.version, view: this.buildView() };
    return this.rendered.view;
  }

  timeline(rendition: string): Timeline | undefined {
    return this.states.get(rendition)?.timeline;
  }

  /** A player that starts now, low-latency or not, finds enough media in every rendition to start with. */
  get playable(): boolean {
    const { terms } = this.outline;
    return [...this.states.values()].every(({ timeline, init }) => {
      const media = timeline.segments.filter(({ state }) => state !== 'gap');
      const seconds = media.reduce((sum, { durationTicks }) => sum + durationTicks, 0) / timeline.timescale;
      const enough = !terms.lowLatency || seconds >= terms.partHoldBack;
      return init !== undefined && enough && media.some(({ state }) => state === 'complete');
    });
  }

  /** How many requests are held. */
  get held(): number {
    return this.waiters.count;
  }

  /** Waits until `isMet`, asked again after every change. False: the limit passed, or the viewer left. */
  waitUntil(isMet: () => boolean, limitMs: number, viewer?: Viewer): Promise<boolean> {
    return this.waiters.wait(isMet, limitMs, viewer);
  }

  /** Lets everyone go unserved: the server is leaving, the stream is not over. */
  release(): void {
    this.waiters.release();
  }

  private changed(): void {
    this.version += 1;
    this.waiters.wake();
  }

  private buildView(): PresentationView | undefined {
    const renditions = [...this.states.values()].map(renditionView);
    if (!renditions.every((rendition) => rendition !== undefined)) return undefined;
    const { streamId, terms } = this.outline;
    return { streamId, renditions, terms, publishedAtMs: this.publishedAtMs };
  }
}

/**
 * The timeline with everything before segment `number` finished. After a pipeline was lost and started again, the time
 * between is missing: gaps, so that numbers stay consecutive.
 */
function bridgeTo({ timeline, outline }: RenditionState, number: number): Timeline {
  const { track } = outline;
  let bridged = timeline;
  for (let last = bridged.segments.at(-1); last && last.number < number; last = bridged.segments.at(-1)) {
    const missing = last.state === 'open' ? last.number : last.number + 1;
    if (missing === number) break;
    const startTicks = decodeTimeOf(track, firstUnitOf(track, missing));
    const durationTicks = decodeTimeOf(track, firstUnitOf(track, missing + 1)) - startTicks;
    bridged = closeSegment(bridged, {
      number: missing,
      startTicks,
      durationTicks,
      bytes: 0,
      gap: true,
      init: last.init,
    });
  }
  return bridged;
}

function renditionView(state: RenditionState): RenditionView | undefined {
  const { outline, timeline, init, mediaBytes, mediaSeconds } = state;
  if (!init || timeline.segments.length === 0) return undefined;
  const promised = Math.round(outline.nominalBps * NOMINAL_HEADROOM);
  const measured = timeline.segments
    .filter((segment) => segment.state === 'complete' && segment.durationTicks * 2 >= timeline.timescale)
    .map(({ bytes, durationTicks }) => Math.ceil((bytes * 8 * timeline.timescale) / durationTicks));
  return {
    ...{ name: outline.name, kind: outline.kind, track: outline.track, init, timeline },
    peakBps: Math.max(promised, ...measured),
    averageBps: mediaSeconds > 0 ? Math.round((mediaBytes * 8) / mediaSeconds) : promised,
  };
}
