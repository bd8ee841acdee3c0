/** Colours and columns. */
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'cyan' | 'green';

/** https://no-color.org: not when it is set, and only on a terminal. */
export function style(formats: readonly Style[], text: string): string {
  const plain = !process.stdout.isTTY || Boolean(process.env['NO_COLOR']);
  return plain ? text : formats.reduce((styled, format) => styleText(format, styled), text);
}

export const bold = (text: string): string => style(['bold'], text);

/** Rows under headings, in columns as wide as their widest cell; a column without a single entry is left out. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const shown = headings.map((_, column) => column).filter((column) => rows.some((row) => row[column] !== ''));
  const widths = shown.map((column) => Math.max(...[headings, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    shown
      .map((column, place) => row[column]!.padEnd(widths[place]!))
      .join('  ')
      .trimEnd();
  return [bold(line(headings)), ...rows.map(line)];
}

/** `plural(2, 'stream')`: `2 streams`. */
export const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Unix seconds as UTC, to the second: `2026-01-01 03:00:00`. */
export const moment = (unixSeconds: number): string =>
  new Date(unixSeconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
