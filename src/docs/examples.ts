/** Examples, as docs/api.md shows them. PURE. */
import { code, type SchemaOrReference } from './schema-words.js';

/** Bodies by their media type. */
export type Content = Readonly<
  Record<string, { schema?: SchemaOrReference; example?: unknown; examples?: Readonly<Record<string, unknown>> }>
>;

/** An example in the cell of a table. */
export function exampleWords(example: unknown): string | undefined {
  if (example === undefined) return undefined;
  return code(typeof example === 'string' ? example : JSON.stringify(example));
}

/** The example of a body as a fenced block; empty when there is none. */
export function renderExample(content: Content[string] | undefined): string {
  const example = content?.example ?? firstExample(content?.examples);
  if (example === undefined) return '';
  if (typeof example === 'string') return fence('text', example.trimEnd());
  return fence('json', JSON.stringify(example, undefined, 2));
}

function firstExample(examples: Readonly<Record<string, unknown>> | undefined): unknown {
  const first = Object.values(examples ?? {})[0];
  return typeof first === 'object' && first !== null && 'value' in first ? first.value : undefined;
}

const fence = (kind: string, text: string): string => `\`\`\`${kind}\n${text}\n\`\`\``;
