/** What a run is told on the command line. Every figure has an upper limit: no option starts something without end. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export type RenditionChoice = 'lowest' | 'highest' | 'random' | 'adaptive';
export type Mode = 'll' | 'classic';
export type MediaLoading = 'full' | 'head' | 'none';
export type Protocol = 'hls' | 'dash';

export interface LoadOptions {
  readonly urls: readonly string[];
  readonly viewers: number;
  readonly seconds: number;
  /** Seconds over which viewers join; two target durations when absent. */
  readonly ramp: number | undefined;
  readonly rendition: RenditionChoice;
  readonly protocol: Protocol | 'auto';
  readonly mode: Mode;
  readonly media: MediaLoading;
  /** Share (0..1) of low-latency HLS viewers that request the part a playlist hints at, as AVPlayer does. */
  readonly hintShare: number;
  readonly processes: number;
  readonly allowRemote: boolean;
  readonly json: boolean;
}

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: LoadOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string };

export const LIMITS = { viewers: 50_000, seconds: 3600, processes: 64, urls: 64 } as const;

export const USAGE = `npm run load -- --url <address> [options]

  --url <address>         multivariant or media playlist, or MPD; repeat it for several streams
  --viewers <n>           players at the same time (100; at most ${LIMITS.viewers})
  --seconds <n>           length of the run (60; at most ${LIMITS.seconds})
  --ramp <seconds>        viewers join over this time (two target durations)
  --rendition <which>     lowest, highest, random (weighted by rank) or adaptive (random)
  --protocol <which>      auto, hls or dash (auto)
  --mode <which>          ll: low-latency players; classic: players that know nothing of it (ll)
  --hint-share <0..1>     share of LL-HLS viewers that request hinted parts like AVPlayer; the rest wait until a part
                          is listed like hls.js (0.5)
  --media <which>         full: download media; head: ask for its headers only; none: playlists only (full)
  --processes <n>         worker processes (cores less one; at most ${LIMITS.processes})
  --allow-remote          other addresses than this machine's own; only with their owner's consent
  --json                  the result as JSON on standard output, nothing else there
  --http2 off             HTTP/1.1 is what it speaks; any other value is refused

Ends with 0 when nobody stalled and nothing failed, 1 otherwise, 2 when it was used wrongly. Ctrl-C ends early.`;

const VALUES = {
  rendition: ['lowest', 'highest', 'random', 'adaptive'],
  protocol: ['auto', 'hls', 'dash'],
  mode: ['ll', 'classic'],
  media: ['full', 'head', 'none'],
  http2: ['off'],
} as const;

class WrongUse extends Error {}

/** Reads the arguments after the script's name. `cores` is how many this machine has. */
export function parseOptions(args: readonly string[], cores = availableParallelism()): ParsedOptions {
  try {
    const { values } = parseArgs({ args: [...args], options: DECLARED, strict: true, allowPositionals: false });
    if (values.help) return { kind: 'help' };
    return { kind: 'run', options: read(values, cores) };
  } catch (cause) {
    return { kind: 'wrong', problem: cause instanceof Error ? cause.message : String(cause) };
  }
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const DECLARED = {
  url: { type: 'string', multiple: true },
  viewers: text,
  seconds: text,
  ramp: text,
  rendition: text,
  protocol: text,
  mode: text,
  'hint-share': text,
  media: text,
  processes: text,
  http2: text,
  'allow-remote': flag,
  json: flag,
  help: flag,
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof DECLARED }>>['values'];

function read(values: Values, cores: number): LoadOptions {
  const urls = values.url ?? [];
  if (urls.length === 0) throw new WrongUse('--url is missing: the address of a playlist or an MPD');
  if (urls.length > LIMITS.urls) throw new WrongUse(`--url: at most ${LIMITS.urls} addresses`);
  const allowRemote = values['allow-remote'] ?? false;
  for (const url of urls) assertUsable(url, allowRemote);
  oneOf('http2', values.http2, 'off');
  const viewers = whole('viewers', values.viewers, 100, LIMITS.viewers);
  const seconds = whole('seconds', values.seconds, 60, LIMITS.seconds);
  return {
    ...{ urls, viewers, seconds, allowRemote, json: values.json ?? false },
    ramp: values.ramp === undefined ? undefined : number('ramp', values.ramp, 0, seconds),
    rendition: oneOf('rendition', values.rendition, 'random'),
    protocol: oneOf('protocol', values.protocol, 'auto'),
    mode: oneOf('mode', values.mode, 'll'),
    media: oneOf('media', values.media, 'full'),
    hintShare: number('hint-share', values['hint-share'] ?? '0.5', 0, 1),
    processes: Math.min(viewers, whole('processes', values.processes, Math.max(1, cores - 1), LIMITS.processes)),
  };
}

function number(name: string, value: string, least: number, most: number): number {
  const read = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (!(read >= least && read <= most))
    throw new WrongUse(`--${name} must be a number from ${least} to ${most}, not "${value}"`);
  return read;
}

function whole(name: string, value: string | undefined, fallback: number, most: number): number {
  if (value === undefined) return Math.min(fallback, most);
  if (!/^\d+$/.test(value)) throw new WrongUse(`--${name} must be a whole number from 1 to ${most}, not "${value}"`);
  return number(name, value, 1, most);
}

function oneOf<K extends keyof typeof VALUES>(
  name: K,
  value: string | undefined,
  fallback: (typeof VALUES)[K][number],
): (typeof VALUES)[K][number] {
  const allowed: readonly string[] = VALUES[name];
  if (value !== undefined && !allowed.includes(value))
    throw new WrongUse(`--${name} must be ${allowed.join(', ')}, not "${value}"`);
  return (value ?? fallback) as (typeof VALUES)[K][number];
}

function assertUsable(address: string, allowRemote: boolean): void {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new WrongUse(`--url ${address} is no http or https address`);
  if (!allowRemote && !isLoopback(url.hostname))
    throw new WrongUse(
      `${url.hostname} is not this machine. A load test is an attack on whoever did not ask for one: ` +
        'add --allow-remote only if the server is yours or its owner agreed.',
    );
}

/** Whether a host name of a URL is an address of this machine itself. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
