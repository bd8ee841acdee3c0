/** Problems that no answer of the API is: where a user meets them instead. */
import type { AnyProblemCode } from './problems.decorator.js';

const IN_STATUS = 'in last_problem of the stream, its events and the log';
const AT_START = 'on standard error, when the server is started';

export const TOLD_ELSEWHERE: Readonly<Partial<Record<AnyProblemCode, string>>> = {
  'source-url-invalid': IN_STATUS,
  'source-unreachable': IN_STATUS,
  'slate-failed': IN_STATUS,
  'ladder-empty': IN_STATUS,
  'ladder-invalid': AT_START,
  'settings-invalid': AT_START,
  'ffmpeg-incomplete': AT_START,
  'ffmpeg-failed': IN_STATUS,
  'encoder-too-slow': IN_STATUS,
  'output-not-writable': IN_STATUS,
  'disk-full': IN_STATUS,
  'too-many-open-files': IN_STATUS,
  'pipeline-lost': IN_STATUS,
  'access-denied': 'from a proxy or an extension in front of the API',
  'request-refused': 'for a method an address does not have, or a request that is not well-formed HTTP',
};
