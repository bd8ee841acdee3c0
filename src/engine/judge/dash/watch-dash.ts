/** Watches a DASH presentation as a player does, and judges what it gets: texts, changes, clock, HTTP, media. */
import { setMaxListeners } from 'node:events';
import { NotAStream } from '../hls/index.js';
import { LIVE_CACHING_RULES, probeHttp } from '../http/index.js';
import { violationsOf } from '../rule.js';
import { SegmentAlignment } from '../media/index.js';
import type { Watch } from '../watch.js';
import {
  nominalSeconds,
  type AdaptationSet,
  type Addressing,
  type Mpd,
  type Period,
  type Representation,
} from './mpd.js';
import type { Told } from './watch/availability.js';
import { DashFetch } from './watch/dash-fetch.js';
import { longestSegment, ManifestFollower } from './watch/manifest-follower.js';
import { RepresentationWatch, type WatchTools } from './watch/representation-watch.js';
import { ServerClock } from './watch/server-clock.js';
import { realTiming, type Timing } from './watch/timing.js';

/** Two Periods are one when their ids are, or where they stand. */
const keyOf = ({ id }: Period, index: number): string => id ?? `#${index}`;

/**
 * Resolves when the time is over, or when the presentation has ended and its media are fetched. What is found is in
 * `watch.verdict`. Rejects with NotAStream when the URL does not answer with 200.
 */
export async function watchDash(watch: Watch, timing: Timing = realTiming): Promise<void> {
  // Not AbortSignal.any over a timeout: Node 20 may collect it as garbage, and then it never comes.
  const ending = new AbortController();
  // Every request in flight listens to it: a dozen and more, and no leak.
  setMaxListeners(0, ending.signal);
  const { signal } = ending;
  const end = (): void => ending.abort();
  watch.signal.addEventListener('abort', end);
  if (watch.signal.aborted) end();
  void timing.sleep(watch.forMs, signal).then(end);
  const fetch = new DashFetch(watch, timing, signal);
  const clock = new ServerClock(watch, fetch, timing);
  try {
    const first = await fetch.get(watch.url, { resource: 'mpd', expected: 'there', live: false });
    if (first?.status !== 200) {
      throw new NotAStream(first ? `${watch.url} answered ${first.status}` : `${watch.url} did not answer`);
    }
    const follower = new ManifestFollower(watch, fetch, timing, clock);
    const mpd = follower.begin(first);
    if (!mpd) return;
    const live = mpd.type === 'dynamic';
    const subject = { exchange: first, resource: 'mpd', expected: 'there', live } as const;
    const place = { url: first.url, atMs: first.sentAtMs };
    watch.verdict.add(violationsOf(LIVE_CACHING_RULES, { ...subject, targetDuration: longestSegment(mpd) }, place));
    if (live) await clock.set(mpd, first);
    const tools = { watch, fetch, clock, timing, signal, refresh: () => follower.refresh() };
    const presentation = new PresentationWatch(tools, () => follower.mpd);
    presentation.update();
    const probes = probeHttp(watch.ask, first, 'mpd', { live });
    if (live) await follower.run(signal, () => presentation.update());
    await presentation.settled();
    watch.verdict.add(await probes);
  } finally {
    watch.signal.removeEventListener('abort', end);
    end();
    fetch.close();
  }
}

/** One watch for each Representation of each Period that can be played. */
class PresentationWatch {
  private readonly watches = new Map<string, RepresentationWatch>();
  private readonly alignments = new Map<string, SegmentAlignment>();
  private readonly running: Promise<void>[] = [];
  private readonly wasLive: boolean;

  constructor(
    private readonly tools: WatchTools,
    private readonly latest: () => Mpd | undefined,
  ) {
    this.wasLive = latest()?.type === 'dynamic';
  }

  /** Begins to watch what is new, and takes what the lists of the others have gained. */
  update(): void {
    const mpd = this.latest();
    if (!mpd || this.tools.watch.mediaPerRendition === 0) return;
    // What became static was watched while it was made; what was missed then is not made up for.
    if (this.wasLive && mpd.type === 'static') return;
    for (const [index, period] of mpd.periods.entries()) {
      if (mpd.type === 'static' || this.isOn(mpd, period)) this.watchPeriod(keyOf(period, index), period);
    }
  }

  async settled(): Promise<void> {
    await Promise.all(this.running);
    await Promise.all([...this.watches.values()].map((one) => one.settled()));
  }

  private watchPeriod(key: string, { sets }: Period): void {
    for (const set of sets) {
      for (const { id, addressing } of set.representations) {
        const name = `${key} ${id}`;
        const known = this.watches.get(name);
        if (known) void known.takeListed();
        else {
          const isFirst = ![...this.watches.keys()].some((other) => other.startsWith(`${key} `));
          const context = { set, alignment: this.alignmentOf(key, set, addressing), isProbed: isFirst };
          const one = new RepresentationWatch(this.tools, context, () => this.find(key, id));
          this.watches.set(name, one);
          this.running.push(one.run());
        }
      }
    }
  }

  /** Numbers are comparable where segments are counted alike, and only promised to be aligned where the set says so. */
  private alignmentOf(key: string, { element }: AdaptationSet, addressing: Addressing | undefined): SegmentAlignment {
    const isPromised = !['false', undefined].includes(element.attributes.get('segmentAlignment'));
    const seconds = addressing && !addressing.timeline ? nominalSeconds(addressing) : undefined;
    if (!isPromised || seconds === undefined) return new SegmentAlignment();
    const name = `${key} ${seconds}`;
    const alignment = this.alignments.get(name) ?? new SegmentAlignment();
    this.alignments.set(name, alignment);
    return alignment;
  }

  private find(key: string, id: string): Told | undefined {
    const mpd = this.latest();
    const period = mpd?.periods.find((one, index) => keyOf(one, index) === key);
    const representation = period?.sets.flatMap(({ representations }) => representations).find((one) => one.id === id);
    return representation && toldOf(mpd!, period!, representation);
  }

  /** Whether the Period is still being made. */
  private isOn({ availabilityStartTime = 0 }: Mpd, { start = 0, duration }: Period): boolean {
    const end = duration === undefined ? Infinity : availabilityStartTime + (start + duration) * 1000;
    return end > this.tools.clock.now();
  }
}

const toldOf = (mpd: Mpd, period: Period, representation: Representation): Told | undefined =>
  representation.addressing?.kind === 'template'
    ? { mpd, period, representation, addressing: representation.addressing }
    : undefined;
