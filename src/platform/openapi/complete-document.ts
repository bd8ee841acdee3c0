/**
 * Makes OpenAPI 3.1 of what the decorators give: schemas as JSON Schema, the problems of every operation, who may ask,
 * and an example of every body.
 */
import type { OpenAPIObject } from '@nestjs/swagger';
import { exampleOf } from './example.js';
import { asJsonSchema } from './json-schema.js';
import { PROBLEM_SCHEMA, problemResponses } from './problem-responses.js';
import { BEARER, OPEN_TO_ALL, problemsOfDoor } from './security.js';
import { operationsOf, type MediaTypes, type Operation, type Schemas } from './shape.js';

/** `isOpen` tells by its operationId which operation needs no token. The document given is changed, and given back. */
export function completeDocument(document: OpenAPIObject, isOpen: (operationId: string) => boolean): OpenAPIObject {
  const schemas = asJsonSchema({ ...document.components?.schemas, ...PROBLEM_SCHEMA }) as Schemas;
  document.components = { ...document.components, schemas };
  document.security = [BEARER];
  for (const { operation, method } of operationsOf(document)) {
    Object.assign(operation, asJsonSchema(operation));
    const open = operation.security?.length === 0 || isOpen(operation.operationId ?? '');
    if (open) operation.security = OPEN_TO_ALL;
    const responses = problemResponses(operation, problemsOfDoor(operation, method, open));
    operation.responses = { ...operation.responses, ...responses };
    for (const content of bodiesOf(operation)) addExample(content, schemas);
  }
  return document;
}

function bodiesOf({ requestBody, responses }: Operation): MediaTypes[] {
  return [requestBody, ...Object.values(responses)].flatMap((body) => (body?.content ? [body.content] : []));
}

function addExample(content: MediaTypes, schemas: Schemas): void {
  for (const [type, media] of Object.entries(content)) {
    if (type !== 'application/json' || media.example !== undefined || media.examples || !media.schema) continue;
    media.example = exampleOf(media.schema, schemas);
  }
}
