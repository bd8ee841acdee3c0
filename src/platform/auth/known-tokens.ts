/** Finds whose token was shown. */
import { timingSafeEqual } from 'node:crypto';
import type { ApiToken } from '../settings/index.js';
import { hashToken, isToken } from './token.js';

export class KnownTokens {
  private readonly hashes: readonly (readonly [ApiToken, Buffer])[];

  constructor(tokens: readonly ApiToken[]) {
    this.hashes = tokens.map((token) => [token, Buffer.from(token.hash)]);
  }

  get size(): number {
    return this.hashes.length;
  }

  /** Compares with every one of them, to the last byte: how long it takes says nothing of how near a guess was. */
  find(shown: string): ApiToken | undefined {
    if (!isToken(shown)) return undefined;
    const hash = Buffer.from(hashToken(shown));
    let found: ApiToken | undefined;
    for (const [token, known] of this.hashes) {
      if (timingSafeEqual(known, hash)) found = token;
    }
    return found;
  }
}
