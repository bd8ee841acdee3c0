/** The rules of what a UTCTiming source answers (ISO/IEC 23009-1 5.8.4.11, DASH-IF timing model; D19). PURE. */
import { sharedLifetime } from '../../http/cache-control.js';
import type { Exchange } from '../../http/index.js';
import type { Rule } from '../../rule.js';

export interface ClockAnswer {
  readonly scheme: string;
  readonly exchange: Exchange;
  /** Unix ms, as told; undefined where it cannot be read. */
  readonly toldMs: number | undefined;
  readonly text: string;
}

/** Date tells whole seconds, and the answer may have waited a little. */
const DATE_TOLERANCE_MS = 1500;

export const CLOCK_RULES: readonly Rule<ClockAnswer>[] = [
  {
    id: 'dash.clock-answers',
    clause: 'ISO/IEC 23009-1 5.8.4.11',
    severity: 'error',
    text: 'A UTCTiming source tells the time as its scheme says.',
    check: ({ scheme, exchange: { status }, toldMs, text }) => {
      if (status !== 200) return [`${scheme} answered ${status}`];
      return toldMs === undefined ? [`${scheme} answered "${text.slice(0, 60)}"`] : [];
    },
  },
  {
    id: 'dash.clock-milliseconds',
    clause: 'DASH-IF timing model',
    severity: 'note',
    text: 'The time is told in milliseconds, or players are off by up to a second.',
    check: ({ scheme, toldMs, text }) =>
      /xsdate|iso/.test(scheme) && toldMs !== undefined && !/:\d\d[.,]\d{3}/.test(text) ? [text] : [],
  },
  {
    id: 'dash.clock-agrees',
    clause: 'RFC 9110 6.6.1',
    severity: 'warning',
    text: 'The time that is told is that of the Date header.',
    check: ({ scheme, exchange: { headers }, toldMs }) => {
      const date = Date.parse(headers['date'] ?? '');
      if (toldMs === undefined || Number.isNaN(date) || /head/.test(scheme)) return [];
      const off = toldMs - date - 500;
      return Math.abs(off) > DATE_TOLERANCE_MS ? [`${Math.round(off)} ms off from Date ${headers['date']}`] : [];
    },
  },
  {
    id: 'dash.clock-not-kept',
    clause: 'RFC 9111 5.2.2',
    severity: 'error',
    text: 'The time is not cached.',
    check: ({ scheme, exchange }) => {
      const lifetime = sharedLifetime(exchange);
      const isTime = /xsdate|iso|ntp/.test(scheme) && exchange.status === 200;
      return isTime && (lifetime ?? 0) > 0 ? [`Cache-Control ${exchange.headers['cache-control'] ?? 'none'}`] : [];
    },
  },
];
