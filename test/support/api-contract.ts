/** Holds answers of the API against its own description. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Response } from 'supertest';
import { expect } from 'vitest';
import { apiOperations, type ApiOperation } from './api-operations.js';

export interface ApiContract {
  readonly operations: readonly ApiOperation[];
  /** Fails where the operation has no such answer in the description, or one of another shape. */
  check(name: string, response: Response): void;
}

export function apiContract(document: OpenAPIObject): ApiContract {
  const operations = apiOperations(document);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'document', components: document.components });
  const compile = (schema: object): ValidateFunction =>
    ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object);
  return {
    operations,
    check(name, { status, headers, body }) {
      const told = operations.find((operation) => operation.name === name)?.operation.responses[status];
      expect(told, `${name} answered ${status}, which its description does not tell`).toBeDefined();
      const type = String(headers['content-type'] ?? '').split(';')[0]!;
      const media = told!.content?.[type];
      if (told!.content) expect(media, `${name} answered ${type}, which its description does not tell`).toBeDefined();
      if (!/[+/]json$/.test(type) || !media?.schema) return;
      const valid = compile(media.schema);
      expect(valid(body) ? [] : valid.errors, `${name}: ${JSON.stringify(body)}`).toEqual([]);
      if (type === 'application/problem+json') {
        expect(Object.keys(media.examples ?? {}), `${name}: problems of status ${status}`).toContain(body.code);
      }
    },
  };
}
