/** What kinds of source there are, and how each is opened. PURE: one table, keyed by URL scheme. */
import { Problem } from '../problem.js';
import { sourceAddress } from './source-address.js';

/**
 * - `tapped`: opened exactly once (a camera, a listener or a publisher often takes one connection only). A tap copies
 *   it, unchanged, to us; probe and decoder read the copy. What is a stream of bytes on the wire is copied byte by byte, and
 *   looked at here until it is understood; the tap of the others has to understand them, packet by packet.
 * - `direct`: may be opened again at will; probed first, then decoded.
 * - `built-in`: the test picture; nothing to probe.
 */
export type SourceAccess = 'tapped' | 'direct' | 'built-in';

export interface Source {
  /** As it was given. */
  readonly url: string;
  /** What ffmpeg opens. */
  readonly input: string;
  readonly scheme: string;
  readonly access: SourceAccess;
  /** It is not called but waited for: a publisher or packets come when they come. */
  readonly waits: boolean;
  /** Of a tapped source: what the tap hands on. */
  readonly tap: 'bytes' | 'packets';
  /** Input options for ffmpeg and ffprobe, protocol whitelist first. */
  readonly inputOptions: readonly string[];
}

interface SchemeRule {
  readonly access: SourceAccess;
  readonly tap?: Source['tap'];
  /** ffmpeg protocols the source may use, nested ones included; nothing else is ever opened for it. */
  readonly protocols: string;
  /** The same where ffmpeg connects by itself. */
  readonly unguarded?: string;
  /** What it may hold. */
  readonly formats: string;
  readonly options?: (timeoutMicros: number) => readonly string[];
}

/**
 * How much of a live source is looked at before it is passed on: enough for a key frame a second, far below ffmpeg's five
 * seconds. The bytes are what a second of a contribution feed of 40 Mbit/s has: time is to be the limit, or a rich source's
 * sound is not seen. Its rate is not waited for (`-fpsprobesize 0`, 0.6 s sooner): a tap copies, and whoever reads it counts
 * for himself. (Never `nobuffer`: it throws away what was looked at, and with it the first key frame.) A source with rarer
 * key frames may not show its size in that time; each further attempt is twice as patient.
 */
function liveProbe(attempt: number): readonly string[] {
  const patience = 2 ** Math.min(attempt, 4);
  const [bytes, micros] = [5_000_000 * patience, 1_000_000 * patience];
  const limits = ['-probesize', `${bytes}`, '-analyzeduration', `${micros}`, '-fpsprobesize', '0'];
  return ['-fflags', '+genpts', ...limits];
}

/** ffmpeg looks for nothing in it, and hands on what a read gives. */
const AS_BYTES = ['-f', 'data', '-raw_packet_size', '32768'];

const rwTimeout = (micros: number): readonly string[] => ['-rw_timeout', `${micros}`];

/**
 * Containers and raw streams that hold their media themselves. Never a playlist, a script or a description of a session
 * (concat, hls, dash, sdp, image2, …): those name other files and addresses.
 */
export const SELF_CONTAINED =
  'mpegts,mpeg,mov,matroska,webm,flv,live_flv,avi,asf,mxf,gxf,nut,ogg,ivf,rm,dv,yuv4mpegpipe,' +
  'h264,hevc,mpegvideo,m4v,obu,av1,mjpeg,mpjpeg,mp3,aac,ac3,eac3,flac,wav,w64,aiff,caf,amr,dts,truehd,loas';

/**
 * `http` alone: every request goes through the forward proxy, which speaks TLS for ffmpeg. `https` brings `httpproxy` with
 * it, and with that a playlist could name any address and be connected to it.
 */
const WEB = {
  protocols: 'http,tcp,crypto',
  unguarded: 'http,https,tcp,tls,crypto,httpproxy',
  formats: `${SELF_CONTAINED},hls,dash,webvtt`,
} as const;

