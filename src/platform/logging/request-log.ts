/** A line for each request of the API: who asked what, and what became of it. Its id goes out with the answer. */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { LOGGER } from './logger-token.js';
import { REQUEST_ID_HEADER } from './request-id.js';

/** These change nothing, and come every few seconds from dashboards and probes. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

@Injectable()
export class RequestLog implements OnModuleInit {
  private readonly leftOut: ((address: string) => boolean)[] = [];

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Requests that get neither a line nor an id: what viewers ask is far too much of both. `address`: path and query. */
  leaveOut(isOf: (address: string) => boolean): void {
    this.leftOut.push(isOf);
  }

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRequest', (request, reply, done) => {
      if (this.isLogged(request)) reply.header(REQUEST_ID_HEADER, request.id);
      done();
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      if (this.isLogged(request)) this.write(request, reply);
      done();
    });
  }

  private isLogged({ url }: FastifyRequest): boolean {
    return !this.leftOut.some((isOf) => isOf(url));
  }

  /** At `info` where something may have changed, at `debug` otherwise. */
  private write(request: FastifyRequest, reply: FastifyReply): void {
    const { method, id } = request;
    const stream = streamOf(request);
    const { token } = request as { readonly token?: { readonly name: string } };
    this.log[READING.has(method) ? 'debug' : 'info'](
      {
        ...{ request: id, method, route: request.routeOptions.url ?? 'unknown', status: reply.statusCode },
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ...(stream !== undefined && { stream }),
        ...(token && { token: token.name }),
      },
      'request',
    );
  }
}

/** The stream it is about: named by the address, or by the body of what starts one. */
function streamOf({ params, body }: FastifyRequest): string | undefined {
  const { id } = (params ?? {}) as { readonly id?: unknown };
  const { stream_id } = (body ?? {}) as { readonly stream_id?: unknown };
  return [id, stream_id].find((name) => typeof name === 'string' && name.length <= 64) as string | undefined;
}
