/** What ffmpeg said, as it may be shown: no keys, tokens, paths or passwords of a source. PURE. */
import type { SerializedProblem } from '../../engine/problem.js';
import { publicSource } from './source-policy.js';

/** A URL in a text, or `file:/path`; what closes the sentence around it is not part of it. */
const URL_IN_TEXT = /\b[a-z][a-z0-9+.-]*:\/{1,3}[^\s'"<>]*[^\s'"<>:;,.!?)\]]/gi;
/** `[h264 @ 0x55d0c0] [error]`: the address says nothing to anybody. */
const ADDRESS = / @ 0x[0-9a-f]+(?=\])/gi;
const LEVEL = /\[(?:error|warning|fatal|panic|info)\] /g;
/** An RTMP listener names the key that came and the one it waits for. */
const STREAM_KEYS = /(unexpected stream )\S+(, expecting )\S+/gi;
/** Shorter pieces are words like `live`, not keys. */
const SHORTEST_SECRET = 4;

/** Cleans lines of the children that read `urls`. */
export function publicWords(urls: readonly string[]): (line: string) => string {
  const secrets = [...new Set(urls.flatMap(secretsOf))].sort((a, b) => b.length - a.length);
  return (line) => {
    const shown = line
      .replace(ADDRESS, '')
      .replace(LEVEL, '')
      .replace(URL_IN_TEXT, publicSource)
      .replace(STREAM_KEYS, '$1…$2…');
    return secrets.reduce((text, secret) => text.replaceAll(secret, '…'), shown).trim();
  };
}

/** User, password, the last piece of the path (a stream key, often) and every value of the query. */
function secretsOf(url: string): string[] {
  if (url.startsWith('test:') || !URL.canParse(url)) return [];
  const { username, password, pathname, search, hash } = new URL(url);
  const values = search
    .slice(1)
    .split('&')
    .map((parameter) => parameter.slice(parameter.indexOf('=') + 1));
  const raw = [username, password, pathname.split('/').at(-1) ?? '', hash.slice(1), ...values];
  return raw.flatMap((piece) => [piece, decoded(piece)]).filter((piece) => piece.length >= SHORTEST_SECRET);
}

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}

/** A problem as it may be shown and logged: every text of it cleaned. */
export function publicProblem(problem: SerializedProblem, words: (line: string) => string): SerializedProblem {
  const cleaned = Object.entries(problem.facts).map(([name, value]) => {
    if (typeof value === 'string') return [name, words(value)];
    return [name, Array.isArray(value) ? value.map((line) => words(String(line))) : value];
  });
  return {
    ...problem,
    facts: Object.fromEntries(cleaned) as SerializedProblem['facts'],
    detail: words(problem.detail),
  };
}
