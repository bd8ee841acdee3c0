/** What a setting's text may be. PURE: every rule is a zod schema from environment text, and the same in words. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { ANY_ADDRESS, parseRange } from '../../engine/net/index.js';
import {
  isWebhookSecret,
  isWebhookUrl,
  WEBHOOK_SECRET_ALLOWED,
  WEBHOOK_URL_ALLOWED,
} from '../webhooks/endpoint-rules.js';
import { parseApiTokens, type ApiToken } from './api-tokens.js';

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

/** Several of a few words, with commas between them; at least one. */
export function someOf<const T extends string>(values: readonly T[]): Rule<readonly T[]> {
  return {
    schema: z
      .string()
      .transform(listed)
      .pipe(z.array(z.enum(values)).min(1)),
    allowed: `one or more of ${values.join(', ')}, with commas between them`,
  };
}

/** Addresses and CIDR ranges with commas between them, or `any`. */
export function addressRanges(): Rule<readonly string[]> {
  return {
    schema: z
      .string()
      .transform(listed)
      .refine((ranges) => ranges.every((range) => range === ANY_ADDRESS || parseRange(range) !== undefined)),
    allowed: 'addresses and CIDR ranges such as 10.1.0.0/16 or fd00::/8 with commas between them, or the word any',
  };
}

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** A key shared with another program, in characters no configuration file needs quotes for. */
export function sharedSecret(): Rule<string> {
  return {
    schema: z.string().regex(/^[A-Za-z0-9+/=_.-]{16,256}$/),
    allowed: '16 to 256 letters, digits and + / = _ . - (openssl rand -hex 32 makes one)',
  };
}

/** Who may use the API, by the hashes of their tokens. */
export function apiTokens(): Rule<readonly ApiToken[]> {
  return {
    schema: z.string().transform((text, context) => parseApiTokens(text) ?? refuse(context)),
    allowed:
      'entries name:scope:hash with commas or line ends between them: each name once, scope read or control, hash as lockstep token new prints it (never the token itself)',
  };
}

/** Host names with commas between them. */
export function hostNames(): Rule<readonly string[]> {
  return {
    schema: z
      .string()
      .transform(listed)
      .pipe(z.array(z.string().regex(/^[a-z0-9._-]+$/i)).min(1)),
    allowed: 'host names without scheme or port, with commas between them',
  };
}

/** Addresses and CIDR ranges with commas between them. */
export function networks(): Rule<readonly string[]> {
  return {
    schema: z
      .string()
      .transform(listed)
      .refine((ranges) => ranges.length > 0 && ranges.every((range) => parseRange(range) !== undefined)),
    allowed: 'addresses and CIDR ranges such as 10.1.0.0/16 with commas between them',
  };
}

/** Where webhooks go, with commas between them. */
export function webhookUrls(): Rule<readonly string[]> {
  return {
    schema: z
      .string()
      .transform(listed)
      .pipe(z.array(z.string().refine(isWebhookUrl)).min(1).max(16)),
    allowed: `up to 16 with commas between them, each ${WEBHOOK_URL_ALLOWED}`,
  };
}

/** What webhooks are signed with: the secret, and while it is being replaced the one before it. */
export function webhookSecrets(): Rule<readonly string[]> {
  return {
    schema: z
      .string()
      .transform(listed)
      .pipe(z.array(z.string().refine(isWebhookSecret)).min(1).max(2)),
    allowed: `one, or two with a comma between them while receivers change over, each ${WEBHOOK_SECRET_ALLOWED}`,
  };
}

function refuse(context: z.RefinementCtx): never {
  context.addIssue('not so');
  return z.NEVER;
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
