/** Follows one Representation through one Period: at the live edge as a low-latency player, or from beginning to end. */
import { probeHttp, type Exchange } from '../../http/index.js';
import type { SegmentAlignment } from '../../media/index.js';
import { violationsOf } from '../../rule.js';
import type { Watch } from '../../watch.js';
import type { AdaptationSet } from '../mpd.js';
import { AHEAD_RULES, EDGE_RULES, FINISHED_RULES } from '../rules/delivery.js';
import { edgeNumber, listedSegments, numberedSegment, type Told, type ToldSegment } from './availability.js';
import { chunksIn } from './chunks.js';
import type { DashFetch } from './dash-fetch.js';
import { RepresentationMedia } from './representation-media.js';
import type { ServerClock } from './server-clock.js';
import type { Timing } from './timing.js';

export interface WatchTools {
  readonly watch: Watch;
  readonly fetch: DashFetch;
  readonly clock: ServerClock;
  readonly timing: Timing;
  /** Asks for the newest MPD. */
  readonly refresh: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Where the Representation stands. */
export interface WatchContext {
  readonly set: AdaptationSet;
  /** Shared with those whose segments are aligned with its own. */
  readonly alignment: SegmentAlignment;
  /** One Representation stands for all where the server is asked on purpose what players ask by accident. */
  readonly isProbed: boolean;
}

/** Every so many segments the finished file is compared with what came in progress. */
const COMPARE_EVERY = 4;
/** A segment that was refused is asked for again when it is whole, and a little later. */
const RETRY_AFTER_MS = 500;
/** Of a list, live: where a player begins. */
const LIVE_START_SEGMENTS = 2;
/** Of segments in a row that are not there: one who goes on asks for all of them. */
const GIVE_UP_AFTER = 3;
const FAR_AHEAD = 1000;
const ENOUGH_SEGMENTS = 3;

export class RepresentationWatch {
  private readonly media: RepresentationMedia;
  private lastListed = -Infinity;
  private readonly queue: ToldSegment[] = [];
  private fetching: Promise<void> = Promise.resolve();
  private probing: Promise<void> | undefined;

  /** `latest`: the Representation as the newest MPD tells it; undefined when it, or its Period, is gone. */
  constructor(
    private readonly tools: WatchTools,
    private readonly context: WatchContext,
    private readonly latest: () => Told | undefined,
  ) {
    this.media = new RepresentationMedia(tools.watch, tools.fetch, context.set.kind, context.alignment);
  }

  /** Resolves when the Period, the presentation or the watch is over, or enough was fetched. */
  async run(): Promise<void> {
    const told = this.latest();
    if (!told || this.isEnough) return;
    await this.media.takeInit(told);
    // Without it nobody knows when anything is there; that is told of the MPD.
    if (told.mpd.type === 'dynamic' && told.mpd.availabilityStartTime === undefined) return;
    if (told.mpd.type === 'static') await this.walk(told);
    else if (told.addressing.timeline) await this.takeListed();
    else await this.followEdge();
  }

  /** Resolves when all that was begun is done. */
  async settled(): Promise<void> {
    await this.takeListed();
    await this.probing;
  }

  /** Fetches what a new MPD lists. Of numbered segments the watch knows without asking. */
  takeListed(): Promise<void> {
    const told = this.latest();
    if (!told?.addressing.timeline || told.mpd.type === 'static') return this.fetching;
    const listed = listedSegments(told).filter(({ availableAtMs }) => availableAtMs <= this.tools.clock.now());
    const fresh = listed.filter(({ startSeconds }) => startSeconds > this.lastListed);
    const begin = this.lastListed === -Infinity ? fresh.slice(-LIVE_START_SEGMENTS) : fresh;
    this.lastListed = listed.at(-1)?.startSeconds ?? this.lastListed;
    this.queue.push(...begin);
    this.fetching = this.fetching.then(async () => {
      await this.media.takeInit(told);
      for (let one = this.queue.shift(); one && !this.isOver; one = this.queue.shift())
        await this.fetchThere(told, one);
    });
    return this.fetching;
  }

  private get isEnough(): boolean {
    return this.media.fetched >= (this.tools.watch.mediaPerRendition ?? Infinity);
  }

  private get isOver(): boolean {
    return this.tools.signal.aborted || this.isEnough;
  }

  /** Of a presentation that has ended. */
  private async walk(told: Told): Promise<void> {
    const { timeline, startNumber } = told.addressing;
    const listed = timeline ? listedSegments(told) : [];
    for (let index = 0, failed = 0; !this.isOver && failed < GIVE_UP_AFTER; index += 1) {
      const segment = timeline ? listed[index] : numberedSegment(told, startNumber + index);
      if (!segment) return;
      failed = (await this.fetchThere(told, segment)) ? 0 : failed + 1;
    }
  }

  private async fetchThere(told: Told, segment: ToldSegment): Promise<boolean> {
    this.media.fetched += 1;
    const exchange = await this.tools.fetch.get(segment.url, { resource: 'segment', expected: 'there', live: false });
    if (exchange) this.take(told, segment, exchange);
    return exchange?.status === 200;
  }

