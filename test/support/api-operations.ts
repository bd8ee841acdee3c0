/** The operations of an OpenAPI document, as tests look at them. */
import type { OpenAPIObject } from '@nestjs/swagger';

interface MediaType {
  readonly schema?: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema?: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, MediaType>> }>>;
  readonly security?: readonly object[];
}

export interface ApiOperation {
  /** `GET /streams/{id}` */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  /** Of the request and of every answer. */
  readonly bodies: readonly { readonly where: string; readonly type: string; readonly media: MediaType }[];
  /** Codes of the problems it can answer with. */
  readonly problems: readonly string[];
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

export function apiOperations({ paths }: OpenAPIObject): ApiOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method] as Operation | undefined;
      if (!operation) return [];
      const name = `${method.toUpperCase()} ${path}`;
      return [{ name, method, path, operation, bodies: bodiesOf(operation), problems: problemsOf(operation) }];
    }),
  );
}

function bodiesOf({ requestBody, responses }: Operation): ApiOperation['bodies'] {
  const all = [['request', requestBody] as const, ...Object.entries(responses)];
  return all.flatMap(([where, body]) =>
    Object.entries(body?.content ?? {}).map(([type, media]) => ({ where, type, media })),
  );
}

function problemsOf({ responses }: Operation): string[] {
  return Object.values(responses).flatMap(({ content }) =>
    Object.keys(content?.['application/problem+json']?.examples ?? {}),
  );
}
