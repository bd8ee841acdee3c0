/** Says which problems a route can answer with; the API description makes its error answers of it. */
import { ApiExtension } from '@nestjs/swagger';
import type { ProblemCode } from '../../engine/problem.js';
import type { HttpProblemCode } from './faces.js';

export type AnyProblemCode = ProblemCode | HttpProblemCode;

/** The member of an operation that holds the codes: kept in the document, for programs that read it. */
export const PROBLEM_CODES_MEMBER = 'x-problem-codes';

/**
 * The problems of this route's own. What every route can answer with (a token that is missing, a body that cannot be
 * read, a mistake of the server's) is added to all of them by the API description.
 */
export function Problems(...codes: readonly AnyProblemCode[]): MethodDecorator {
  return ApiExtension(PROBLEM_CODES_MEMBER, codes);
}
