/** The pipe that checks every request body and query against its DTO. */
import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { redactUrl } from '../logging/redact.js';
import { FieldProblem, type FieldError } from './field-problem.js';

/** Refuses unknown fields, converts plain objects to DTOs, and throws `request-invalid` naming every wrong field. */
export function validationPipe(): ValidationPipe {
  return new ShallowValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    exceptionFactory: (errors) => new FieldProblem(fieldErrors(errors)),
  });
}

/** No request goes deeper than five. */
const MAX_DEPTH = 16;

/** What walks through a body calls itself for each level: thousands of them would overflow its stack. */
class ShallowValidationPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const deep = fieldsOf(value).find(([, held]) => isDeeper(held, MAX_DEPTH));
    if (deep)
      throw new FieldProblem([{ field: deep[0], message: `must not be nested deeper than ${MAX_DEPTH} levels` }]);
    return super.transform(value, metadata);
  }
}

const fieldsOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

const isDeeper = (value: unknown, levels: number): boolean =>
  levels === 0 || fieldsOf(value).some(([, held]) => isDeeper(held, levels - 1));

/** Flattens class-validator's tree: one entry per field that failed, with all its complaints. */
export function fieldErrors(errors: readonly ValidationError[], parent = ''): FieldError[] {
  return errors.flatMap((error) => {
    const field = parent ? `${parent}.${error.property}` : (error.property ?? 'body');
    const complaints = Object.entries(error.constraints ?? {}).map(([rule, message]) => complaint(rule, message));
    const own = complaints.length > 0 ? [{ field, message: complaints.join('; '), ...shown(field, error.value) }] : [];
    return [...own, ...fieldErrors(error.children ?? [], field)];
  });
}

function complaint(rule: string, message: string): string {
  if (rule === 'whitelistValidation') return 'is not a field of this request; remove it';
  if (rule === 'unknownValue') return 'must be a JSON object';
  return message;
}

const SECRET_FIELD = /pass|token|key|secret|auth/i;

function shown(field: string, value: unknown): Pick<FieldError, 'value'> {
  if (SECRET_FIELD.test(field)) return {};
  if (typeof value === 'string') return { value: redactUrl(value.slice(0, 200)) };
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return { value };
  return {};
}
