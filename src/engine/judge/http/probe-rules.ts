/** The rules of HEAD, conditional, range and preflight requests (RFC 9110 9.3, 13, 14; Fetch 3.3; sections 4.3 and 4.4 of the protocol rules). PURE. */
import type { Rule } from '../rule.js';
import type { Exchange } from './exchange.js';

/** A GET that went well, and another request for the same resource. */
export interface HttpProbe {
  readonly probe: 'head' | 'preflight' | 'revalidation' | 'range' | 'range-past-end';
  readonly first: Exchange;
  readonly second: Exchange;
  readonly live: boolean;
  readonly needsRanges: boolean;
}

/** Headers of a GET that the HEAD of the same resource repeats. A live text may have become another in between. */
const SAME_IN_HEAD = ['content-type', 'content-length', 'content-encoding', 'etag', 'cache-control'];
const MAY_HAVE_CHANGED = ['content-length', 'etag'];
const MAY_BE_LEFT_OUT = ['content-length', 'content-encoding', 'etag'];

const rule = (
  probe: HttpProbe['probe'],
  { id, clause, severity, text }: Omit<Rule<HttpProbe>, 'check'>,
  check: (probe: HttpProbe) => readonly string[],
): Rule<HttpProbe> => ({
  ...{ id, clause, severity, text },
  check: (subject) => (subject.probe === probe ? check(subject) : []),
});

export const PROBE_RULES: readonly Rule<HttpProbe>[] = [
  rule(
    'head',
    {
      id: 'http.head',
      clause: 'RFC 9110 9.3.2',
      severity: 'warning',
      text: 'HEAD says what GET says, without a body.',
    },
    ({ first, second, live }) => {
      if (second.status !== first.status) return [`HEAD answered ${second.status}, GET ${first.status}`];
      return (
        SAME_IN_HEAD.filter((name) => !(live && MAY_HAVE_CHANGED.includes(name)))
          // RFC 9110 9.3.2: a server may leave out what it would have to make the body for; a stream has no length.
          .filter((name) => !MAY_BE_LEFT_OUT.includes(name) || (name in second.headers && name in first.headers))
          .filter((name) => second.headers[name] !== first.headers[name])
          .map((name) => `${name}: GET ${first.headers[name] ?? 'none'}, HEAD ${second.headers[name] ?? 'none'}`)
      );
    },
  ),
  rule(
    'preflight',
    {
      ...{ id: 'http.preflight', clause: 'Fetch 3.3.3', severity: 'note' },
      text: 'A preflight for GET with Range is granted, so that players on other sites can ask.',
    },
    ({ second }) => {
      const allowed = second.headers['access-control-allow-headers']?.toLowerCase() ?? '';
      const origin = second.headers['access-control-allow-origin'];
      if (second.status < 200 || second.status > 299) return [`OPTIONS answered ${second.status}`];
      if (origin !== '*' && origin !== second.requestHeaders['origin'])
        return [`Access-Control-Allow-Origin ${origin ?? 'missing'}`];
      // `Range: bytes=n-` is safelisted since 2022; older browsers still ask.
      return /\brange\b|\*/.test(allowed)
        ? []
        : [`Access-Control-Allow-Headers ${allowed || 'missing'}, Range asked for`];
    },
  ),
  rule(
    'revalidation',
    {
      id: 'http.not-modified',
      clause: 'RFC 9110 13.1.2',
      severity: 'warning',
      text: 'What has not changed is answered with 304 to those who have it.',
    },
    ({ first, second }) => {
      const same = second.headers['etag'] === first.headers['etag'];
      return second.status === 200 && same
        ? [`If-None-Match ${first.headers['etag']} answered 200 with the same ETag`]
        : [];
    },
  ),
  rule(
    'revalidation',
    {
      id: 'http.not-modified-bare',
      clause: 'RFC 9110 15.4.5',
      severity: 'error',
      text: 'A 304 has no body, and repeats ETag, Cache-Control and Vary.',
    },
    ({ first, second }) => {
      if (second.status !== 304) return [];
      const lacking = ['etag', 'cache-control', 'vary'].filter(
        (name) => first.headers[name] !== undefined && second.headers[name] === undefined,
      );
      return [
        ...(second.body.length > 0 ? [`304 with a body of ${second.body.length} bytes`] : []),
        ...(lacking.length > 0 ? [`304 without ${lacking.join(', ')}`] : []),
      ];
    },
  ),
  rule(
    'range',
    { id: 'http.range', clause: 'RFC 9110 14.2', severity: 'note', text: 'Media can be asked for in part.' },
    ({ second, needsRanges }) => (second.status === 200 && !needsRanges ? ['bytes=0-99 answered 200, the whole'] : []),
  ),
  rule(
    'range',
    {
      ...{ id: 'http.range-needed', clause: 'rfc8216bis B.1', severity: 'error' },
      text: 'Where media are listed by byte range, ranges are answered with 206.',
    },
    ({ second, needsRanges }) => (second.status === 200 && needsRanges ? ['bytes=0-99 answered 200, the whole'] : []),
  ),
  rule(
    'range',
    {
      id: 'http.range-exact',
      clause: 'RFC 9110 15.3.7',
      severity: 'error',
      text: 'A 206 has exactly the bytes that were asked for, and says which.',
    },
    ({ first, second }) => {
      if (second.status === 200) return [];
      if (second.status !== 206) return [`bytes=0-99 answered ${second.status}`];
      const length = Math.min(100, first.body.length);
      const range = second.headers['content-range'] ?? 'missing';
      const total = /^bytes 0-(\d+)\/(\d+|\*)$/.exec(range);
      return [
        ...(total && Number(total[1]) === length - 1 ? [] : [`Content-Range ${range}, bytes 0-${length - 1} expected`]),
        ...(total?.[2] !== '*' && total && Number(total[2]) !== first.body.length
          ? [`Content-Range ${range}, the whole has ${first.body.length} bytes`]
          : []),
        ...(second.body.equals(first.body.subarray(0, length))
          ? []
          : [`${second.body.length} bytes that are not the first ${length}`]),
      ];
    },
  ),
  rule(
    'range-past-end',
    {
      id: 'http.range-past-end',
      clause: 'RFC 9110 15.5.17',
      severity: 'warning',
      text: 'A range past the end is answered with 416.',
    },
    ({ second }) =>
      second.status === 416 || second.status === 200 ? [] : [`bytes=9000000000- answered ${second.status}`],
  ),
  rule(
    'range-past-end',
    {
      id: 'http.range-past-end-kept',
      clause: 'RFC 9111 4',
      severity: 'warning',
      text: 'A 416 can be read by web pages and is not kept for long.',
    },
    ({ second }) => {
      if (second.status !== 416) return [];
      const origin = second.headers['access-control-allow-origin'];
      const kept = /max-age=(\d+)/.exec(second.headers['cache-control'] ?? '')?.[1];
      return [
        ...(origin === '*' || origin === second.requestHeaders['origin']
          ? []
          : [`Access-Control-Allow-Origin ${origin ?? 'missing'}`]),
        ...(Number(kept ?? 0) > 60 ? [`Cache-Control ${second.headers['cache-control']}`] : []),
      ];
    },
  ),
];
