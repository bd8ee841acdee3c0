/** `lockstep check`: finds out what a URL is, watches it, and says what is wrong with it. */
import { newAsker, follow, type Exchange } from './http/index.js';
import { NotAStream, watchHls } from './hls/index.js';
import { watchDash } from './dash/index.js';
import { Verdict, type Finding, type Seen } from './verdict.js';

export { NotAStream, Verdict, type Finding, type Seen };
export type { Severity } from './rule.js';

export interface CheckOptions {
  /** Of a multivariant playlist, a media playlist or an MPD. */
  readonly url: string;
  /** How long to watch; a stream that ends, or is on demand, is watched to its end only. */
  readonly seconds: number;
  /** Media objects to fetch at most, per rendition; `none`: read playlists and MPDs only. */
  readonly media: 'all' | 'none' | number;
  /** Ends the watch early; what was found stays. */
  readonly signal?: AbortSignal;
  /** Told about once a second, and when the watch is over. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly elapsedSeconds: number;
  readonly verdict: Verdict;
}

const TELL_EVERY_MS = 1_000;

/** Rejects with NotAStream when the URL does not answer, or not with a playlist or an MPD. */
export async function checkStream({ url, seconds, media, signal, onProgress }: CheckOptions): Promise<Verdict> {
  const asker = newAsker();
  const verdict = new Verdict();
  const startedAt = performance.now();
  const tell = (): void => onProgress?.({ elapsedSeconds: (performance.now() - startedAt) / 1000, verdict });
  const telling = setInterval(tell, TELL_EVERY_MS);
  const watch = {
    ...{ url, verdict, ask: asker.ask, forMs: seconds * 1000 },
    signal: signal ?? new AbortController().signal,
    ...(media !== 'all' && { mediaPerRendition: media === 'none' ? 0 : media }),
  };
  try {
    const protocol = await protocolOf(watch.ask, url);
    await (protocol === 'dash' ? watchDash(watch) : watchHls(watch));
    return verdict;
  } finally {
    clearInterval(telling);
    tell();
    asker.close();
  }
}

/** By the first bytes, then by type and name: servers say many things. */
async function protocolOf(ask: Parameters<typeof follow>[0], url: string): Promise<'hls' | 'dash'> {
  let answer: Exchange;
  try {
    answer = await follow(ask, url);
  } catch (cause) {
    throw new NotAStream(`${url} did not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  if (answer.status !== 200) throw new NotAStream(`${url} answered ${answer.status}`);
  const beginning = answer.body
    .subarray(0, 1000)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (beginning.startsWith('#EXT')) return 'hls';
  if (/^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<MPD[\s>]/.test(beginning)) return 'dash';
  const type = answer.headers['content-type'] ?? '';
  const path = new URL(answer.url).pathname;
  if (/mpegurl/i.test(type) || /\.m3u8?$/i.test(path)) return 'hls';
  if (/dash\+xml/i.test(type) || /\.mpd$/i.test(path)) return 'dash';
  throw new NotAStream(`${url} is neither a playlist nor an MPD: ${type || 'no Content-Type'}`);
}
