/** From the schemas of OpenAPI 3.0, which the decorators give, to those of 3.1: JSON Schema. PURE. */

type Json = Readonly<Record<string, unknown>>;

/** Everything in it that is `nullable` may be null by type, and its `example` is one of `examples`. */
export function asJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonSchema);
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    keepsAsIs(name) ? member : asJsonSchema(member),
  ]);
  const converted = Object.fromEntries(members) as Json;
  return isSchema(converted) ? withExamples(withNull(converted)) : converted;
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
/** What holds values, not schemas. */
const keepsAsIs = (name: string): boolean => ['example', 'examples', 'default', 'enum', 'const'].includes(name);

/** Parameters and media types have an `example` too, which stays; they have no such members. */
const isSchema = ({ schema, content, ...rest }: Json): boolean =>
  schema === undefined &&
  content === undefined &&
  ['type', '$ref', 'oneOf', 'anyOf', 'allOf', 'nullable', 'enum'].some((name) => name in rest);

function withNull({ nullable, ...schema }: Json): Json {
  if (nullable !== true) return schema;
  const values = Array.isArray(schema.enum) ? { enum: [...(schema.enum as unknown[]), null] } : {};
  if (typeof schema.type === 'string') return { ...schema, ...values, type: [schema.type, 'null'] };
  const { description, example, default: preset, ...shape } = schema;
  const about = Object.fromEntries(
    Object.entries({ description, example, default: preset }).filter(([, value]) => value !== undefined),
  );
  return {
    ...about,
    anyOf: [...(Array.isArray(shape.allOf) ? (shape.allOf as unknown[]) : [shape]), { type: 'null' }],
  };
}

function withExamples({ example, ...schema }: Json): Json {
  return example === undefined ? schema : { ...schema, examples: [example] };
}
