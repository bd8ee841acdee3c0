/** A problem as the JSON of RFC 9457. PURE. */
import { Problem, type ProblemFacts } from '../../engine/problem.js';
import { redactText, redactUrl } from '../logging/redact.js';
import { ALL_FACES, HTTP_FACES, PROBLEM_FACES, type HttpProblemCode } from './faces.js';
import { FieldProblem } from './field-problem.js';

/** RFC 9457 3.1; the facts follow as extension members (3.2). */
export interface ProblemDocument {
  /** Relative to the API's root, and resolvable: `GET /problems/{code}`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Path of the request, without its query. */
  readonly instance?: string;
  readonly code: string;
  readonly remedy: string;
  readonly [member: string]: unknown;
}

/**
 * The document of a problem. Facts become members in snake_case, as everywhere in the API. Of `internal` only the
 * face is told: its facts and message may hold what is nobody else's business.
 */
export function problemDocument(problem: Problem, url?: string): ProblemDocument {
  const { code } = problem;
  const { title } = PROBLEM_FACES[code];
  if (code === 'internal') return document(code, PROBLEM_FACES[code].status, 'The cause is in the log.', {}, url);
  const members = problem instanceof FieldProblem ? { errors: problem.errors } : factMembers(problem.facts);
  const spoken = problem.message.startsWith(code) ? sentence(title, problem.facts) : problem.message;
  return document(code, PROBLEM_FACES[code].status, spoken, members, url);
}

/** The document of something the HTTP layer refused by itself. */
export function httpProblemDocument(
  { code, status, detail, members = {} }: HttpRefusal,
  url?: string,
): ProblemDocument {
  return document(code, status, detail ?? `${HTTP_FACES[code].title}.`, members, url);
}

/** What Retry-After says: the facts of the case know better than the face of its code. */
export function retryAfterSeconds(document: ProblemDocument): number | undefined {
  const { code, retry_after_seconds: told } = document;
  return typeof told === 'number' ? told : ALL_FACES[code]?.retryAfterSeconds;
}

export interface HttpRefusal {
  readonly code: HttpProblemCode;
  readonly status: number;
  readonly detail?: string;
  readonly members?: Readonly<Record<string, unknown>>;
}

function document(
  code: string,
  status: number,
  detail: string,
  members: Readonly<Record<string, unknown>>,
  url: string | undefined,
): ProblemDocument {
  const { title, remedy } = ALL_FACES[code]!;
  const instance = url === undefined ? {} : { instance: redactUrl(url).split('?')[0] };
  // The standard members come last: an extension may not replace one.
  return {
    ...members,
    type: `/problems/${code}`,
    title,
    status,
    detail: redactText(detail),
    ...instance,
    code,
    remedy,
  };
}

function factMembers(facts: ProblemFacts): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [snakeCase(name), clean(value)]));
}

function clean(value: ProblemFacts[string]): unknown {
  if (typeof value === 'string') return redactText(value);
  return Array.isArray(value) ? value.map((item: string) => redactText(item)) : value;
}

/** `The source cannot be reached: scheme is rtmp, reason is no data for 10 s.` */
function sentence(title: string, facts: ProblemFacts): string {
  const told = Object.entries(facts)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${words(name)} is ${Array.isArray(value) ? value.join(', ') : String(value)}`);
  return told.length > 0 ? `${title}: ${told.join('; ')}.` : `${title}.`;
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const words = (name: string): string => snakeCase(name).replaceAll('_', ' ');
