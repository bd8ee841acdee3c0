/** A request whose fields are wrong, told field by field. */
import { Problem } from '../../engine/problem.js';

export interface FieldError {
  /** Where in the body or query, as the client wrote it: `qualities.0`. */
  readonly field: string;
  /** What is allowed there. */
  readonly message: string;
  /** What came, when it is short, plain and no secret. */
  readonly value?: string | number | boolean | null;
}

/** `request-invalid` with one entry per wrong field. */
export class FieldProblem extends Problem {
  constructor(readonly errors: readonly FieldError[]) {
    const sentences = errors.map(({ field, message }) => `${field}: ${message}`);
    super('request-invalid', { errors: sentences }, { detail: sentences.join('; ') });
  }
}
