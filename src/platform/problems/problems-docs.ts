/** Prints the faces as `docs/problems.md`. PURE. */
import { TOLD_ELSEWHERE } from './told-elsewhere.js';
import { HTTP_FACES, PROBLEM_FACES, type ProblemFace } from './faces.js';

export function renderProblemsPage(): string {
  return [HEAD, table(PROBLEM_FACES), HTTP_HEAD, table(HTTP_FACES), ELSEWHERE_HEAD, ...elsewhere(), ''].join('\n');
}

const HEAD = `# Problems

Everything that goes wrong has a code. In an HTTP answer it is \`application/problem+json\` (RFC 9457): \`type\` (which can
be fetched: \`GET /problems/{code}\`), \`title\`, \`status\`, \`detail\`, \`instance\`, \`code\`, \`remedy\`, and the facts of the
case as further members, such as \`allowed\` or \`stream_id\`. The same codes appear as the problem in a stream's status
and in the log. Error answers are never cached (\`cache-control: no-store\`) and can be read by any web page.

This page is generated from \`src/platform/problems/faces.ts\` by \`npm run docs\`.
`;

const HTTP_HEAD = `## Refused before it reached us

What the HTTP server answers by itself. A refusal without a row of its own is \`request-refused\`, with its true status.
`;

const ELSEWHERE_HEAD = `## Not in answers

The API description says of every address which problems it can answer with. These are told elsewhere:
`;

const elsewhere = (): string[] => Object.entries(TOLD_ELSEWHERE).map(([code, where]) => `- \`${code}\`: ${where}.`);

function table(faces: Readonly<Record<string, ProblemFace>>): string {
  const rows = Object.entries(faces).map(
    ([code, { status, title, remedy, retryAfterSeconds }]) =>
      `| \`${code}\` | ${status} | ${title} | ${remedy}${retryAfterSeconds ? ` Retry after ${retryAfterSeconds} s.` : ''} |`,
  );
  return ['| code | status | what is wrong | what to do |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}
