/** Makes the secret a client shows, and the hash by which the server knows it. Without Nest: the command line uses it. */
import { createHash, randomBytes } from 'node:crypto';

/** Tells a secret scanner, and whoever finds one in a log, what it is. */
const PREFIX = 'lockstep_';
const RANDOM_BYTES = 32;
/** The characters of a bearer token (RFC 6750 2.1). Fewer than 32 of them could be guessed or looked up by their hash. */
const TOKEN = /^[A-Za-z0-9._~+/-]{32,512}=*$/;

/** 256 random bits as text: what a client sends behind `Authorization: Bearer`. Shown once, kept nowhere. */
export function newToken(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString('base64url');
}

/**
 * `sha256-…`, as API_TOKENS holds it. A fast hash is right here: nobody can try 2^256 tokens, however fast, while a slow
 * one, as for passwords, would let whoever sends wrong tokens keep the processor busy.
 */
export function hashToken(token: string): string {
  return `sha256-${createHash('sha256').update(token).digest('base64url')}`;
}

/** Long enough, and made of what a token may be made of. Anything else is refused without a look at the list. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
