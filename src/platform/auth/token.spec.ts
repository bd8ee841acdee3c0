import { describe, expect, it } from 'vitest';
import { KnownTokens } from './known-tokens.js';
import { hashToken, isToken, newToken } from './token.js';

const entry = (name: string, token: string) => ({ name, scope: 'read' as const, hash: hashToken(token) });

describe('a token', () => {
  it('is 256 random bits that say what they are', () => {
    const tokens = Array.from({ length: 100 }, newToken);
    expect(new Set(tokens).size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^lockstep_[A-Za-z0-9_-]{43}$/);
    expect(tokens.every(isToken)).toBe(true);
  });

  it('is known by its SHA-256, as any other program would write it', () => {
    // printf %s abc | openssl dgst -sha256 -binary | basenc --base64url
    expect(hashToken('abc')).toBe('sha256-ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
  });

  it.each(['', 'secret', 'a'.repeat(31), 'a'.repeat(513), `${'a'.repeat(40)} b`, 'ü'.repeat(40)])(
    'is not %j: too short to be safe, too long, or not what a header holds',
    (text) => {
      expect(isToken(text)).toBe(false);
      expect(new KnownTokens([entry('short', text)]).find(text)).toBeUndefined();
    },
  );

  it('is found among several, and one that differs in its last character is not', () => {
    const [first, second] = [newToken(), newToken()];
    const known = new KnownTokens([entry('first', first), entry('second', second)]);
    expect(known.find(first)?.name).toBe('first');
    expect(known.find(second)?.name).toBe('second');
    expect(known.find(second.slice(0, -1) + (second.endsWith('A') ? 'B' : 'A'))).toBeUndefined();
    expect(known.find(hashToken(first))).toBeUndefined();
  });
});
