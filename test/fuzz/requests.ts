/** Requests an attacker would make of an operation, from its own description. */
import type { OpenAPIObject } from '@nestjs/swagger';
import fc from 'fast-check';
import type { ApiOperation } from '../support/api-operations.js';
import { hostileJson, hostileSource, onTheWire } from './hostile.js';
import type { WireRequest } from './wire.js';

/** Sources anybody may have. */
const ALLOWED = [
  'test:',
  'rtmp://93.184.216.34/live/key',
  'srt://later.example:9000?streamid=a',
  'http://93.184.216.34/a.m3u8',
];

type Fields = readonly (readonly [name: string, values: fc.Arbitrary<unknown>])[];

export function requestFor(operation: ApiOperation, document: OpenAPIObject): fc.Arbitrary<WireRequest> {
  const { method, path } = operation;
  const inQuery = (operation.operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const names = fc.constantFrom(...inQuery.map(({ name }) => name), 'x', '__proto__[a]');
  return fc
    .record({
      segments: fc.array(fc.oneof(fc.constantFrom('demo', 'film'), onTheWire), { minLength: 5, maxLength: 5 }),
      query: fc.oneof(fc.constant({}), fc.dictionary(names, onTheWire, { maxKeys: 3 })),
      headers: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: HEADERS }),
      ...{ type: TYPE, body: bodyOf(operation, document) },
    })
    .map(({ segments, query, headers, body, type }) => {
      const filled = segments.reduce((rest, segment) => rest.replace(/\{[^}]*\}/, () => segment), path);
      const search = Object.entries(query).map(([name, value]) => `${name}=${value}`);
      const hasBody = method !== 'get';
      return {
        method: method.toUpperCase(),
        // A blank would end the address: what comes behind it is another fault, and not ours to find.
        path: (search.length > 0 ? `${filled}?${search.join('&')}` : filled).replace(/\s/g, '%00'),
        headers: { ...headers, ...(hasBody && { 'content-type': type }) },
        body: hasBody ? body : '',
      };
    });
}

const TYPE = fc.oneof(
  { weight: 12, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('text/plain', 'multipart/form-data', 'application/json; charset=x', '__proto__'),
  },
);

const HEADERS = fc.dictionary(
  fc.constantFrom(
    ...['range', 'if-none-match', 'last-event-id', 'x-accel-capable', 'x-forwarded-for', 'authorization', 'cookie'],
    ...['origin', 'expect', 'x-request-id', 'content-encoding', 'accept'],
  ),
  fc
    .oneof(onTheWire, fc.constantFrom('bytes=0-0', 'bytes=9-1,2-', '1', 'Bearer x', 'gzip', '127.0.0.1'))
    .map((text) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 500)),
  { maxKeys: 3 },
);

/** A body with the fields the description names, each as in its example or as an attacker would have it. */
function bodyOf({ operation }: ApiOperation, document: OpenAPIObject): fc.Arbitrary<string> {
  const schema = operation.requestBody?.content['application/json']?.schema as { $ref?: string } | undefined;
  const name = schema?.$ref?.split('/').at(-1) ?? '';
  const { properties = {} } = (document.components?.schemas?.[name] ?? {}) as {
    properties?: Record<string, { example?: unknown }>;
  };
  const fields = Object.entries(properties).map(([field, { example }]) => [field, valuesOf(field, example)] as const);
  const anything = fc.record(Object.fromEntries(fields), { requiredKeys: [] });
  return fc.oneof(
    { weight: 10, arbitrary: nearlyRight(fields).map((body) => JSON.stringify(body)) },
    { weight: 4, arbitrary: anything.map((body) => JSON.stringify(body)) },
    // JSON.stringify leaves __proto__ out; on the wire it is a field like any other.
    { weight: 1, arbitrary: anything.map((body) => `{"__proto__":{"polluted":1},${JSON.stringify(body).slice(1)}`) },
    { weight: 1, arbitrary: fc.constantFrom(...SPOILT) },
  );
}

const SPOILT = [
  '{',
  '[]',
  'null',
  '"x"',
  '{"__proto__":{"polluted":true}}',
  '\u0000',
  '['.repeat(9_000),
  '{"a":'.repeat(9_000),
];

function valuesOf(field: string, example: unknown): fc.Arbitrary<unknown> {
  const isSource = field.startsWith('source_url') || field === 'slate_image';
  const attack = isSource ? hostileSource : hostileJson;
  return fc.oneof(fc.constant(example), field.endsWith('s') ? fc.array(attack, { maxLength: 9 }) : attack, hostileJson);
}

/** All well but for one field, or the source: what gets furthest. */
function nearlyRight(fields: Fields): fc.Arbitrary<object> {
  if (!fields.some(([name]) => name === 'source_url')) return one(fields);
  const others = fields.filter(([name]) => !name.startsWith('source_url'));
  const isStart = fields.some(([name]) => name === 'stream_id');
  const base = fc.record({
    ...(isStart && { stream_id: fc.constantFrom('a', 'b', 'Z9_-') }),
    source_url: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom(...ALLOWED) },
      { weight: 3, arbitrary: hostileSource },
    ),
  });
  return fc
    .tuple(base, fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: one(others) }))
    .map(([right, odd]) => ({ ...right, ...odd }));
}

const one = (fields: Fields): fc.Arbitrary<object> =>
  fields.length === 0
    ? fc.constant({})
    : fc.oneof(...fields.map(([name, values]) => values.map((value) => ({ [name]: value }))));
