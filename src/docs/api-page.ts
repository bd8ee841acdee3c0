/** Prints the OpenAPI document as `docs/api.md`. PURE: the same document gives the same page. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { ALL_FACES, PROBLEM_CODES_MEMBER } from '../platform/problems/index.js';
import { exampleWords, renderExample, type Content } from './examples.js';
import {
  cell,
  code,
  isReference,
  limitWords,
  referredName,
  typeWords,
  type SchemaOrReference,
} from './schema-words.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

interface Described {
  readonly description?: string;
  readonly example?: unknown;
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** In the order in which a reader meets them. */
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const HEAD = `# API

Every address the server answers, on port 8083 (\`API_PORT\`). The same description is served by a running server:
\`/docs\` to try it out, \`/openapi.json\` for programs. What goes wrong is a problem document (RFC 9457); each code is
explained in [problems.md](problems.md).

Where tokens are in use, GET and HEAD need one of the scope \`read\` and all else one of the scope \`control\`, unless it says
otherwise here ([security.md](security.md)).

This page is generated from the OpenAPI document by \`npm run docs\`.
`;

/** The whole page: a table of contents, every operation by its tag, and every body by its name. */
export function renderApiPage(document: OpenAPIObject): string {
  const groups = [...byTag(routesOf(document))].sort(([a], [b]) => a.localeCompare(b, 'en'));
  const contents = groups.flatMap(([, routes]) => routes.map((route) => contentsRow(route)));
  return [
    HEAD,
    ['| | |', '| --- | --- |', ...contents].join('\n'),
    ...groups.map(([tag, routes]) => `\n## ${sentenceCase(tag)}\n\n${routes.map(renderRoute).join('\n\n')}`),
    `\n## Bodies\n\n${renderBodies(document)}\n`,
  ].join('\n');
}

function routesOf(document: OpenAPIObject): Route[] {
  const paths = Object.keys(document.paths).sort((a, b) => a.localeCompare(b, 'en'));
  return paths.flatMap((path) =>
    METHODS.flatMap((method) => {
      const operation = document.paths[path]![method];
      return operation === undefined ? [] : [{ method: method.toUpperCase(), path, operation }];
    }),
  );
}

function byTag(routes: readonly Route[]): Map<string, Route[]> {
  const groups = new Map<string, Route[]>();
  for (const route of routes) {
    const tag = route.operation.tags?.[0] ?? 'server';
    groups.set(tag, [...(groups.get(tag) ?? []), route]);
  }
  return groups;
}

const titleOf = ({ method, path }: Route): string => `${method} ${path}`;

function contentsRow(route: Route): string {
  return `| [\`${titleOf(route)}\`](#${slug(titleOf(route))}) | ${cell(route.operation.summary)} |`;
}

function renderRoute(route: Route): string {
  const { operation } = route;
  const description = operation.description === operation.summary ? undefined : operation.description;
  const sections = [
    `### ${titleOf(route)}`,
    sentence(operation.summary),
    isOpen(operation) ? 'No token is asked for.' : undefined,
    description,
    renderParameters(operation),
    renderRequest(operation),
    renderAnswers(operation),
    renderProblems(operation),
  ];
  return sections.filter((section) => section !== undefined && section !== '').join('\n\n');
}

/** Open to all: said by an empty list, where the document as a whole asks for a token. */
const isOpen = ({ security }: Operation): boolean => security?.length === 0;

function renderParameters({ parameters = [] }: Operation): string | undefined {
  const rows = parameters.flatMap((parameter) => {
    if ('$ref' in parameter) return [];
    const { name, in: place, required = false, description, schema } = parameter;
    const example: unknown = parameter.example;
    const words = [typeWords(schema), schema ? limitWords(schema) : ''].filter((text) => text !== '').join('; ');
    return [
      `| ${code(name)} | ${place} | ${required ? 'yes' : 'no'} | ${cell(words)} | ${cell(description)} | ${cell(exampleWords(example))} |`,
    ];
  });
  if (rows.length === 0) return undefined;
  return [
    '| parameter | in | required | type | meaning | example |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function renderRequest({ requestBody }: Operation): string | undefined {
  if (requestBody === undefined || '$ref' in requestBody) return undefined;
  const [kind, content] = Object.entries(requestBody.content as Content)[0] ?? [];
  if (kind === undefined) return undefined;
  return [`Body: ${typeWords(content?.schema)} (\`${kind}\`)`, renderExample(content)].join('\n\n').trim();
}

function renderAnswers({ responses }: Operation): string | undefined {
  const answers = Object.entries(responses).flatMap(([status, response]) =>
    response === undefined || '$ref' in response || isProblem(status)
      ? []
      : [{ status, description: response.description, content: response.content ?? {} }],
  );
  if (answers.length === 0) return undefined;
  const rows = answers.map(({ status, description, content }) => {
    const [kind, body] = Object.entries(content)[0] ?? [];
    const words = kind === undefined ? '–' : `${typeWords(body?.schema)} (\`${kind}\`)`;
    return `| ${status} | ${cell(description)} | ${cell(words)} |`;
  });
  const examples = answers.map(({ content }) => renderExample(Object.values(content)[0]));
  const table = ['| answer | meaning | body |', '| --- | --- | --- |', ...rows].join('\n');
  return [table, ...examples.filter((example) => example !== '').slice(0, 1)].join('\n\n');
}

const isProblem = (status: string): boolean => /^[45]/.test(status);

/** The codes a route can answer with, each with its status. */
function renderProblems(operation: Operation): string | undefined {
  const codes = (operation as unknown as Record<string, unknown>)[PROBLEM_CODES_MEMBER];
  if (!Array.isArray(codes) || codes.length === 0) return undefined;
  const faces: Readonly<Record<string, { readonly status: number }>> = ALL_FACES;
  const words = codes.map((problem) => `${code(String(problem))} (${faces[String(problem)]?.status ?? '?'})`);
  return `Problems: ${words.join(', ')}.`;
}

function renderBodies(document: OpenAPIObject): string {
  const schemas = Object.entries(document.components?.schemas ?? {}).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return schemas.map(([name, schema]) => renderBody(name, schema)).join('\n\n');
}

function renderBody(name: string, schema: SchemaOrReference): string {
  if (isReference(schema)) return `### ${name}\n\nThe same as ${code(referredName(schema))}.`;
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([field, value]) => {
    const described: Described = isReference(value) ? {} : value;
    const words = [typeWords(value), limitWords(value)].filter((text) => text !== '').join('; ');
    return `| ${code(field)} | ${required.has(field) ? 'yes' : 'no'} | ${cell(words)} | ${cell(described.description)} | ${cell(exampleWords(described.example))} |`;
  });
  const table = ['| field | always | type | meaning | example |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
  const text = [`### ${name}`, schema.description, rows.length === 0 ? typeWords(schema) : table];
  return text.filter((part) => part !== undefined && part !== '').join('\n\n');
}

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string | undefined): string | undefined =>
  text === undefined || text === '' || /[.!?:]$/.test(text) ? text : `${text}.`;

/** The anchor GitHub gives a heading of these letters. */
const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
