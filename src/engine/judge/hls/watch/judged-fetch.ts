/** Fetches for one watch: every answer is judged as HTTP, every outage is told once, with how long it lasted. */
import { violationsOf, type Rule } from '../../rule.js';
import {
  follow,
  HTTP_RULES,
  isOutage,
  isPlaylist,
  type AskOptions,
  type Exchange,
  type Fetched,
} from '../../http/index.js';
import type { Watch } from '../../watch.js';

export type FetchedAs = Omit<Fetched, 'exchange'> &
  Pick<AskOptions, 'headers'> & {
    /** 6.2.1: a presentation that is removed answers 404 or 410. */
    readonly mayBeGone?: boolean;
  };

interface Outage {
  readonly url: string;
  readonly sinceMs: number;
  readonly reason: string;
}

const UNREACHABLE: Rule<string> = {
  id: 'http.unreachable',
  clause: 'RFC 9110 15.6',
  severity: 'warning',
  text: 'The server answers all the time.',
  check: (evidence) => [evidence],
};

export class JudgedFetch {
  /** By origin: all its URLs go and come back together. */
  private readonly outages = new Map<string, Outage>();
  private lastOutageEndedAtMs = 0;

  constructor(
    private readonly watch: Watch,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * The answer, judged; of a playlist the one behind all redirects. Undefined where there was none: the watch is over,
   * or the server (or the gateway before it) could not be reached.
   */
  async get(url: string, { headers, mayBeGone, ...as }: FetchedAs): Promise<Exchange | undefined> {
    const options: AskOptions = { signal: this.signal, ...(headers && { headers }) };
    let exchange: Exchange;
    try {
      exchange = isPlaylist(as.resource)
        ? await follow(this.watch.ask, url, options)
        : await this.watch.ask(url, options);
    } catch (error) {
      if (!this.signal.aborted) this.failed(url, reasonOf(error));
      return undefined;
    }
    this.count(as, exchange);
    // A held reload that ends with 503 says that the stream stands still, not that the server does.
    if (isOutage(exchange.status) && !(exchange.status === 503 && as.blocking)) {
      this.failed(url, `answered ${exchange.status}`);
      return undefined;
    }
    this.worked(url);
    const place = { url: exchange.url, atMs: exchange.sentAtMs };
    const isGone = mayBeGone && (exchange.status === 404 || exchange.status === 410);
    const expected = isGone ? 'absent' : as.expected;
    const live = as.live && !exchange.body.includes('#EXT-X-ENDLIST');
    this.watch.verdict.add(violationsOf(HTTP_RULES, { ...as, expected, live, exchange }, place));
    return exchange;
  }

  /** Whether the server was away at some time since then. */
  wasAwaySince(ms: number): boolean {
    return this.outages.size > 0 || this.lastOutageEndedAtMs >= ms;
  }

  /** Tells the outages that did not end. */
  close(): void {
    for (const outage of this.outages.values()) this.tell(outage, 'and still so at the end');
    this.outages.clear();
  }

  private count({ resource }: FetchedAs, { bursts }: Exchange): void {
    const { seen } = this.watch.verdict;
    if (isPlaylist(resource)) seen.playlists += 1;
    else seen.media += 1;
    seen.bytes += bursts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  private failed(url: string, reason: string): void {
    const { origin } = new URL(url);
    if (!this.outages.has(origin)) this.outages.set(origin, { url, sinceMs: Date.now(), reason });
  }

  private worked(url: string): void {
    const { origin } = new URL(url);
    const outage = this.outages.get(origin);
    if (!outage) return;
    this.outages.delete(origin);
    this.lastOutageEndedAtMs = Date.now();
    this.tell(outage, 'then it answered again');
  }

  private tell({ url, sinceMs, reason }: Outage, ending: string): void {
    const seconds = ((Date.now() - sinceMs) / 1000).toFixed(1);
    const evidence = `${reason}, for ${seconds} s; ${ending}`;
    this.watch.verdict.add(violationsOf([UNREACHABLE], evidence, { url, atMs: sinceMs }));
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
