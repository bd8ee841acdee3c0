/** Times, lists and numbers as an operator reads them. PURE. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0.4 s`, `12 s`, `14 min`, `3 h`, `5 days`. */
export function duration(ms: number): string {
  const length = Math.max(0, ms);
  if (length < 2 * SECOND) return `${(length / SECOND).toFixed(1)} s`;
  if (length < 90 * SECOND) return `${Math.round(length / SECOND)} s`;
  if (length < 90 * MINUTE) return `${Math.round(length / MINUTE)} min`;
  if (length < 2 * DAY) return `${Math.round(length / HOUR)} h`;
  return `${Math.round(length / DAY)} days`;
}

/** `02:31:07 UTC`, with the date where it is not today's. */
export function timeOfDay(unixMs: number, nowMs: number): string {
  const [date, time] = new Date(unixMs).toISOString().split('T');
  const [today] = new Date(nowMs).toISOString().split('T');
  return `${date === today ? '' : `${date} `}${time!.slice(0, 8)} UTC`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** `1 part`, `2 parts`, `no parts`. */
export const count = (number: number, what: string): string =>
  `${number === 0 ? 'no' : number} ${what}${number === 1 ? '' : 's'}`;

/** `once`, `twice`, `7 times`. */
export const times = (number: number): string => (number === 1 ? 'once' : number === 2 ? 'twice' : `${number} times`);

/** With a capital at the beginning and a full stop at the end. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? '' : '.'}`;
}

export const milliseconds = (ms: number): string => `${Math.round(ms)} ms`;

export const gigabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
