/**
 * What is the same for every playback address, whoever answers it in the end: preflights are granted, only reading is
 * allowed, and a refusal can be read by any web page. nginx says the same for the addresses it serves.
 */
import { HttpException, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestLog } from '../../platform/logging/index.js';
import { AnsweredRequests } from '../answered-requests.js';
import { CORS_HEADERS, PREFLIGHT_HEADERS } from '../cache-policy.js';

/** The clock, manifests of a stream, and whatever is named like a file of a rendition: the API has no such addresses. */
const PLAYBACK = /^\/(?:time|streams\/[^/?]+\/(?:[^/?]+\.(?:m3u8|mpd)|[^/?]+\/(?:[^?]*\.[^?]*)?))(?:\?|$)/;
/** `address` is path and query. */
export const isPlaybackAddress = (address: string): boolean => PLAYBACK.test(address);
const ALLOWED_METHODS = 'GET, HEAD, OPTIONS';

@Injectable()
export class PlaybackDoor implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    @Inject(RequestLog) private readonly requests: RequestLog,
    @Inject(AnsweredRequests) private readonly answered: AnsweredRequests,
  ) {}

  onModuleInit(): void {
    this.requests.leaveOut(isPlaybackAddress);
    const fastify = this.host.httpAdapter.getInstance();
    fastify.addHook('onRequest', (request, reply, done) => enter(request, reply, done));
    fastify.addHook('onResponse', (request, reply, done) => {
      if (isPlaybackAddress(request.url)) this.answered.tell(request.raw, reply.raw.statusCode);
      done();
    });
  }
}

function enter(request: FastifyRequest, reply: FastifyReply, done: (refusal?: Error) => void): void {
  if (!isPlaybackAddress(request.url)) return done();
  if (request.method === 'OPTIONS') {
    void reply.status(204).headers(PREFLIGHT_HEADERS).send();
    return;
  }
  reply.headers(CORS_HEADERS);
  if (request.method === 'GET' || request.method === 'HEAD') return done();
  reply.header('allow', ALLOWED_METHODS);
  done(new HttpException('Playback addresses are only read.', 405));
}
