/** Watches a DASH presentation as a player does, and judges what it gets: texts, changes, clock, HTTP, media. */
import { NotAStream } from '../hls/index.js';
import { probeHttp } from '../http/index.js';
import { SegmentAlignment } from '../media/index.js';
import type { Watch } from '../watch.js';
import { isChunked, type Mpd, type Period, type Representation } from './mpd.js';
import type { Told } from './watch/availability.js';
import { DashFetch } from './watch/dash-fetch.js';
import { ManifestFollower } from './watch/manifest-follower.js';
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
    if (live) await clock.set(mpd);
    const tools = { watch, fetch, clock, timing, alignment: new SegmentAlignment(), signal };
    const presentation = new PresentationWatch(tools, () => follower.mpd);
    presentation.update();
    const probes = probeHttp(watch.ask, first, 'mpd', { live });
    if (live) await follower.run(signal, () => presentation.update());
    await presentation.settled();
    watch.verdict.add(await probes);
    await presentation.probe();
  } finally {
    watch.signal.removeEventListener('abort', end);
    end();
    fetch.close();
  }
}

/** One watch for each Representation of each Period that can be played. */
class PresentationWatch {
  private readonly watches = new Map<string, RepresentationWatch>();
  private readonly running: Promise<void>[] = [];

  constructor(
    private readonly tools: WatchTools,
    private readonly latest: () => Mpd | undefined,
  ) {}

  /** Begins to watch what is new, and takes what lists of the others have gained. */
  update(): void {
    const mpd = this.latest();
    if (!mpd || this.tools.watch.mediaPerRendition === 0) return;
    for (const [index, period] of mpd.periods.entries()) {
      if (mpd.type === 'dynamic' && index < mpd.periods.length - 1 && !this.isOn(mpd, period)) continue;
      for (const set of period.sets) {
        for (const { id } of set.representations) {
          const key = `${keyOf(period, index)} ${id}`;
          const known = this.watches.get(key);
          if (known) void known.takeListed();
          // What became static was watched while it was made; what was missed then is not made up for.
          else if (mpd.type === 'dynamic' || this.watches.size === 0 || this.isStatic) {
            this.isStatic = mpd.type === 'static';
            const asksAhead =
              isChunked(set) && ![...this.watches.keys()].some((other) => other.startsWith(`${keyOf(period, index)} `));
            const one = new RepresentationWatch(this.tools, set, () => this.find(keyOf(period, index), id), asksAhead);
            this.watches.set(key, one);
            this.running.push(one.run());
          }
        }
      }
    }
  }

  private isStatic = false;

  async settled(): Promise<void> {
    await Promise.all(this.running);
    await Promise.all([...this.watches.values()].map((one) => one.takeListed()));
  }

  /** Asks for the first media in the other ways HTTP has. */
  async probe(): Promise<void> {
    const { watch } = this.tools;
    const [one] = [...this.watches.values()].filter(({ first }) => first.init ?? first.segment);
    for (const [exchange, resource] of [
      [one?.first.init, 'init'],
      [one?.first.segment, 'segment'],
    ] as const) {
      if (exchange) watch.verdict.add(await probeHttp(watch.ask, exchange, resource, { live: false }));
    }
  }

  private find(key: string, id: string): Told | undefined {
    const mpd = this.latest();
    const period = mpd?.periods.find((one, index) => keyOf(one, index) === key);
    const representation = period?.sets.flatMap(({ representations }) => representations).find((one) => one.id === id);
    const told = representation && toldOf(mpd!, period!, representation);
    return told;
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
