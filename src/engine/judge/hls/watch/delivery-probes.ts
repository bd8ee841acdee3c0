/** Asks a server on purpose what clients ask by accident, once, and judges how it answers (rfc8216bis 6.2.5, 6.2.6). */
import type { Exchange } from '../../http/index.js';
import { violationsOf } from '../../rule.js';
import type { Watch } from '../../watch.js';
import { completeSegments, type MediaPlaylist } from '../playlist.js';
import { readMediaPlaylist } from '../read-media-playlist.js';
import { readPlaylist } from '../read-playlist.js';
import { DELIVERY_RULES, type DeliveryProbe } from '../rules/index.js';
import type { JudgedFetch } from './judged-fetch.js';
import { withQuery } from './next-reload.js';

/** What is known of the playlist at any moment. */
export interface ProbedPlaylist {
  readonly url: string;
  readonly latest: () => MediaPlaylist;
  readonly usualTransferMs: () => number;
}

const GARBAGE = ['_HLS_msn=abc', '_HLS_msn=-1', '_HLS_msn=99999999999999999999999', '_HLS_msn=1&_HLS_part=x'];
const MARKER = 'lockstep-check-marker';

export class DeliveryProbes {
  constructor(
    private readonly watch: Watch,
    private readonly fetch: JudgedFetch,
    private readonly playlist: ProbedPlaylist,
  ) {}

  /** Of a live playlist that offers CAN-BLOCK-RELOAD. Ends early when the watch does. */
  async live(): Promise<void> {
    const { latest } = this.playlist;
    const last = () => completeSegments(latest()).at(-1)?.msn ?? latest().mediaSequence;
    const { targetDuration = 6 } = latest();
    await this.ask('_HLS_part=0', 'refused', (exchange) => ({ probe: 'part-alone', exchange }));
    const asked = last() + 10;
    await this.ask(`_HLS_msn=${asked}`, 'refused', (exchange) => ({ probe: 'too-far', exchange, asked, last: last() }));
    for (const query of GARBAGE) {
      await this.ask(query, 'refused', (exchange) => ({ probe: 'garbage', exchange, query }));
    }
    await this.ask(`zz=${MARKER}`, 'there', (exchange) => ({ probe: 'unknown', exchange, marker: MARKER }));
    const past = Math.max(0, latest().mediaSequence - 5);
    await this.ask(`_HLS_msn=${past}`, 'there', (exchange) => ({ probe: 'long-past', exchange, asked: past }));
    await this.askForSkips();
    await this.askForAbsent(targetDuration);
    await this.askForHinted();
    await this.askPastTheLastPart();
    const next = { msn: last() + 1, part: undefined };
    await this.ask(`_HLS_msn=${next.msn}`, 'there', (exchange) => ({
      ...{ probe: 'held', exchange, asked: next, answer: readAnswer(exchange) },
    }));
  }

  /** Of a playlist with EXT-X-ENDLIST. */
  async ended(): Promise<void> {
    const last = completeSegments(this.playlist.latest()).at(-1)?.msn ?? 0;
    const query = `_HLS_msn=${last + 1}&_HLS_part=0&_HLS_skip=YES`;
    await this.ask(query, 'there', (exchange) => ({ probe: 'ended', exchange, query, answer: readAnswer(exchange) }));
  }

  private async askForSkips(): Promise<void> {
    if (this.playlist.latest().serverControl?.canSkipUntil === undefined) return;
    for (const value of ['YES', 'v2'] as const) {
      const full = this.playlist.latest();
      await this.ask(`_HLS_skip=${value}`, 'there', (exchange) => ({
        ...{ probe: 'skip', exchange, value, full, answer: readAnswer(exchange) },
      }));
    }
  }

  /** A media file with a number far ahead: not there, not hinted at. */
  private async askForAbsent(targetDuration: number): Promise<void> {
    const listed = completeSegments(this.playlist.latest()).findLast(({ gap, url }) => !gap && url !== undefined);
    const absent = listed?.url && nameFarAhead(listed.url);
    if (!absent) return;
    const exchange = await this.fetch.get(absent, { resource: 'part', expected: 'absent', live: true, targetDuration });
    if (exchange) this.judge({ probe: 'absent-part', exchange, targetDuration });
  }

  private async askForHinted(): Promise<void> {
    const { hints, partTarget } = this.playlist.latest();
    const hint = hints.find(({ type, url }) => type === 'PART' && url !== undefined);
    if (!hint || partTarget === undefined || this.watch.mediaPerRendition === 0) return;
    const start = hint.byteRangeStart;
    const exchange = await this.fetch.get(hint.url!, {
      ...{ resource: 'part', expected: 'absent', live: true },
      // 4.4.5.3: the last byte is 2^53-1 where the length is not known.
      ...(start !== undefined && { headers: { range: `bytes=${start}-9007199254740991` } }),
    });
    if (!exchange) return;
    // The part after it may not be listed yet; by the next request it is, or it was abandoned.
    const { segments } = this.playlist.latest();
    const wasListed = segments.some(({ parts }) => parts.some(({ uri, gap }) => uri === hint.uri && !gap));
    const usualTransferMs = this.playlist.usualTransferMs();
    this.judge({ probe: 'hinted-part', exchange, partTarget, usualTransferMs, wasListed });
  }

  private async askPastTheLastPart(): Promise<void> {
    const last = completeSegments(this.playlist.latest()).at(-1);
    if (!last || last.parts.length === 0) return;
    const asked = { msn: last.msn, part: last.parts.length };
    await this.ask(`_HLS_msn=${asked.msn}&_HLS_part=${asked.part}`, 'there', (exchange) => ({
      ...{ probe: 'past-last-part', exchange, asked, answer: readAnswer(exchange) },
    }));
  }

  private async ask(
    query: string,
    expected: 'there' | 'refused',
    probe: (exchange: Exchange) => DeliveryProbe,
  ): Promise<void> {
    const { targetDuration } = this.playlist.latest();
    const exchange = await this.fetch.get(
      withQuery(this.playlist.url, Object.fromEntries(new URLSearchParams(query))),
      {
        ...{
          resource: 'media-playlist',
          expected,
          live: !this.playlist.latest().ended,
          blocking: query.includes('_HLS_msn'),
        },
        ...(targetDuration !== undefined && { targetDuration }),
      },
    );
    if (exchange) this.judge(probe(exchange));
  }

  private judge(probe: DeliveryProbe): void {
    const { url, sentAtMs } = probe.exchange;
    this.watch.verdict.add(violationsOf(DELIVERY_RULES, probe, { url, atMs: sentAtMs }));
  }
}

function readAnswer({ status, body, url }: Exchange): MediaPlaylist | undefined {
  const playlist = status === 200 ? readPlaylist(body, url) : undefined;
  return playlist?.kind === 'media' ? readMediaPlaylist(playlist) : undefined;
}

/** The last number in the file's name, its extension left aside, a million later; undefined where it has none. */
export function nameFarAhead(url: string): string | undefined {
  const asked = new URL(url);
  const name = /^(.*\/)([^/]*?)(\d+)([^/\d]*?(?:\.[a-z0-9]+)?)$/i.exec(asked.pathname);
  if (!name) return undefined;
  asked.pathname = `${name[1]}${name[2]}${BigInt(name[3]!) + 1_000_000n}${name[4]}`;
  return asked.href;
}
