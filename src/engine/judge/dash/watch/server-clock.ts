/** The clock by which segments become available: that of the first UTCTiming source that answers. */
import type { Exchange } from '../../http/index.js';
import { violationsOf } from '../../rule.js';
import type { Watch } from '../../watch.js';
import type { Mpd } from '../mpd.js';
import { CLOCK_RULES } from '../rules/clock.js';
import { readDateTime } from '../schema-types.js';
import { childrenNamed } from '../xml-tree.js';
import type { DashFetch } from './dash-fetch.js';
import type { Timing } from './timing.js';

interface Ahead {
  readonly ms: number;
  readonly uncertaintyMs: number;
}

const WHOLE_SECONDS_MS = 500;

export class ServerClock {
  /** How wrong it may be, milliseconds: a clock of whole seconds has half a second. */
  uncertaintyMs = WHOLE_SECONDS_MS;
  private aheadMs = 0;

  constructor(
    private readonly watch: Watch,
    private readonly fetch: DashFetch,
    private readonly timing: Timing,
  ) {}

  /** Unix ms. */
  now(): number {
    return this.toServer(this.timing.now());
  }

  /** From the time of this machine. */
  toServer(localMs: number): number {
    return localMs + this.aheadMs;
  }

  /**
   * Asks the sources of an MPD and judges what they answer; the first good answer sets the clock. Without one the Date
   * of the MPD's own answer has to do, where it says that the two machines do not agree.
   */
  async set(mpd: Mpd, { headers, sentAtMs, headerAfterMs }: Exchange): Promise<void> {
    const date = Date.parse(headers['date'] ?? '') + WHOLE_SECONDS_MS - (sentAtMs + headerAfterMs / 2);
    if (Math.abs(date) > 2 * WHOLE_SECONDS_MS) this.aheadMs = date;
    let isSet = false;
    for (const { attributes } of childrenNamed(mpd.root, 'UTCTiming')) {
      const scheme = attributes.get('schemeIdUri') ?? '';
      const value = attributes.get('value')?.trim() ?? '';
      const ahead = /direct/.test(scheme) ? undefined : await this.askSource(scheme, value, mpd.url);
      if (ahead === undefined || isSet) continue;
      this.aheadMs = ahead.ms;
      this.uncertaintyMs = ahead.uncertaintyMs;
      isSet = true;
    }
  }

  /** By how much the source is ahead of this machine. */
  private async askSource(scheme: string, value: string, base: string): Promise<Ahead | undefined> {
    const [first = ''] = value.split(/\s+/);
    const isHead = /http-head/.test(scheme);
    if (!/http-(xsdate|iso|head)/.test(scheme) || !URL.canParse(first, base)) return undefined;
    const exchange = await this.fetch.get(new URL(first, base).href, {
      ...{ resource: 'text', expected: 'absent', live: true, method: isHead ? 'HEAD' : 'GET' },
    });
    if (!exchange) return undefined;
    const text = isHead ? (exchange.headers['date'] ?? '') : exchange.body.toString('utf8').trim();
    const date = isHead ? Date.parse(text) : readDateTime(text);
    const toldMs = date === undefined || Number.isNaN(date) ? undefined : date;
    const place = { url: exchange.url, atMs: exchange.sentAtMs };
    this.watch.verdict.add(violationsOf(CLOCK_RULES, { scheme, exchange, toldMs, text }, place));
    if (toldMs === undefined || exchange.status !== 200) return undefined;
    // Half a round trip ago; a time without milliseconds is the whole second that has begun.
    const isWhole = isHead || !/:\d\d[.,]\d/.test(text);
    const roundTripMs = exchange.headerAfterMs / 2;
    const ms = toldMs + (isWhole ? WHOLE_SECONDS_MS : 0) - (exchange.sentAtMs + roundTripMs);
    return { ms, uncertaintyMs: isWhole ? WHOLE_SECONDS_MS : Math.ceil(roundTripMs) };
  }
}
