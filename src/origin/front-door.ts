/**
 * Stands in front of the web framework for what a live audience asks a dozen times a second each, held until it is
 * there. The framework would spend more on each request than the answer costs: with thousands held for the same part,
 * that is the delay of the last of them.
 */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { MetricsRegistry } from '../platform/metrics/index.js';
import { sendProblem } from '../platform/problems/index.js';
import { AnsweredRequests } from './answered-requests.js';
import { CORS_HEADERS } from './cache-policy.js';
import type { FrontDoorDesk } from './front-door-desk.js';
import { HandedBackMedia } from './handed-back-media.js';
import { MediaPlaylists } from './media-playlists.js';
import { PlaybackLinks } from './signed/index.js';

@Injectable()
export class FrontDoor implements OnModuleInit {
  private readonly desks: readonly FrontDoorDesk[];
  private readonly uncounted: (() => void)[] = [];

  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
    @Inject(PlaybackLinks) private readonly links: PlaybackLinks,
    @Inject(MediaPlaylists) playlists: MediaPlaylists,
    @Inject(HandedBackMedia) media: HandedBackMedia,
    @Inject(AnsweredRequests) private readonly answered: AnsweredRequests,
  ) {
    this.desks = [playlists, media];
  }

  /** Takes the framework's place at the server, and hands it everything else. */
  onModuleInit(): void {
    const server: Server = this.host.httpAdapter.getHttpServer();
    const others = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      this.links.open(request);
      if (!this.take(request, response)) others.forEach((listener) => void listener(request, response));
    });
  }

  private take(request: IncomingMessage, response: ServerResponse): boolean {
    for (const desk of this.desks) {
      const act = desk.take(request, response);
      if (!act) continue;
      void this.answer(request, response, desk.route, act);
      return true;
    }
    return false;
  }

  private async answer(
    request: IncomingMessage,
    response: ServerResponse,
    route: string,
    act: () => Promise<void>,
  ): Promise<void> {
    const startedAt = performance.now();
    try {
      this.links.check(request);
      await act();
    } catch (error) {
      if (!response.headersSent) sendProblem(response, error, request.url ?? '', CORS_HEADERS);
    }
    const seconds = (performance.now() - startedAt) / 1000;
    this.later(() => {
      this.metrics.countRequest(route, request.method!, response.statusCode, seconds);
      this.answered.tell(request, response.statusCode);
    });
  }

  /** Once nobody waits for an answer any more: thousands are answered in one instant, and counting costs as much again. */
  private later(act: () => void): void {
    if (this.uncounted.push(act) > 1) return;
    // A tick comes after all the promises of this instant.
    process.nextTick(() => {
      for (const count of this.uncounted.splice(0)) count();
    });
  }
}
