/** As much of an OpenAPI document as is looked at here. */
import type { OpenAPIObject } from '@nestjs/swagger';

/** A JSON Schema (draft 2020-12), as OpenAPI 3.1 has it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  examples?: unknown[];
  minimum?: number;
  properties?: Schemas;
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

export type Schemas = Record<string, Schema>;

export interface MediaType {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, unknown>;
}

export type MediaTypes = Record<string, MediaType>;

interface Body {
  description?: string;
  content?: MediaTypes;
}

export interface Operation {
  operationId?: string;
  requestBody?: Body;
  responses: Record<string, Body>;
  security?: Record<string, string[]>[];
}

export const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

export interface OperationAt {
  readonly path: string;
  readonly method: (typeof METHODS)[number];
  readonly operation: Operation;
}

export function operationsOf({ paths }: OpenAPIObject): OperationAt[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method] as Operation | undefined;
      return operation ? [{ path, method, operation }] : [];
    }),
  );
}