const SCHEMES: Readonly<Record<string, SchemeRule>> = {
  // Never `-timeout` for rtmp: it turns the input into a listener.
  rtmp: { access: 'tapped', protocols: 'rtmp,tcp', formats: 'flv,live_flv', options: rwTimeout },
  rtmps: { access: 'tapped', protocols: 'rtmps,rtmp,tls,httpproxy,tcp', formats: 'flv,live_flv', options: rwTimeout },
  // TCP: one lost datagram of a key frame costs a whole GOP. ffmpeg 5.1's rtsp knows only -timeout (microseconds).
  rtsp: {
    access: 'tapped',
    protocols: 'rtsp,tcp',
    formats: 'rtsp',
    options: (micros) => ['-rtsp_transport', 'tcp', '-timeout', `${micros}`],
  },
  rtsps: {
    access: 'tapped',
    // The relay speaks TLS for it.
    protocols: 'rtsp,tcp',
    unguarded: 'rtsps,rtsp,tls,tcp',
    formats: 'rtsp',
    options: (micros) => ['-rtsp_transport', 'tcp', '-timeout', `${micros}`],
  },
  srt: { access: 'tapped', tap: 'bytes', protocols: 'srt,udp', formats: SELF_CONTAINED },
  udp: {
    access: 'tapped',
    tap: 'bytes',
    protocols: 'udp,rtp',
    formats: SELF_CONTAINED,
    options: () => ['-overrun_nonfatal', '1', '-fifo_size', '50000'],
  },
  rtp: { access: 'tapped', protocols: 'rtp,udp', formats: 'rtp' },
  tcp: { access: 'tapped', tap: 'bytes', protocols: 'tcp', formats: SELF_CONTAINED },
  http: { access: 'direct', ...WEB, options: rwTimeout },
  https: { access: 'direct', ...WEB, options: rwTimeout },
  file: { access: 'direct', protocols: 'file', formats: SELF_CONTAINED },
  test: { access: 'built-in', protocols: '', formats: '' },
};

export const SOURCE_SCHEMES: readonly string[] = Object.keys(SCHEMES);

/**
 * Reads a source URL. `attempt` counts failed connections in a row, from 0; without `guarded` ffmpeg makes every connection
 * by itself. Throws `source-url-invalid` for what is not a URL and `source-scheme-not-allowed` for a scheme that is not in
 * the table (so `concat:`, `subfile:`, `data:` and option-like texts never reach ffmpeg).
 */
export function parseSource(url: string, timeoutSeconds: number, attempt = 0, guarded = true): Source {
  if (url.length > 2048 || [...url].some(isSpaceOrControl)) {
    throw new Problem('source-url-invalid', {
      field: 'source_url',
      expected: 'a URL without spaces, up to 2048 characters',
    });
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  if (!scheme)
    throw new Problem('source-url-invalid', { field: 'source_url', expected: 'a URL such as rtmp://host/app/key' });
  const rule = SCHEMES[scheme];
  if (!rule) throw new Problem('source-scheme-not-allowed', { field: 'source_url', scheme, allowed: SOURCE_SCHEMES });
  if (rule.access !== 'built-in' && !isUrl(url, scheme)) {
    throw new Problem('source-url-invalid', { field: 'source_url', expected: `a URL such as ${scheme}://host/path` });
  }
  const { input, listen } = rtmpListener(`${scheme}${url.slice(scheme.length)}`, scheme);
  const tap = rule.tap ?? 'packets';
  const probe = rule.access !== 'tapped' ? [] : tap === 'bytes' ? AS_BYTES : liveProbe(attempt);
  const protocols = guarded ? rule.protocols : (rule.unguarded ?? rule.protocols);
  const formats = tap === 'bytes' ? 'data' : rule.formats;
  const whitelist = protocols ? ['-protocol_whitelist', protocols, '-format_whitelist', formats] : [];
  const options = rule.options?.(timeoutSeconds * 1_000_000) ?? [];
  const isCalled = scheme === 'file' || scheme === 'test' || sourceAddress(url, scheme).reach === 'calls';
  return {
    url,
    input,
    scheme,
    access: rule.access,
    waits: !isCalled,
    tap,
    inputOptions: [...whitelist, ...probe, ...options, ...listen],
  };
}

/**
 * `rtmp://0.0.0.0:1935/live/key?listen=1` waits for one publisher. ffmpeg takes that as an option, not in the URL as
 * it does for tcp (`?listen`) and srt (`?mode=listener`).
 */
function rtmpListener(url: string, scheme: string): { input: string; listen: readonly string[] } {
  const match = scheme === 'rtmp' ? /^(.*)\?listen(?:=1)?$/.exec(url) : null;
  return match ? { input: match[1]!, listen: ['-listen', '1'] } : { input: url, listen: [] };
}

const isSpaceOrControl = (character: string): boolean => character <= ' ' || character === '\u007f';

function isUrl(url: string, scheme: string): boolean {
  if (!URL.canParse(url)) return false;
  return scheme === 'file' ? new URL(url).pathname.length > 1 : url.startsWith(`${url.slice(0, scheme.length)}://`);
}
