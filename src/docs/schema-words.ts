/** JSON schemas in words, as the tables of docs/api.md have them. PURE. */
import type { OpenAPIObject } from '@nestjs/swagger';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
/** A schema, or a reference to one of the document's. */
export type SchemaOrReference = Schemas[string];
type Schema = Exclude<SchemaOrReference, { $ref: string }>;

const NAME = /^#\/components\/schemas\/(.+)$/;

export function isReference(schema: SchemaOrReference): schema is { $ref: string } {
  return '$ref' in schema;
}

/** The name of the schema that is referred to. */
export function referredName({ $ref }: { $ref: string }): string {
  return NAME.exec($ref)?.[1] ?? $ref;
}

/** What a value may be: `string`, `list of [Rung](#rung)`, `one of a, b`, `number or null`. */
export function typeWords(schema: SchemaOrReference | undefined): string {
  if (schema === undefined) return 'anything';
  if (isReference(schema)) return `[${referredName(schema)}](#${referredName(schema).toLowerCase()})`;
  const nullable = schema.nullable === true ? ['null'] : [];
  return unique([...alternatives(schema), ...nullable]).join(' or ');
}

/** Limits of a value, as a reader checks them: `1 to 64 characters; by default 5`. Empty when there are none. */
export function limitWords(schema: SchemaOrReference): string {
  if (isReference(schema)) return '';
  const limits = [
    between(schema.minimum, schema.maximum, ''),
    between(schema.minLength, schema.maxLength, ' characters'),
    between(schema.minItems, schema.maxItems, ' entries'),
    schema.pattern === undefined ? '' : `matches ${code(schema.pattern)}`,
    schema.default === undefined ? '' : `by default ${code(JSON.stringify(schema.default))}`,
  ];
  return limits.filter((limit) => limit !== '').join('; ');
}

/** Text that stands in a cell of a Markdown table: on one line, its bars escaped. */
export function cell(text: string | undefined): string {
  const oneLine = (text ?? '').replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
  return oneLine === '' ? '–' : oneLine;
}

/** Text in a code span; a text with a backtick in it is fenced by two. */
export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

function alternatives(schema: Schema): string[] {
  const several = schema.oneOf ?? schema.anyOf;
  if (several !== undefined) return several.map(typeWords);
  if (schema.allOf !== undefined) return [schema.allOf.map(typeWords).join(' and ')];
  if (schema.enum !== undefined) return [`one of ${schema.enum.map((value) => code(String(value))).join(', ')}`];
  // OpenAPI 3.1 has lists of types; the type of the library knows single ones only.
  const types = [schema.type ?? []].flat();
  return types.length === 0 ? ['anything'] : types.map((type) => typeWord(type, schema));
}

function typeWord(type: string, schema: Schema): string {
  if (type === 'array') return `list of ${typeWords(schema.items)}`;
  if (type !== 'object') return schema.format === undefined ? type : `${type} (${schema.format})`;
  const values = schema.additionalProperties;
  return typeof values === 'object' ? `map of ${typeWords(values)}` : 'object';
}

function between(least: number | undefined, most: number | undefined, unit: string): string {
  if (least === undefined && most === undefined) return '';
  if (least === undefined) return `at most ${most}${unit}`;
  if (most === undefined) return `at least ${least}${unit}`;
  return `${least} to ${most}${unit}`;
}

const unique = (words: readonly string[]): string[] => [...new Set(words)];
