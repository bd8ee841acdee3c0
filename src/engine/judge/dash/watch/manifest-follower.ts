/** Asks for the MPD as often as it wants to be asked for, and judges each version and what changed. */
import type { Exchange } from '../../http/index.js';
import { violationsOf } from '../../rule.js';
import type { Watch } from '../../watch.js';
import { judgeMpd, judgeMpdChange } from '../judge-mpd.js';
import { representationsOf, type Mpd } from '../mpd.js';
import { LISTED_EDGE_RULES } from '../rules/follow.js';
import { childrenNamed } from '../xml-tree.js';
import type { DashFetch } from './dash-fetch.js';
import type { ServerClock } from './server-clock.js';
import type { Timing } from './timing.js';

/** An update period of 0 asks for as many requests as the server stands; a player waits a little all the same. */
const LEAST_UPDATE_SECONDS = 1;
/** Where no period is said nothing is to come, but a watch looks. */
const USUAL_UPDATE_SECONDS = 5;

export class ManifestFollower {
  private current: Mpd | undefined;
  private etag: string | undefined;
  private refreshing: Promise<void> | undefined;

  constructor(
    private readonly watch: Watch,
    private readonly fetch: DashFetch,
    private readonly timing: Timing,
    private readonly clock: ServerClock,
  ) {}

  get mpd(): Mpd | undefined {
    return this.current;
  }

  /** The first version, already fetched. Undefined where it is no MPD; what is wrong with it is told. */
  begin(exchange: Exchange): Mpd | undefined {
    this.take(exchange);
    return this.current;
  }

  /** Resolves when the MPD has become static, or the watch is over. */
  async run(signal: AbortSignal, onVersion: () => void): Promise<void> {
    while (!signal.aborted && this.current?.type === 'dynamic') {
      const seconds = Math.max(LEAST_UPDATE_SECONDS, this.current.minimumUpdatePeriod ?? USUAL_UPDATE_SECONDS);
      await this.timing.sleep(seconds * 1000, signal);
      if (signal.aborted) return;
      await this.refresh();
      onVersion();
    }
  }

  /** Asks for the newest version now; several who ask at a time get one answer. */
  refresh(): Promise<void> {
    this.refreshing ??= this.askAgain().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private async askAgain(): Promise<void> {
    if (!this.current) return;
    const exchange = await this.fetch.get(updateUrl(this.current), {
      ...{ resource: 'mpd', expected: 'there', live: true, targetDuration: longestSegment(this.current) },
      ...(this.etag !== undefined && { headers: { 'if-none-match': this.etag } }),
    });
    if (exchange?.status === 200) this.take(exchange);
    if (exchange) this.judgeEdges(exchange);
  }

  /** A version that cannot be read changes nothing for the watch. */
  private take(exchange: Exchange): void {
    const place = { url: exchange.url, atMs: exchange.sentAtMs };
    this.etag = exchange.headers['etag'];
    const text = exchange.body.toString('utf8');
    if (this.current?.text === text.replace(/^\uFEFF/, '')) return;
    const { mpd, violations } = judgeMpd(exchange.body, place);
    this.watch.verdict.add(violations);
    if (mpd && this.current) this.watch.verdict.add(judgeMpdChange({ before: this.current, after: mpd }, place));
    this.current = mpd ?? this.current;
  }

  /** Of the Period that is on now. */
  private judgeEdges({ url, sentAtMs }: Exchange): void {
    const mpd = this.current;
    if (mpd?.type !== 'dynamic') return;
    for (const { period, representation } of representationsOf(mpd)) {
      const { addressing, element } = representation;
      const last = addressing?.timeline?.at(-1);
      if (
        !addressing ||
        !last ||
        mpd.availabilityStartTime === undefined ||
        addressing.isOpen ||
        period !== mpd.periods.at(-1)
      )
        continue;
      const { timescale, presentationTimeOffset, availabilityTimeOffset: offset = 0 } = addressing;
      const end = (period.start ?? 0) + (last.t + last.d - presentationTimeOffset) / timescale;
      const edge = {
        ...{ mpd, path: element.path, longestSeconds: longestSegment(mpd), offsetSeconds: offset },
        ageSeconds: (this.clock.toServer(sentAtMs) - mpd.availabilityStartTime) / 1000 - end,
      };
      this.watch.verdict.add(violationsOf(LISTED_EDGE_RULES, edge, { url, atMs: sentAtMs }));
    }
  }
}

/** ISO/IEC 23009-1 5.2.3.4: Location says where updates are. */
function updateUrl({ root, url }: Mpd): string {
  const [location] = childrenNamed(root, 'Location');
  return location && URL.canParse(location.text, url) ? new URL(location.text, url).href : url;
}

/** Seconds; what an MPD may be kept for is measured by it. */
export function longestSegment(mpd: Mpd): number {
  const lengths = [...representationsOf(mpd)].flatMap(({ representation: { addressing } }) => {
    if (!addressing || addressing.timescale === 0) return [];
    const ticks = addressing.timeline?.map(({ d }) => d) ?? [];
    return Math.max(addressing.duration ?? 0, ...ticks) / addressing.timescale;
  });
  return Math.max(1, ...lengths);
}
