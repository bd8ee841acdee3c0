/** Whether a value has the form its tag or attribute demands (rfc8216bis 4.2, 4.4). PURE. */
import type { Attribute } from './attribute-list.js';
import type { TagForm, ValueForm } from './tag-table.js';

const INTEGER = /^\d{1,20}$/;
const FLOAT = /^(\d+\.?\d*|\.\d+)$/;
const DATE = /^(\d{4}-\d\d-\d\d|\d{8})T\d\d:?\d\d(:?\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?$/;

/** Forms that are written between double quotes. */
const QUOTED: ReadonlySet<string> = new Set([
  ...['string', 'string-or-empty', 'byte-range', 'byte-range-with-offset', 'date'],
]);

/** Why `attribute` is not of the form; undefined where it is. */
export function attributeFault(name: string, { value, quoted }: Attribute, form: ValueForm): string | undefined {
  const written = `${name}=${quoted ? `"${value}"` : value}`;
  if (QUOTED.has(form) && !quoted) return `${written} must be quoted`;
  if (!QUOTED.has(form) && quoted) return `${written} must not be quoted: ${nameOf(form)} expected`;
  return hasForm(value, form) ? undefined : `${written}: ${nameOf(form)} expected`;
}

function hasForm(value: string, form: ValueForm): boolean {
  switch (form) {
    case 'integer':
      return INTEGER.test(value) && BigInt(value) < 1n << 64n;
    case 'float':
      return FLOAT.test(value);
    case 'signed':
      return FLOAT.test(value.replace(/^-/, ''));
    case 'hex':
      return /^0[xX][0-9A-F]+$/.test(value);
    case 'string':
      return value !== '';
    case 'string-or-empty':
    case 'word':
      return true;
    case 'resolution':
      return /^\d{1,20}x\d{1,20}$/.test(value);
    case 'byte-range':
      return /^\d{1,20}(@\d{1,20})?$/.test(value);
    case 'byte-range-with-offset':
      return /^\d{1,20}@\d{1,20}$/.test(value);
    case 'date':
      return isDate(value);
    default:
      return wordsOf(form).includes(value);
  }
}

function nameOf(form: ValueForm): string {
  switch (form) {
    case 'integer':
      return 'a decimal-integer';
    case 'float':
      return 'a decimal-floating-point';
    case 'signed':
      return 'a signed-decimal-floating-point';
    case 'hex':
      return 'a hexadecimal-sequence (0x, digits and A-F)';
    case 'string':
      return 'a quoted-string that is not empty';
    case 'string-or-empty':
      return 'a quoted-string';
    case 'word':
      return 'an enumerated-string';
    case 'resolution':
      return 'a decimal-resolution such as 1280x720';
    case 'byte-range':
      return 'a byte range "<n>[@<o>]"';
    case 'byte-range-with-offset':
      return 'a byte range "<n>@<o>"';
    case 'date':
      return 'an ISO 8601 date and time';
    default:
      return wordsOf(form).join(' or ');
  }
}

const wordsOf = (form: string): string[] => form.split('|').filter((word) => word !== '');

/** Why the text behind a tag's colon is not what the tag demands; `undefined` where it is. */
export function tagValueFault(value: string | undefined, { value: form }: TagForm): string | undefined {
  if (form === 'none') return value === undefined ? undefined : `the tag has no value, found '${value}'`;
  if (value === undefined) return 'the tag needs a value';
  switch (form) {
    case 'attributes':
      return undefined;
    case 'integer':
      return hasForm(value, 'integer') ? undefined : `'${value}': ${nameOf('integer')} expected`;
    case 'extinf':
      return /^(\d+\.?\d*|\.\d+),/.test(value) ? undefined : `'${value}': <duration>,[<title>] expected`;
    case 'byte-range':
      return hasForm(value, 'byte-range') ? undefined : `'${value}': <n>[@<o>] without quotes expected`;
    case 'date':
      return isDate(value) ? undefined : `'${value}': ${nameOf('date')} expected`;
    case 'type':
      return value === 'EVENT' || value === 'VOD' ? undefined : `'${value}': EVENT or VOD expected`;
  }
}

/** ISO 8601 and a moment that exists. */
function isDate(text: string): boolean {
  return DATE.test(text) && !Number.isNaN(millisecondsOf(text));
}

/** Unix ms of an ISO 8601 date; without a zone it is taken for UTC (4.4.4.6). NaN where there is no such moment. */
export function millisecondsOf(text: string): number {
  const match = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(
    text,
  );
  if (!match) return NaN;
  const [, year, month, day, hour, minute, second = '00', fraction = '0', zone = 'Z'] = match;
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.replace(':', '').slice(3) || '00'}`;
  const whole = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return whole + Number(`0.${fraction}`) * 1000;
}
