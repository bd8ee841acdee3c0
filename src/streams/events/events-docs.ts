/** The page on events, its tables made from the one table of events. PURE. */
import { z } from 'zod';
import { EVENT_TABLE, STREAM_EVENT_TYPES, type StreamEventType } from './event-table.js';
import { REMEMBERED_IN_ALL, REMEMBERED_OF_A_STREAM } from './recent-events.js';

/** docs/events.md. */
export function renderEventsPage(): string {
  return [INTRODUCTION, TYPES, ...STREAM_EVENT_TYPES.map(renderType), ''].join('\n');
}

const INTRODUCTION = `# Events

<!-- Generated from src/streams/events by npm run docs. -->

Lockstep tells what happens to streams as it happens: to whoever follows an event stream, and to [webhooks](webhooks.md).
An event is JSON of this form:

\`\`\`json
{
  "id": "evt_019be2a0b3c40000a1b2c3d4",
  "type": "stream.source_lost",
  "timestamp": "2026-01-21T09:30:00.000Z",
  "data": {
    "stream_id": "demo",
    "source_index": 0,
    "source_url": "rtmp://media.example.com/…",
    "problem": { "code": "source-unreachable", "detail": "The source cannot be reached: no data for 10 s." }
  }
}
\`\`\`

Ids are unique across restarts, and of two events the later one has the greater id. No event holds keys, passwords or
paths of a source. New types and new members of \`data\` may come; ignore what you do not know.

## Asking

\`\`\`sh
curl http://127.0.0.1:8083/streams/events                          # JSON: { "events": [ … ] }, oldest first
curl http://127.0.0.1:8083/streams/demo/events?types=stream.failed # of one stream, of some types
curl -N -H 'accept: text/event-stream' http://127.0.0.1:8083/streams/events
\`\`\`

With \`Accept: text/event-stream\` the answer does not end: it is a stream of
[server-sent events](https://html.spec.whatwg.org/multipage/server-sent-events.html) with the fields \`id\`, \`event\` (the
type) and \`data\` (the whole event).

- It begins with what happens from now on. With the header \`Last-Event-ID\`, which browsers send by themselves when they
  come back, it begins behind that event.
- The last ${REMEMBERED_IN_ALL} events are remembered, and of each stream the last ${REMEMBERED_OF_A_STREAM}, in memory: a restart of the server forgets
  them. Those of a stream that is over go with its files, after \`ENDED_RETENTION\`.
- A comment every 15 seconds shows that the connection lives.
- A client that does not read is cut off once 2 MiB wait for it. It comes back with \`Last-Event-ID\` and misses nothing
  that is still remembered.
- \`EVENT_STREAMS\` bounds how many clients follow at once.

What must not be missed, whether somebody listens or not, is better sent by webhook: that is written to disk first.
`;

const TYPES = `## Types
`;

function renderType(type: StreamEventType): string {
  const { says, data } = EVENT_TABLE[type];
  const rows = Object.entries<z.ZodType>(data.shape).map(
    ([name, schema]) => `| \`${name}\` | ${typeWords(schema)} | ${schema.description ?? ''} |`,
  );
  return [`### \`${type}\``, '', says, '', '| in `data` | type | meaning |', '|---|---|---|', ...rows, ''].join('\n');
}

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly anyOf?: readonly JsonSchema[];
}

function typeWords(schema: z.ZodType): string {
  return wordsOf(z.toJSONSchema(schema) as JsonSchema);
}

function wordsOf({ type, enum: values, items, properties, anyOf }: JsonSchema): string {
  if (anyOf) return anyOf.map(wordsOf).join(' or ');
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  if (items) return `list of ${wordsOf(items)}s`;
  if (properties) return `{ ${Object.keys(properties).join(', ')} }`;
  return type ?? '';
}
