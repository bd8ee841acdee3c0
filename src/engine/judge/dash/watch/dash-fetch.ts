/** Fetches for one watch: every answer is judged as HTTP; a server that is away is told once, with how long. */
import {
  follow,
  HTTP_RULES,
  isMedia,
  isOutage,
  type AskOptions,
  type Exchange,
  type Fetched,
} from '../../http/index.js';
import { violationsOf, type Rule } from '../../rule.js';
import type { Watch } from '../../watch.js';
import type { Timing } from './timing.js';

export type FetchedAs = Omit<Fetched, 'exchange'> & AskOptions;

const UNREACHABLE: Rule<string> = {
  id: 'http.unreachable',
  clause: 'RFC 9110 15.6',
  severity: 'warning',
  text: 'The server answers all the time.',
  check: (evidence) => [evidence],
};

export class DashFetch {
  private away: { readonly url: string; readonly sinceMs: number; readonly reason: string } | undefined;

  constructor(
    private readonly watch: Watch,
    private readonly timing: Timing,
    private readonly signal: AbortSignal,
  ) {}

  /** The answer, judged; of an MPD the one behind all redirects. Undefined: none came, or only that of a gateway. */
  async get(url: string, { method, headers, ...as }: FetchedAs): Promise<Exchange | undefined> {
    const options: AskOptions = { signal: this.signal, ...(method && { method }), ...(headers && { headers }) };
    let exchange: Exchange;
    try {
      exchange =
        as.resource === 'mpd' ? await follow(this.watch.ask, url, options) : await this.watch.ask(url, options);
    } catch (error) {
      if (!this.signal.aborted) this.failed(url, error instanceof Error ? error.message : String(error));
      return undefined;
    }
    this.count(as, exchange);
    if (isOutage(exchange.status)) {
      this.failed(url, `answered ${exchange.status}`);
      return undefined;
    }
    this.answered();
    const place = { url: exchange.url, atMs: exchange.sentAtMs };
    // An MPD that has become static may be kept for long.
    const live = as.live && !(as.resource === 'mpd' && exchange.status === 200 && !isDynamic(exchange));
    this.watch.verdict.add(violationsOf(HTTP_RULES, { ...as, live, exchange }, place));
    return exchange;
  }

  /** Tells of a server that is still away. */
  close(): void {
    if (this.away) this.tell(this.away, 'and still so at the end');
  }

  private count({ resource }: FetchedAs, { bursts }: Exchange): void {
    const { seen } = this.watch.verdict;
    if (resource === 'mpd') seen.manifests += 1;
    else if (isMedia(resource)) seen.media += 1;
    seen.bytes += bursts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  private failed(url: string, reason: string): void {
    this.away ??= { url, sinceMs: this.timing.now(), reason };
  }

  private answered(): void {
    if (this.away) this.tell(this.away, 'then it answered again');
    this.away = undefined;
  }

  private tell({ url, sinceMs, reason }: NonNullable<typeof this.away>, ending: string): void {
    const seconds = ((this.timing.now() - sinceMs) / 1000).toFixed(1);
    const evidence = `${reason}, for ${seconds} s; ${ending}`;
    this.watch.verdict.add(violationsOf([UNREACHABLE], evidence, { url, atMs: sinceMs }));
  }
}

const isDynamic = ({ body }: Exchange): boolean => /<MPD[^>]*\btype\s*=\s*["']dynamic["']/.test(body.toString('utf8'));
