/** The simple types of the MPD schema (ISO/IEC 23009-1 annex B, XML Schema part 2), and how their values are written. PURE. */

export type SimpleType = keyof typeof FORMS;

const INTEGER = /^[+-]?\d+$/;
const NUMBER = /^([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN)$/;
const DATE_TIME = /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/;
const DURATION = /^(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const LARGEST_INT = 2n ** 32n - 1n;
const LARGEST_LONG = 2n ** 64n - 1n;

const unsigned = (largest: bigint) => (value: string) => /^\+?\d+$/.test(value) && BigInt(value) <= largest;
const oneOf =
  (...words: readonly string[]) =>
  (value: string): boolean =>
    words.includes(value);
const listOf =
  (form: (item: string) => boolean, least = 0, most = Infinity) =>
  (value: string) => {
    const items = value.split(/\s+/).filter((item) => item !== '');
    return items.length >= least && items.length <= most && items.every(form);
  };
const isUnsignedInt = unsigned(LARGEST_INT);
const isBoolean = oneOf('true', 'false', '1', '0');

/** Whether a value, white space collapsed, is of the type. */
const FORMS = {
  string: () => true,
  anyURI: (value: string) => !/[\s<>"{}|\\^`]/.test(value),
  duration: (value: string) => readDuration(value) !== undefined,
  dateTime: (value: string) => DATE_TIME.test(value) && !Number.isNaN(Date.parse(value)),
  unsignedInt: isUnsignedInt,
  unsignedLong: unsigned(LARGEST_LONG),
  integer: (value: string) => INTEGER.test(value),
  double: (value: string) => NUMBER.test(value),
  boolean: isBoolean,
  booleanOrUnsignedInt: (value: string) => isBoolean(value) || isUnsignedInt(value),
  language: (value: string) => /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(value),
  ratio: (value: string) => /^\d*:\d*$/.test(value),
  frameRate: (value: string) => /^\d+(\/[1-9]\d*)?$/.test(value),
  sap: (value: string) => /^[0-6]$/.test(value),
  word: (value: string) => !/[\s\p{Z}]/u.test(value),
  words: () => true,
  unsignedInts: listOf(isUnsignedInt),
  samplingRates: listOf(isUnsignedInt, 1, 2),
  byteRange: (value: string) => /^\d*(-\d*)?$/.test(value),
  profiles: (value: string) => /^[^\s,]+(,[^\s,]*)*$/.test(value.replace(/,\s+/g, ',')),
  codecs: (value: string) => /^[^\s,"]+(,[^\s,"]+)*$/.test(value),
  presentationType: oneOf('static', 'dynamic'),
  contentType: oneOf('text', 'image', 'audio', 'video', 'application', 'font'),
  scanType: oneOf('progressive', 'interlaced', 'unknown'),
  switchingType: oneOf('media', 'bitstream'),
  randomAccessType: oneOf('closed', 'open', 'gradual'),
  referenceType: oneOf('encoder', 'captured', 'application'),
  selectionOrder: oneOf('undefined', 'time-ordered', 'fully-ordered'),
  qualityMediaType: oneOf('video', 'audio', 'any'),
  bandwidthMediaType: oneOf('video', 'audio', 'any', 'all'),
  popularitySource: oneOf('content', 'statistics', 'other'),
  base64: oneOf('base64'),
} satisfies Record<string, (value: string) => boolean>;

/** White space around a value does not count, except in strings. */
export const isOfType = (value: string, type: SimpleType): boolean =>
  FORMS[type](type === 'string' || type === 'word' ? value : value.trim());

export interface Duration {
  readonly seconds: number;
  /** Months and years, whose length nobody knows. */
  readonly hasCalendarUnits: boolean;
}

/** xs:duration; a year is taken for 365 days, a month for 30. Undefined where it is none. */
export function readDuration(text: string): Duration | undefined {
  const match = DURATION.exec(text.trim());
  if (!match || /^-?P$|T$/.test(text.trim())) return undefined;
  const [, minus, years = 0, months = 0, days = 0, , hours = 0, minutes = 0, seconds = 0] = match;
  const total =
    ((Number(years) * 365 + Number(months) * 30 + Number(days)) * 24 + Number(hours)) * 3600 +
    Number(minutes) * 60 +
    Number(seconds);
  const hasCalendarUnits = Number(years) > 0 || Number(months) > 0;
  return { seconds: minus ? -total : total, hasCalendarUnits };
}

/** Unix ms; a time without a zone is taken for UTC. */
export function readDateTime(text: string): number | undefined {
  const trimmed = text.trim();
  if (!DATE_TIME.test(trimmed)) return undefined;
  const ms = Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(trimmed) ? trimmed : `${trimmed}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
