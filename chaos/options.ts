/** What the command line of `npm run chaos` says. PURE, but for a seed when none is given. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ACTS } from './plan/acts.js';

export interface ToolOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly json: boolean;
}

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: ToolOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string };

const LEAST_SECONDS = 30;
const MOST_SECONDS = 24 * 3600;
const MOST_SEED = 2 ** 32 - 1;

export const USAGE = `npm run chaos -- [--minutes <n>] [--seed <n>]

Starts a server, nginx and two small streams, breaks them at random, and watches as a cache that never forgets:

${Object.entries(ACTS)
  .map(([name, { about }]) => `  ${name.padEnd(23)}${about}`)
  .join('\n')}

  --minutes <n>   length of the run (10; ${LEAST_SECONDS / 60} to ${MOST_SECONDS / 60})
  --seed <n>      the same seed breaks the same things at the same times (a new one, and it is printed)
  --json          the result as JSON on standard output

Ends with 0 when no invariant was broken, 1 otherwise, 2 when it was used wrongly. Ctrl-C ends early.`;

/** Reads the arguments after the script's name. */
export function parseOptions(args: readonly string[]): ParsedOptions {
  try {
    const { values } = parseArgs({ args: [...args], options: DECLARED, allowPositionals: false });
    if (values.help) return { kind: 'help' };
    const seconds = number('minutes', values.minutes ?? '10') * 60;
    if (!(seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS))
      return wrong(`--minutes must be from ${LEAST_SECONDS / 60} to ${MOST_SECONDS / 60}, not "${values.minutes}"`);
    const seed = values.seed === undefined ? randomInt(MOST_SEED) : number('seed', values.seed);
    if (!Number.isInteger(seed) || seed > MOST_SEED)
      return wrong(`--seed must be a whole number from 0 to ${MOST_SEED}, not "${values.seed}"`);
    return { kind: 'run', options: { seconds, seed, json: values.json ?? false } };
  } catch (cause) {
    return wrong(cause instanceof Error ? cause.message : String(cause));
  }
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const DECLARED = { minutes: text, seed: text, json: flag, help: flag } as const;

const wrong = (problem: string): ParsedOptions => ({ kind: 'wrong', problem });

function number(name: string, value: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  throw new RangeError(`--${name} must be a number, not "${value}"`);
}
