/** The text of API_TOKENS: who may ask, and for what. PURE. */

/** What a token allows, the lesser first: looking, and changing. */
export const SCOPES = ['read', 'control'] as const;
export type Scope = (typeof SCOPES)[number];

export interface ApiToken {
  /** Who it was given to: named in logs, never a secret. */
  readonly name: string;
  readonly scope: Scope;
  /** `sha256-…`, 43 characters of base64url: 256 bits. */
  readonly hash: string;
}

const ENTRY = /^([A-Za-z0-9][\w.@-]{0,63}):(read|control):(sha256-[A-Za-z0-9_-]{43})$/;

/** Entries `name:scope:hash` with commas or white space between them; `undefined` when one is not so, or a name comes twice. */
export function parseApiTokens(text: string): readonly ApiToken[] | undefined {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const tokens = entries.map((entry) => ENTRY.exec(entry)).map((found) => found && asToken(found));
  if (tokens.length === 0 || tokens.some((token) => token === null)) return undefined;
  const found = tokens.filter((token) => token !== null);
  return new Set(found.map(({ name }) => name)).size === found.length ? found : undefined;
}

function asToken([, name, scope, hash]: RegExpExecArray): ApiToken {
  return { name: name!, scope: scope as Scope, hash: hash! };
}
