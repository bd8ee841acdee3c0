/** What words on the command line may be. A wrong one ends the command before anything is asked. */
import { InvalidArgumentError } from 'commander';

export function wholeSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1) throw new InvalidArgumentError('whole seconds, at least 1');
  return seconds;
}

export function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('a whole number, at least 1');
  return number;
}

/** What range a field allows, the server knows. (`never` is null in the API, but commander takes null for nothing at all.) */
export function secondsOrNever(text: string): number | 'never' {
  if (text === 'never') return text;
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds)) throw new InvalidArgumentError('seconds, or never');
  return seconds;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** `90`, `90s`, `15m`, `2h`, `7d`: in seconds. */
export function duration(text: string): number {
  const [, number, unit] = /^(\d+)([smhd]?)$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('seconds, or a number with s, m, h or d, like 2h');
  return Number(number) * UNITS[unit!]!;
}

export const commaSeparated = (text: string): string[] => text.split(',').map((word) => word.trim());

/** For an option that may be given several times. */
export const collect = (text: string, earlier: readonly string[] = []): string[] => [...earlier, text];

/** `--label event=final`, several times. */
export function collectLabels(
  text: string,
  earlier: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined) throw new InvalidArgumentError('key=value');
  return { ...earlier, [key]: value! };
}

/** Of `list --label`: `event:final` as the API has it, or `event=final` as `start --label` does. */
export const labelFilter = (text: string): string => text.replace('=', ':');

/** null: the order of the list. */
export function sourceIndex(text: string): number | null {
  if (text === 'auto') return null;
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('the place of a source, from 0, or auto');
  return Number(text);
}

export function mediaObjects(text: string): 'all' | 'none' | number {
  if (text === 'all' || text === 'none') return text;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('all, none or a whole number');
  return number;
}
