/** Who may ask, and what is said to those who may not. */
import type { AnyProblemCode } from '../problems/index.js';
import type { Operation, OperationAt } from './shape.js';

/** Name of the security scheme. */
export const BEARER_SCHEME = 'bearer';
export const BEARER = { [BEARER_SCHEME]: [] };
/** OpenAPI 3.1 4.8.10.1: an empty list takes the requirement of the whole document away. */
export const OPEN_TO_ALL: Record<string, string[]>[] = [];

/** The problems that an operation shares with all of its kind. */
export function problemsOfDoor(
  { requestBody }: Operation,
  method: OperationAt['method'],
  open: boolean,
): AnyProblemCode[] {
  const isReading = method === 'get';
  return [
    ...(open ? [] : ASKED_OF_ALL),
    ...(open || isReading ? [] : ASKED_OF_WRITERS),
    ...(requestBody ? WRONG_BODIES : []),
    'internal',
  ];
}

const ASKED_OF_ALL: readonly AnyProblemCode[] = [
  ...(['token-missing', 'token-refused', 'host-not-allowed', 'origin-not-allowed', 'too-many-requests'] as const),
];
const ASKED_OF_WRITERS: readonly AnyProblemCode[] = ['scope-missing'];
const WRONG_BODIES: readonly AnyProblemCode[] = [
  ...(['request-invalid', 'body-unreadable', 'body-too-large', 'media-type-unsupported'] as const),
];
