/** Whom a source URL leads to, read as ffmpeg reads it. PURE. */
import { Problem } from '../problem.js';

/** `calls`: this machine connects there. `listens`: somebody else sends, and the address is one of this machine's own. */
export type SourceReach = 'calls' | 'listens';

export interface SourceAddress {
  readonly reach: SourceReach;
  /** A name or an address, IPv6 in brackets. */
  readonly host: string;
  /** As it is written; undefined for the scheme's own. */
  readonly port: number | undefined;
  /** The same URL with an address in the host's place, and a port in the port's. */
  readonly at: (address: string, port?: number) => string;
}

/** Scheme, user, host, port, the rest. What is not of this form the two of us might read differently. */
const FORM = /^([a-z]+:\/\/(?:[^/?#\\]*@)?)(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?((?:[/?#].*)?)$/is;

/**
 * Throws `source-url-invalid` for a host that is neither a name nor an address, and for a mode of srt or tcp that ffmpeg
 * does not know or is told twice: whether it calls or listens must not be a matter of opinion.
 */
export function sourceAddress(url: string, scheme: string): SourceAddress {
  const [, before, host, portText, after] = FORM.exec(url) ?? [];
  if (before === undefined || host === undefined || after === undefined)
    throw invalid(`${scheme}://HOST:PORT/…, HOST a name or an address`);
  const port = portText === undefined ? undefined : Number(portText);
  const at = (address: string, other = port): string =>
    `${before}${address.includes(':') ? `[${address}]` : address}${other === undefined ? '' : `:${other}`}${after}`;
  return { host, port, at, reach: reachOf(scheme, after) };
}

function reachOf(scheme: string, after: string): SourceReach {
  if (scheme === 'udp' || scheme === 'rtp') return 'listens';
  if (scheme === 'rtmp') return /\?listen(?:=1)?$/.test(after) ? 'listens' : 'calls';
  if (scheme !== 'srt' && scheme !== 'tcp') return 'calls';
  if (after.includes('#')) throw invalid(`${scheme}://HOST:PORT?…, without #`);
  const name = scheme === 'srt' ? 'mode' : 'listen';
  const given = parameters(after).filter((parameter) => parameter.split('=')[0] === name);
  if (given.length === 0) return 'calls';
  const known = REACHES[given[0]!];
  if (!known || given.length > 1)
    throw invalid(
      `${name} as one of ${Object.keys(REACHES)
        .filter((word) => word.startsWith(name))
        .join(', ')}, once`,
    );
  return known;
}

/** Rendezvous binds and calls: what it calls is what counts. */
const REACHES: Readonly<Record<string, SourceReach>> = {
  'mode=caller': 'calls',
  'mode=rendezvous': 'calls',
  'mode=listener': 'listens',
  listen: 'listens',
  'listen=1': 'listens',
};

const parameters = (after: string): string[] =>
  after.includes('?') ? after.slice(after.indexOf('?') + 1).split('&') : [];

const invalid = (expected: string): Problem => new Problem('source-url-invalid', { field: 'source_url', expected });
