/** Looks once at what the viewers will play: is it there, which protocol is it, how long is a target duration? */
import { parseMpd } from './dash/mpd.js';
import { parseMediaPlaylist } from './hls/media-playlist.js';
import { isMultivariant, parseMultivariant } from './hls/multivariant.js';
import type { Stream } from './messages.js';
import { isLoopback, type LoadOptions } from './options.js';

export interface Probe extends Stream {
  /** Seconds: EXT-X-TARGETDURATION, or the duration of a DASH segment. */
  readonly targetDuration: number;
}

const LIMIT_MS = 15_000;

/** Throws, in words for a person, when there is nothing that could be played. */
export async function probe(url: string, options: LoadOptions): Promise<Probe> {
  const text = await read(new URL(url), options);
  const isDash =
    options.protocol === 'auto' ? /^(\s|<\?[^>]*>|<!--[\s\S]*?-->)*<MPD/.test(text) : options.protocol === 'dash';
  try {
    return isDash
      ? { url, protocol: 'dash', targetDuration: dashDuration(text, new URL(url)) }
      : { url, protocol: 'hls', targetDuration: await hlsDuration(text, new URL(url), options) };
  } catch (cause) {
    throw new Error(`${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function dashDuration(text: string, url: URL): number {
  const template = parseMpd(text, url).periods.at(-1)?.sets[0]?.representations[0]?.template;
  if (!template) throw new Error('an MPD without a Representation');
  return (template.duration ?? template.timeline?.at(-1)?.duration ?? 0) / template.timescale;
}

async function hlsDuration(text: string, url: URL, options: LoadOptions): Promise<number> {
  if (!isMultivariant(text)) return parseMediaPlaylist(text, url).targetDuration;
  const media = parseMultivariant(text, url)[0]!.url;
  return parseMediaPlaylist(await read(media, options), media).targetDuration;
}

async function read(url: URL, { allowRemote }: LoadOptions): Promise<string> {
  if (!allowRemote && !isLoopback(url.hostname))
    throw new Error(`it leads to ${url.hostname}, which is not this machine`);
  const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(LIMIT_MS) }).catch(
    (cause: unknown) => {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
      throw new Error(`${url.href} cannot be reached: ${reason}`, { cause });
    },
  );
  if (response.status !== 200) throw new Error(`${url.href} answered ${response.status}`);
  return response.text();
}
