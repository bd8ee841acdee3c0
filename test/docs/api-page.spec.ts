import type { OpenAPIObject } from '@nestjs/swagger';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { describeApi, renderApiPage } from '../../src/docs/index.js';

const document = await describeApi();

/** One operation that has everything an operation can have. */
const greeting: OpenAPIObject = {
  openapi: '3.1.0',
  info: { title: 'Greetings', version: '1' },
  paths: {
    '/greetings/{name}': {
      post: {
        tags: ['greetings'],
        summary: 'Greet somebody',
        parameters: [
          { name: 'name', in: 'path', required: true, schema: { type: 'string', maxLength: 8 }, example: 'Ada' },
        ],
        requestBody: {
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Words' }, example: { loud: true } } },
        },
        responses: {
          200: { description: 'Greeted', content: { 'text/plain': { schema: { type: 'string' }, example: 'HELLO' } } },
          404: { description: 'Nobody there' },
        },
        security: [],
        'x-problem-codes': ['stream-not-found'],
      } as OpenAPIObject['paths'][string]['post'],
    },
  },
  components: {
    schemas: {
      Words: {
        type: 'object',
        required: ['loud'],
        properties: {
          loud: { type: 'boolean', description: 'Whether in capitals | or not', default: false },
          tones: { type: 'array', items: { type: 'string', enum: ['high', 'low'] } },
        },
      },
    },
  },
};

describe('the generated page about the API', () => {
  it('docs/api.md says what the server says of itself', async () => {
    const onDisk = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
    expect(onDisk, 'run npm run build:server && npm run docs').toBe(renderApiPage(document));
  });

  it('names every operation and every body', () => {
    const page = renderApiPage(document);
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of Object.keys(item)) expect(page).toContain(`### ${method.toUpperCase()} ${path}\n`);
    }
    for (const name of Object.keys(document.components?.schemas ?? {})) expect(page).toContain(`### ${name}\n`);
  });

  it('is the same whatever the order of the modules', () => {
    const reversed = Object.fromEntries(Object.entries(document.paths).reverse());
    expect(renderApiPage({ ...document, paths: reversed })).toBe(renderApiPage(document));
  });

  it('tells access, parameters, body, answers, examples and problems of an operation', () => {
    const page = renderApiPage(greeting);
    expect(page.slice(page.indexOf('## Greetings'))).toBe(`## Greetings

### POST /greetings/{name}

Greet somebody.

No token is asked for.

| parameter | in | required | type | meaning | example |
| --- | --- | --- | --- | --- | --- |
| \`name\` | path | yes | string; at most 8 characters | – | \`Ada\` |

Body: [Words](#words) (\`application/json\`)

\`\`\`json
{
  "loud": true
}
\`\`\`

| answer | meaning | body |
| --- | --- | --- |
| 200 | Greeted | string (\`text/plain\`) |

\`\`\`text
HELLO
\`\`\`

Problems: \`stream-not-found\` (404).

## Bodies

### Words

| field | always | type | meaning | example |
| --- | --- | --- | --- | --- |
| \`loud\` | yes | boolean; by default \`false\` | Whether in capitals \\| or not | – |
| \`tones\` | no | list of one of \`high\`, \`low\` | – | – |
`);
  });
});