  private take(told: Told, segment: ToldSegment, exchange: Exchange): void {
    this.media.take(told, segment, exchange);
    if (this.context.isProbed && exchange.status === 200 && !exchange.truncated) this.probing ??= this.probe(exchange);
  }

  /** Asks in the other ways HTTP has, while it is there for certain. */
  private async probe(segment: Exchange): Promise<void> {
    const { ask, verdict } = this.tools.watch;
    const { init } = this.media;
    if (init) verdict.add(await probeHttp(ask, init, 'init', { live: false }));
    verdict.add(await probeHttp(ask, segment, 'segment', { live: false }));
  }

  /** Asks for each segment the moment it becomes available; segments overlap, so each is its own task. */
  private async followEdge(): Promise<void> {
    const { clock, timing, signal } = this.tools;
    let told = this.latest();
    if (!told) return;
    let number = edgeNumber(told, clock.now()) + 1;
    let before: Promise<void> = Promise.resolve();
    for (let seen = 0; ; seen += 1, number += 1) {
      const segment = told && numberedSegment(told, Math.max(number, told.addressing.startNumber));
      if (!told || !segment) break;
      number = segment.number;
      await timing.sleep(segment.availableAtMs + clock.uncertaintyMs - clock.now(), signal);
      told = this.latest();
      if (this.isOver || told?.mpd.type !== 'dynamic') break;
      this.media.fetched += 1;
      // Judged in order, whatever the order in which they end.
      const answer = this.fetchEdge(told, segment, seen);
      const previous = before;
      const current = told;
      before = answer.then(async (exchange) => {
        await previous;
        if (exchange) this.take(current, segment, exchange);
      });
      if (this.context.isProbed && seen === ENOUGH_SEGMENTS) void this.askAhead(current, number).catch(() => undefined);
    }
    await before;
  }

  private async fetchEdge(told: Told, segment: ToldSegment, seen: number): Promise<Exchange | undefined> {
    const { fetch, clock, timing, signal, watch } = this.tools;
    // Whether it is there is judged here, with the time at which it should be.
    const exchange = await fetch.get(segment.url, { resource: 'segment', expected: 'absent', live: true });
    if (!exchange || signal.aborted) return undefined;
    // The presentation, or the Period, may have ended since the MPD was read: then it was not promised after all.
    if (exchange.status !== 200 && !(await this.isStillPromised(segment))) return undefined;
    this.judgeEdge(told, segment, exchange);
    const isChunked = segment.availableAtMs < segment.wholeAtMs;
    if (exchange.status === 200 && !(isChunked && seen % COMPARE_EVERY === 0)) return exchange;
    await timing.sleep(segment.wholeAtMs + RETRY_AFTER_MS - clock.now(), signal);
    if (signal.aborted || !this.isPromised(segment)) return exchange;
    const whole = await fetch.get(segment.url, { resource: 'segment', expected: 'there', live: false });
    if (!whole || exchange.status !== 200) return whole;
    const finished = { number: segment.number, inProgress: exchange, whole };
    watch.verdict.add(violationsOf(FINISHED_RULES, finished, { url: whole.url, atMs: whole.sentAtMs }));
    return exchange;
  }

  private async isStillPromised(segment: ToldSegment): Promise<boolean> {
    await this.tools.refresh();
    return this.isPromised(segment);
  }

  private isPromised({ number }: ToldSegment): boolean {
    const told = this.latest();
    return told?.mpd.type === 'dynamic' && numberedSegment(told, number) !== undefined;
  }

  private judgeEdge({ addressing }: Told, segment: ToldSegment, exchange: Exchange): void {
    const { clock, timing, watch } = this.tools;
    const edge = {
      ...{ number: segment.number, exchange, durationSeconds: segment.durationSeconds },
      availableAtMs: segment.availableAtMs - (clock.now() - timing.now()),
      availabilityTimeOffset:
        addressing.availabilityTimeComplete === false ? addressing.availabilityTimeOffset : undefined,
      isVideo: this.context.set.kind === 'video',
      chunks: exchange.truncated ? [] : chunksIn(exchange.body),
      timescale: this.media.judge.track?.timescale ?? addressing.timescale,
    };
    watch.verdict.add(violationsOf(EDGE_RULES, edge, { url: exchange.url, atMs: exchange.sentAtMs }));
  }

  /** Once: the segment after the newest, and one that is far from being made. */
  private async askAhead(told: Told, edge: number): Promise<void> {
    const { fetch, watch } = this.tools;
    const probes = [
      { ahead: 'far', number: edge + FAR_AHEAD },
      { ahead: 'one', number: edge + 1 },
    ] as const;
    for (const { ahead, number } of probes) {
      const segment = numberedSegment(told, number);
      if (!segment || this.tools.signal.aborted) continue;
      const exchange = await fetch.get(segment.url, {
        ...{ resource: 'segment', expected: 'absent', live: true, targetDuration: segment.durationSeconds },
      });
      const isRefused = ahead === 'one' && exchange !== undefined && exchange.status !== 200;
      if (!exchange || (isRefused && !(await this.isStillPromised(segment)))) continue;
      const place = { url: exchange.url, atMs: exchange.sentAtMs };
      watch.verdict.add(violationsOf(AHEAD_RULES, { ahead, number, edge, exchange }, place));
    }
  }
}
