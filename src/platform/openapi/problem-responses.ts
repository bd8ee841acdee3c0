/** The error answers of an operation: one for each status, with an example of each problem that has it. */
import { Problem, PROBLEM_CODES, type ProblemCode } from '../../engine/problem.js';
import {
  ALL_FACES,
  FieldProblem,
  httpProblemDocument,
  PROBLEM_CODES_MEMBER,
  problemDocument,
  type AnyProblemCode,
  type HttpProblemCode,
} from '../problems/index.js';
import { EXAMPLE_PROBLEMS } from './example-problems.js';
import type { Operation, Schema } from './shape.js';

const NAME = 'Problem';

/** RFC 9457 3.1 and 3.2. */
export const PROBLEM_SCHEMA: Readonly<Record<string, Schema & Record<string, unknown>>> = {
  [NAME]: {
    type: 'object',
    description:
      'What went wrong, as RFC 9457 has it. The facts of the case are further members; GET /problems lists all codes.',
    required: ['type', 'title', 'status', 'detail', 'code', 'remedy'],
    properties: {
      type: { type: 'string', description: 'Address of the page about it.' },
      title: { type: 'string', description: 'What is wrong, the same each time.' },
      status: { type: 'integer', description: 'HTTP status.' },
      detail: { type: 'string', description: 'What is wrong in this case.' },
      instance: { type: 'string', description: 'Path that was asked for.' },
      code: { type: 'string', description: 'The problem in one word, for programs.' },
      remedy: { type: 'string', description: 'What to do about it.' },
    } as Record<string, Schema>,
    additionalProperties: true,
  },
};

/** `others`: what it shares with all of its kind. */
export function problemResponses(operation: Operation, others: readonly AnyProblemCode[]): Operation['responses'] {
  const own = (operation as { [PROBLEM_CODES_MEMBER]?: readonly AnyProblemCode[] })[PROBLEM_CODES_MEMBER] ?? [];
  const byStatus = new Map<number, AnyProblemCode[]>();
  for (const code of new Set([...own, ...others])) {
    const { status } = ALL_FACES[code]!;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, responseWith(codes)]));
}

function responseWith(codes: readonly AnyProblemCode[]): Operation['responses'][string] {
  const titles = codes.map((code) => ALL_FACES[code]!.title);
  const examples = codes.map((code) => [code, { summary: ALL_FACES[code]!.title, value: exampleDocument(code) }]);
  const retryAfter = codes.some((code) => ALL_FACES[code]!.retryAfterSeconds !== undefined);
  return {
    description: `${titles.join('. Or: ')}.`,
    ...(retryAfter && { headers: RETRY_AFTER }),
    content: {
      'application/problem+json': {
        schema: { $ref: `#/components/schemas/${NAME}` },
        examples: Object.fromEntries(examples) as Record<string, unknown>,
      },
    },
  };
}

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds after which to ask again.', schema: { type: 'integer' } },
};

function exampleDocument(code: AnyProblemCode): unknown {
  const { facts, detail, url = '/streams/demo' } = EXAMPLE_PROBLEMS[code] ?? {};
  if (code === 'request-invalid') return problemDocument(new FieldProblem([WRONG_FIELD]), '/streams');
  if (!isOurs(code)) return httpProblemDocument({ code, status: ALL_FACES[code]!.status, detail }, url);
  return problemDocument(new Problem(code, facts, { detail }), url);
}

const WRONG_FIELD = {
  field: 'stream_id',
  message: 'stream_id must be 1 to 64 letters, digits, - or _, beginning with a letter or digit',
  value: '../etc',
};

const isOurs = (code: AnyProblemCode): code is Exclude<ProblemCode, HttpProblemCode> =>
  (PROBLEM_CODES as readonly string[]).includes(code);
