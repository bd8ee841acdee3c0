/** The one place that turns whatever was thrown into an HTTP answer. */
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../engine/problem.js';
import { httpProblemCode } from './faces.js';
import {
  httpProblemDocument,
  problemDocument,
  retryAfterSeconds,
  type HttpRefusal,
  type ProblemDocument,
} from './problem-document.js';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problems');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const document = { ...documentOf(thrown, request.url), ...requestId(reply) };
    this.log(thrown, document, request);
    if (reply.sent || reply.raw.headersSent) {
      // Part of another answer is on its way: cutting it off is the only way left to say that it failed.
      if (!reply.raw.writableEnded) reply.raw.destroy();
      return;
    }
    const retryAfter = retryAfterSeconds(document);
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
    void reply
      .status(document.status)
      .headers({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' })
      .removeHeader('etag')
      .type('application/problem+json')
      // As bytes: to a JSON text Fastify would add a charset, which the type does not have (RFC 9457 6.1).
      .send(Buffer.from(JSON.stringify(document)));
  }

  /** Our own mistakes as errors with their cause; what a client did wrong is not worth a line. */
  private log(thrown: unknown, document: ProblemDocument, request: FastifyRequest): void {
    if (document.status < 500) return;
    const named = document['request_id'] === undefined ? '' : ` (request ${request.id})`;
    const what = `${request.method} ${document.instance ?? ''}: ${document.code}${named}`;
    if (document.code === 'internal') this.logger.error(what, thrown);
    else if (thrown instanceof Error && thrown.cause !== undefined) this.logger.warn(what, thrown);
  }
}

/** The name the request has in the log, where its answer tells it. */
function requestId(reply: FastifyReply): { request_id?: string } {
  const id = reply.getHeader('x-request-id');
  return typeof id === 'string' ? { request_id: id } : {};
}

function documentOf(thrown: unknown, url: string): ProblemDocument {
  if (thrown instanceof Problem) return problemDocument(thrown, url);
  const refusal = thrown instanceof HttpException ? refusalOf(thrown) : refusalOfServer(thrown);
  return refusal ? httpProblemDocument(refusal, url) : problemDocument(Problem.wrap(thrown), url);
}

/** What Nest, or a guard, a pipe or an indicator of its kind, refuses. A plain 500 is a mistake of ours. */
function refusalOf(exception: HttpException): HttpRefusal | undefined {
  const status = exception.getStatus();
  if (status === 500) return undefined;
  const code = status === 400 && !isFromServer(exception.cause) ? 'request-refused' : httpProblemCode(status);
  const response = exception.getResponse();
  if (typeof response === 'string') return { code, status, detail: response };
  // Nest's own text fields say what ours say; anything else, such as the health indicators' findings, is passed on.
  const members = Object.entries(response).filter(([name, value]) => !(NEST_TEXT.has(name) && isText(value)));
  return { code, status, detail: exception.message, members: Object.fromEntries(members) };
}

const NEST_TEXT: ReadonlySet<string> = new Set(['statusCode', 'message', 'error', 'status']);
const isText = (value: unknown): boolean => typeof value !== 'object';

/** Fastify refuses bodies it cannot read with an error that carries a status below 500. */
function refusalOfServer(thrown: unknown): HttpRefusal | undefined {
  if (!isFromServer(thrown)) return undefined;
  const { statusCode: status, message } = thrown;
  return { code: httpProblemCode(status), status, detail: message };
}

function isFromServer(thrown: unknown): thrown is Error & { statusCode: number } {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return false;
  const { statusCode } = thrown;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
}
