/** Small words of the playlist language (rfc8216bis 4.1, 4.2). PURE. */
import { HOUSE_EPOCH_MS, ticksToMs } from '../timeline/index.js';

/** Digits after the point of every printed duration: finer than any frame, coarse enough to compare as text. */
const DIGITS = 5;

/** A duration rounded down: what is printed never exceeds what is there. */
export function durationText(ticks: number, timescale: number): string {
  return (Math.floor((ticks * 10 ** DIGITS) / timescale + 1e-6) / 10 ** DIGITS).toFixed(DIGITS);
}

/** A bound rounded up: no printed duration exceeds it, compared as text (players refuse a part 1 ms too long). */
export function boundText(ticks: number, timescale: number): string {
  return (Math.ceil((ticks * 10 ** DIGITS) / timescale - 1e-6) / 10 ** DIGITS).toFixed(DIGITS);
}

/** Seconds with three places. */
export const secondsText = (seconds: number): string => seconds.toFixed(3);

/** EXT-X-PROGRAM-DATE-TIME of an instant on the house clock, milliseconds and zone included (4.4.4.6). */
export function dateText(ticks: number, timescale: number): string {
  return new Date(HOUSE_EPOCH_MS + Math.round(ticksToMs(ticks, timescale))).toISOString();
}

/** An attribute list; undefined values are left out (4.2). Quoting is the caller's: `quoted(text)`. */
export function attributes(list: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(list)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

/** A quoted-string: line breaks and double quotes cannot be said in one. */
export function quoted(text: string): string {
  if (/["\r\n]/.test(text)) throw new RangeError(`not a quoted-string: ${JSON.stringify(text)}`);
  return `"${text}"`;
}
