/** The words of the fault language: one row each. PURE. */
import type { Picture } from '../camera/picture.js';

/** Is in force for a time, then the next word's turn comes. */
export type SpellName = 'up' | 'drop' | 'stall' | 'freeze' | 'slow' | 'garbage';
/** Holds from now on, until it is said again. */
export type LastingName = 'late' | 'jitter' | 'bites' | 'backlog' | 'lossy' | 'drift';

export type Word = { /** As it was written: `drop 10`. */ readonly text: string } & (
  | { readonly kind: 'spell'; readonly name: SpellName; readonly seconds: number }
  | { readonly kind: 'lasting'; readonly name: LastingName; readonly amount: number }
  | { readonly kind: 'jump'; readonly seconds: number }
  | { readonly kind: 'wrap' }
  | { readonly kind: 'picture'; readonly change: Partial<Picture> }
  | { readonly kind: 'loop' }
  | { readonly kind: 'end' }
);

/** A word without the text it was read from. */
export type WordMeaning = Word extends infer W ? (W extends Word ? Omit<W, 'text'> : never) : never;

export interface WordRule {
  /** What stands after the word, for people; absent where nothing does. */
  readonly argument?: string;
  readonly example: string;
  readonly about: string;
  /** What the argument means; undefined when it means nothing. */
  readonly read: (argument: string) => WordMeaning | undefined;
}

const MOST_SECONDS = 86_400;
/** What MPEG-4 AAC can be sampled with and MPEG-TS players know (ISO/IEC 14496-3, table 1.18). */
const SAMPLE_RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

export const WORDS: Readonly<Record<string, WordRule>> = {
  up: spell('up', 'healthy'),
  drop: spell('drop', 'every connection is closed, new ones are refused'),
  stall: spell('stall', 'connections stay open, nothing is sent, the media of that time is lost'),
  freeze: spell('freeze', 'nothing is sent, then everything of that time at once'),
  burst: { ...spell('freeze', 'another name of `freeze`'), example: 'burst 2' },
  slow: spell('slow', 'the path carries half of real time; what has piled up follows at once'),
  garbage: spell('garbage', 'random bytes instead of media, as many'),
  late: lasting('late', 'milliseconds', [0, 60_000], 700, 'the path takes this long; less than before: it catches up'),
  jitter: lasting('jitter', 'milliseconds', [0, 10_000], 150, 'each delivery is delayed at random, up to this much'),
  bites: lasting('bites', 'milliseconds', [0, 10_000], 500, 'delivers only every so often, everything since at once'),
  backlog: lasting('backlog', 'seconds', [0, 60], 5, 'who connects first gets the last seconds, at once'),
  lossy: lasting('lossy', 'percent', [0, 100], 2, 'this share of the transport packets is lost'),
  drift: lasting('drift', 'ppm', [-100_000, 100_000], 200, 'its clock runs fast (negative: slow)'),
  jump: {
    ...{ argument: 'seconds', example: 'jump -30', about: 'all timestamps jump (negative: back)' },
    read: (argument) => {
      const seconds = readNumber(argument, -90_000, 90_000);
      return seconds === undefined || seconds === 0 ? undefined : { kind: 'jump', seconds };
    },
  },
  wrap: {
    ...{ example: 'wrap', about: 'timestamps go on three seconds below 2^33, so that they wrap' },
    read: () => ({ kind: 'wrap' }),
  },
  size: picture('WIDTHxHEIGHT, even, 16 to 4096', 'size 1280x720', 'the size of the picture', readSize),
  rate: picture('frames per second up to 120', 'rate 30000/1001', 'its frame rate', readRate),
  sound: picture('on or off', 'sound off', 'with or without sound', (text) => {
    const sound = readSwitch(text);
    return sound === undefined ? undefined : { sound };
  }),
  samplerate: picture('a sample rate of AAC in Hz', 'samplerate 44100', 'samples of sound per second', (text) => {
    const sampleRate = Number(text);
    return SAMPLE_RATES.includes(sampleRate) ? { sampleRate } : undefined;
  }),
  picture: picture('on or off', 'picture off', 'with or without a picture', (text) => {
    const shown = readSwitch(text);
    return shown === undefined ? undefined : { picture: shown };
  }),
  loop: { example: 'loop', about: 'starts over; what lasts stays as it is', read: () => ({ kind: 'loop' }) },
  end: { example: 'end', about: 'leaves for good', read: () => ({ kind: 'end' }) },
};

function spell(name: SpellName, about: string): WordRule {
  return {
    ...{ argument: 'seconds', example: `${name} 10`, about },
    read: (argument) => {
      const seconds = readNumber(argument, 0, MOST_SECONDS);
      return seconds === undefined ? undefined : { kind: 'spell', name, seconds };
    },
  };
}

function lasting(
  name: LastingName,
  unit: string,
  [least, most]: readonly [number, number],
  example: number,
  about: string,
): WordRule {
  return {
    ...{ argument: `${unit}, ${least} to ${most}`, example: `${name} ${example}`, about },
    read: (argument) => {
      const amount = readNumber(argument, least, most);
      return amount === undefined ? undefined : { kind: 'lasting', name, amount };
    },
  };
}

function picture(
  argument: string,
  example: string,
  about: string,
  read: (text: string) => Partial<Picture> | undefined,
): WordRule {
  return {
    ...{ argument, example, about },
    read: (text) => {
      const change = read(text);
      return change && { kind: 'picture', change };
    },
  };
}

function readNumber(text: string, least: number, most: number): number | undefined {
  const value = /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

function readSize(text: string): Partial<Picture> | undefined {
  const sides = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  const [width, height] = [Number(sides?.[1]), Number(sides?.[2])];
  const fits = [width, height].every((side) => side >= 16 && side <= 4096 && side % 2 === 0);
  return fits ? { width, height } : undefined;
}

function readRate(text: string): Partial<Picture> | undefined {
  const parts = /^([1-9]\d*)(?:\/([1-9]\d*))?$/.exec(text);
  const [num, den] = [Number(parts?.[1]), Number(parts?.[2] ?? 1)];
  return num / den >= 1 && num / den <= 120 ? { rate: { num, den } } : undefined;
}

const readSwitch = (text: string): boolean | undefined => (text === 'on' ? true : text === 'off' ? false : undefined);
