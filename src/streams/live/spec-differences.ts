/** In which fields of a request two specs of one stream differ: names only, for some values are secret. PURE. */
import { isDeepStrictEqual } from 'node:util';
import type { StreamSpec } from './stream-spec.js';

/** What a stream has of its own, whatever was asked for. */
const NOT_ASKED_FOR: ReadonlySet<string> = new Set(['streamId', 'createdAtMs', 'houseRate', 'houseLadder']);

/** Where the request has another word than snake case of ours. */
const REQUEST_FIELDS: Readonly<Record<string, string>> = {
  backupUrls: 'source_urls',
  rungs: 'qualities',
  staleAfterSeconds: 'stale_after',
};

/** Empty where both ask for the same, with the defaults filled in. */
export function specDifferences(one: StreamSpec, other: StreamSpec): string[] {
  const [a, b] = [asKept(one), asKept(other)];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => !NOT_ASKED_FOR.has(name));
  return names
    .filter((name) => !isDeepStrictEqual(a[name], b[name]))
    .map((name) => REQUEST_FIELDS[name] ?? snake(name));
}

/** As it comes back from the database: what is undefined is not there. */
const asKept = (spec: StreamSpec): Record<string, unknown> => {
  const kept = JSON.parse(JSON.stringify(spec)) as Record<string, unknown>;
  return { segmentFormat: 'fmp4', ...kept };
};

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
