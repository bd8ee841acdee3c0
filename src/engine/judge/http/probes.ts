/** Asks for one resource in the other ways HTTP has: HEAD, conditionally, in part, and whether one may (OPTIONS). */
import { violationsOf, type Violation } from '../rule.js';
import type { Ask, Exchange } from './exchange.js';
import { PROBE_RULES, type HttpProbe } from './probe-rules.js';
import { isMedia, type Resource } from './fetched.js';

export interface ProbeOptions {
  /** It may change between two requests. */
  readonly live: boolean;
  /** Playlists or MPDs point at byte ranges: then ranges must work. */
  readonly needsRanges?: boolean;
}

/** `first` is a GET of the resource that went well. What cannot be asked at all is left out. */
export async function probeHttp(
  ask: Ask,
  first: Exchange,
  resource: Resource,
  { live, needsRanges = false }: ProbeOptions,
): Promise<Violation[]> {
  const { url } = first;
  const etag = first.headers['etag'];
  const wanted: readonly (readonly [HttpProbe['probe'], Parameters<Ask>[1]])[] = [
    ['head', { method: 'HEAD' }],
    ['preflight', { method: 'OPTIONS', headers: PREFLIGHT }],
    ...(etag === undefined ? [] : ([['revalidation', { headers: { 'if-none-match': etag } }]] as const)),
    ...(isMedia(resource)
      ? ([
          ['range', { headers: { range: 'bytes=0-99', 'accept-encoding': 'identity' } }],
          ['range-past-end', { headers: { range: 'bytes=9000000000-', 'accept-encoding': 'identity' } }],
        ] as const)
      : []),
  ];
  const violations: Violation[] = [];
  for (const [probe, options] of wanted) {
    const second = await ask(url, options).catch(() => undefined);
    if (!second) continue;
    const subject: HttpProbe = { probe, first, second, live, needsRanges };
    violations.push(...violationsOf(PROBE_RULES, subject, { url, atMs: second.sentAtMs }));
  }
  return violations;
}

const PREFLIGHT = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' };
