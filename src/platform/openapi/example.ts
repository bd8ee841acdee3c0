/** A whole example of a body, from the examples of its fields. PURE. */
import type { Schema, Schemas } from './shape.js';

const REFERENCE = '#/components/schemas/';

/** Stands where a text has no example of its own. */
export const PLACEHOLDER = '…';

/** Optional fields are in it where they have an example. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  const shown = given(schema);
  if (shown !== undefined) return shown;
  if (schema.$ref !== undefined) return exampleOf(schemas[schema.$ref.slice(REFERENCE.length)] ?? {}, schemas);
  const [choice] = schema.oneOf ?? schema.anyOf ?? schema.allOf ?? [];
  if (choice) return exampleOf(choice, schemas);
  const types = [schema.type ?? 'object'].flat();
  if (types.includes('null')) return null;
  return BY_TYPE[types[0]!]?.(schema, schemas) ?? {};
}

function given({ examples, const: fixed, default: preset, enum: values }: Schema): unknown {
  return examples?.[0] ?? fixed ?? preset ?? values?.[0];
}

const BY_TYPE: Readonly<Record<string, (schema: Schema, schemas: Schemas) => unknown>> = {
  string: () => PLACEHOLDER,
  boolean: () => true,
  integer: ({ minimum = 0 }) => minimum,
  number: ({ minimum = 0 }) => minimum,
  array: ({ items }, schemas) => (items ? [exampleOf(items, schemas)] : []),
  object: ({ properties = {} }, schemas) =>
    Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, exampleOf(field, schemas)])),
};
