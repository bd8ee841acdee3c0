/**
 * What is the same for every playback address, whoever answers it in the end: preflights are granted, only reading is
 * allowed, and a refusal can be read by any web page. nginx says the same for the addresses it serves.
 */
import { HttpException, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CORS_HEADERS, PREFLIGHT_HEADERS } from '../cache-policy.js';

/** The clock, manifests of a stream, and whatever is named like a file of a rendition: the API has no such addresses. */
const PLAYBACK = /^\/(?:time|streams\/[^/?]+\/(?:[^/?]+\.(?:m3u8|mpd)|[^/?]+\/(?:[^?]*\.[^?]*)?))(?:\?|$)/;
const ALLOWED_METHODS = 'GET, HEAD, OPTIONS';

@Injectable()
export class PlaybackDoor implements OnModuleInit {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>) {}

  onModuleInit(): void {
    this.host.httpAdapter.getInstance().addHook('onRequest', (request, reply, done) => enter(request, reply, done));
  }
}

function enter(request: FastifyRequest, reply: FastifyReply, done: (refusal?: Error) => void): void {
  if (!PLAYBACK.test(request.url)) return done();
  if (request.method === 'OPTIONS') {
    void reply.status(204).headers(PREFLIGHT_HEADERS).send();
    return;
  }
  reply.headers(CORS_HEADERS);
  if (request.method === 'GET' || request.method === 'HEAD') return done();
  reply.header('allow', ALLOWED_METHODS);
  done(new HttpException('Playback addresses are only read.', 405));
}
