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
  restoredTimeline,
  type ClosedSegment,
  type DeliveryTerms,
  type PresentationView,
  type RenditionView,
  type Timeline,
  type TrackDescription,
  type TrackGrid,
} from '../timeline/index.js';
import type { SegmentFormat } from '../storage/index.js';
import type { MediaFact } from './facts.js';
import { Resumption } from './resumption.js';
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
  /** Facts about segments of another format are not for this presentation. */
  readonly format: SegmentFormat;
  readonly renditions: readonly RenditionOutline[];
  readonly terms: DeliveryTerms;
  readonly windowSegments: number;
}

/** All that the texts of an ended presentation are printed from: plain values, for a file. */
export interface PresentationRecord {
  readonly outline: PresentationOutline;
  readonly renditions: readonly RenditionState[];
}

export interface RenditionState {
  readonly outline: RenditionOutline;
  timeline: Timeline;
  /** Every init segment that was told, oldest first; the last is in use. */
  inits: readonly TrackDescription[];
  mediaBytes: number;
  mediaSeconds: number;
  peakBps: number;
}

/**
 * Promised peak over configured bit rate. A segment may exceed the bit rate by half (the encoder's buffer), and a measured
 * peak must stay below 125 % of what was promised (Apple 1.29).
 */
const PEAK_HEADROOM = 1.2;
/** Media measured before its mean counts: the first segments are padding, which is still. */
const REPRESENTATIVE_SECONDS = 60;

export class Presentation {
  /** Grows with every change: what is rendered may be kept until it moves. */
  version = 0;
  /** When it last changed, on the clock of `performance.now()`, ms: from here on who waited is answered. */
  changedAtMs = performance.now();
  ended = false;
  private readonly states: ReadonlyMap<string, RenditionState>;
  private readonly waiters = new Waiters();
  /** While a stream resumes, until every rendition has told what its media need. */
  private resumption: Resumption | undefined;
  private rendered: { version: number; view: PresentationView | undefined } | undefined;

  constructor(readonly outline: PresentationOutline) {
    this.states = new Map(
      outline.renditions.map((rendition): [string, RenditionState] => [
        rendition.name,
        {
          outline: rendition,
          timeline: emptyTimeline(rendition.name, rendition.track.timescale, outline.windowSegments),
          inits: [],
          ...{ mediaBytes: 0, mediaSeconds: 0, peakBps: Math.round(rendition.nominalBps * PEAK_HEADROOM) },
        },
      ]),
    );
  }

  /** An ended presentation of an earlier life: its texts are what they were, to the byte. */
  static ended({ outline, renditions }: PresentationRecord): Presentation {
    const presentation = new Presentation(outline);
    for (const { outline: of, ...recorded } of renditions) {
      const state = presentation.states.get(of.name);
      if (state) Object.assign(state, recorded);
    }
    presentation.end();
    return presentation;
  }

  get record(): PresentationRecord {
    return { outline: this.outline, renditions: [...this.states.values()] };
  }

  apply(fact: MediaFact): void {
    if (!this.states.has(fact.rendition) || this.ended || !this.concerns(fact)) return;
    if (fact.kind === 'history') this.resumption ??= new Resumption([...this.states.keys()]);
    const due = this.resumption?.admit(fact) ?? [fact];
    if (this.resumption?.isOver) this.breakIfNeeded();
    for (const each of due) this.take(this.states.get(each.rendition)!, each);
    this.changed();
  }

  /** All renditions break together, or none does (rfc8216bis 6.2.4): where one has another init segment than before. */
  private breakIfNeeded(): void {
    const inits = this.resumption?.inits;
    this.resumption = undefined;
    const states = [...this.states.values()];
    const differs = ({ outline, timeline: { lastInit } }: RenditionState): boolean =>
      lastInit !== '' && (inits?.get(outline.name) ?? lastInit) !== lastInit;
    if (!states.some(differs)) return;
    for (const state of states) state.timeline = { ...state.timeline, breaksNext: true };
  }

  private take(state: RenditionState, fact: MediaFact): void {
    if (fact.kind === 'history') {
      // After a lost pipeline the window is here still, and knows more than the disk.
      if (state.timeline.segments.length === 0) state.timeline = restoredTimeline(state.timeline, fact.history);
      fact.inits.forEach((init) => this.takeInit(state, init));
    } else if (fact.kind === 'init') {
      this.takeInit(state, fact.init);
    } else if (fact.kind === 'part') {
      state.timeline = addPart(bridgeTo(state, fact.part.segment), fact.part);
    } else {
      if (fact.track) this.takeInit(state, fact.track);
      this.takeSegment(state, fact.segment);
    }
  }

  /** Init segments and parts are CMAF; a transport stream has neither. */
  private concerns(fact: MediaFact): boolean {
    const format = 'format' in fact ? fact.format : 'fmp4';
    return format === this.outline.format;
  }

  private takeInit(state: RenditionState, init: TrackDescription): void {
    if (state.inits.at(-1)?.name === init.name) return;
    state.inits = [...state.inits.filter(({ name }) => name !== init.name), init];
  }

  private takeSegment(state: RenditionState, segment: ClosedSegment): void {
    state.timeline = closeSegment(bridgeTo(state, segment.number), segment);
    if (segment.gap) return;
    const seconds = segment.durationTicks / state.timeline.timescale;
    state.mediaBytes += segment.bytes;
    state.mediaSeconds += seconds;
    // Shorter than half a second says nothing about a rate. What was once the peak stays it: the promise is for life.
    if (seconds >= 0.5) state.peakBps = Math.max(state.peakBps, Math.ceil((segment.bytes * 8) / seconds));
  }

  /** No more media will come: playlists say ENDLIST, everyone who waits is let go. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    for (const state of this.states.values()) state.timeline = endTimeline(state.timeline);
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

  /**
   * A player that starts now, low-latency or not, finds enough media in every rendition to start with. What an earlier
   * life left lies behind a gap and does not count, but for the one whole segment that every playlist needs.
   */
  get playable(): boolean {
    const { terms } = this.outline;
    return [...this.states.values()].every(({ timeline, inits }) => {
      const { segments, timescale } = timeline;
      const run = segments.slice(segments.findLastIndex(({ state }) => state === 'gap') + 1);
      const seconds = run.reduce((sum, { durationTicks }) => sum + durationTicks, 0) / timescale;
      const enough = terms.lowLatency ? seconds >= terms.partHoldBack : run.some(({ state }) => state === 'complete');
      return inits.length > 0 && enough && segments.some(({ state }) => state === 'complete');
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
    this.changedAtMs = performance.now();
    this.waiters.wake();
  }

  private buildView(): PresentationView | undefined {
    const renditions = [...this.states.values()].map(renditionView);
    if (!renditions.every((rendition) => rendition !== undefined)) return undefined;
    const { streamId, terms, format } = this.outline;
    return { streamId, format, renditions, terms };
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
  const { outline, timeline, mediaBytes, mediaSeconds } = state;
  const init = state.inits.at(-1);
  if (!init || timeline.segments.length === 0) return undefined;
  const named = new Set(timeline.segments.map((segment) => segment.init));
  const inits = state.inits.filter((known) => known === init || named.has(known.name));
  return {
    ...{ name: outline.name, kind: outline.kind, track: outline.track, init, inits, timeline },
    peakBps: state.peakBps,
    averageBps:
      mediaSeconds >= REPRESENTATIVE_SECONDS ? Math.round((mediaBytes * 8) / mediaSeconds) : outline.nominalBps,
  };
}
