/** What a setting's text may be. PURE: every rule is a zod schema from environment text, and the same in words. */
import { resolve } from 'node:path';
import { z } from 'zod';

export interface Rule<T> {
  readonly schema: z.ZodType<T, string>;
  /** Completes "allowed is …". */
  readonly allowed: string;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Plain decimal notation only: `Number` would also take "", "0x10" and "1e3". */
const DECIMAL = /^\d+(\.\d+)?$/;
const WHOLE = /^\d+$/;

export function decimal({ min, max }: Bounds): Rule<number> {
  return {
    schema: z.string().regex(DECIMAL).transform(Number).pipe(z.number().min(min).max(max)),
    allowed: `a number from ${min} to ${max}`,
  };
}

export function whole({ min, max }: Bounds): Rule<number> {
  return {
    schema: z.string().regex(WHOLE).transform(Number).pipe(z.int().min(min).max(max)),
    allowed: `a whole number from ${min} to ${max}`,
  };
}

export function flag(): Rule<boolean> {
  return {
    schema: z.enum(['true', 'false']).transform((text) => text === 'true'),
    allowed: 'true or false',
  };
}

export function oneOf<const T extends string>(values: readonly T[]): Rule<T> {
  return { schema: z.enum(values), allowed: `one of ${values.join(', ')}` };
}

/** A line of words for people. */
export function words(): Rule<string> {
  return {
    schema: z
      .string()
      .max(120)
      .regex(/^[^\p{Cc}]*$/u),
    allowed: 'up to 120 characters on one line',
  };
}

/** A host name or address to listen on. */
export function host(): Rule<string> {
  return {
    schema: z.string().regex(/^[a-zA-Z0-9._:-]+$/),
    allowed: 'a host name or an IP address, without scheme or port',
  };
}

/** Where something is reached from outside; without a slash at the end, so that paths can be put behind it. */
export function webAddress(): Rule<string> {
  return {
    schema: z
      .url({ protocol: /^https?$/ })
      .regex(/^[^?#]+$/)
      .transform((text) => text.replace(/\/+$/, '')),
    allowed: 'an http: or https: URL without a query',
  };
}

/** A file or folder; the value is absolute, a relative one counts from the working directory. */
export function path(): Rule<string> {
  return {
    schema: z
      .string()
      .regex(/^[^\0]+$/)
      .transform((text) => resolve(text)),
    allowed: 'a path, absolute or relative to the working directory',
  };
}

/** A program: a bare name is looked up in PATH when it is run, anything with a slash is a path. */
export function program(): Rule<string> {
  return {
    schema: z
      .string()
      .regex(/^[^\0-][^\0]*$/)
      .transform((text) => (text.includes('/') ? resolve(text) : text)),
    allowed: 'the name of a program in PATH, or a path to one',
  };
}
