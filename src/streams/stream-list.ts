/** A page of the list of streams, oldest first: an order that a stream keeps for life. PURE. */
import { FieldProblem } from '../platform/problems/index.js';
import type { ListQueryDto } from './requests/index.js';
import type { LiveStream } from './live/index.js';

/** What a list looks at. */
export interface Listed {
  readonly id: string;
  readonly state: LiveStream['state'];
  readonly spec: Pick<LiveStream['spec'], 'title' | 'labels' | 'createdAtMs'>;
}

export interface Page<Stream> {
  readonly streams: readonly Stream[];
  /** How many there are on all pages. */
  readonly total: number;
  /** The query of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/** Throws `request-invalid` for a cursor that is none. */
export function pageOf<Stream extends Listed>(all: readonly Stream[], query: ListQueryDto): Page<Stream> {
  const matching = all.filter((stream) => matches(stream, query)).sort(byAge);
  const after = query.cursor === undefined ? undefined : placeOf(query.cursor);
  const rest = after ? matching.filter((stream) => isAfter(stream, after)) : matching;
  const streams = rest.slice(0, query.limit);
  const isLast = streams.length === rest.length;
  return { streams, total: matching.length, next: isLast ? undefined : nextQuery(query, streams.at(-1)!) };
}

function matches({ id, state, spec }: Listed, query: ListQueryDto): boolean {
  if (query.state && !query.state.includes(state)) return false;
  const sought = query.q?.toLowerCase();
  if (sought !== undefined && !`${id}\n${spec.title ?? ''}`.toLowerCase().includes(sought)) return false;
  return (query.label ?? []).every((label) => {
    const [name, value] = splitAt(label, label.indexOf(':'));
    return Object.hasOwn(spec.labels ?? {}, name) && spec.labels![name] === value;
  });
}

const splitAt = (text: string, at: number): readonly [string, string] => [text.slice(0, at), text.slice(at + 1)];

interface Place {
  readonly createdAtMs: number;
  readonly id: string;
}

const byAge = (a: Listed, b: Listed): number =>
  a.spec.createdAtMs - b.spec.createdAtMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const isAfter = ({ id, spec }: Listed, place: Place): boolean =>
  spec.createdAtMs > place.createdAtMs || (spec.createdAtMs === place.createdAtMs && id > place.id);

const cursorAt = ({ id, spec }: Listed): string =>
  Buffer.from(JSON.stringify([spec.createdAtMs, id])).toString('base64url');

function placeOf(cursor: string): Place {
  try {
    const [createdAtMs, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof createdAtMs === 'number' && typeof id === 'string') return { createdAtMs, id };
  } catch {
    // Told below.
  }
  throw new FieldProblem([{ field: 'cursor', message: 'cursor must be one from the Link header of the page before' }]);
}

function nextQuery({ state = [], q, label = [], limit }: ListQueryDto, last: Listed): string {
  const query = new URLSearchParams();
  for (const value of state) query.append('state', value);
  if (q !== undefined) query.append('q', q);
  for (const value of label) query.append('label', value);
  query.append('limit', String(limit));
  query.append('cursor', cursorAt(last));
  return query.toString();
}
