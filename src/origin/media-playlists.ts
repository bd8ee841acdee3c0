/**
 * Media playlists: what a live audience asks for a dozen times a second each, held until it is there (rfc8216bis 6.2.5).
 * They are answered in front of the web framework, which would spend more on each request than the answer costs: with
 * thousands held for the same part, that is the delay of the last of them.
 */
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { parse as parseQuery } from 'node:querystring';
import { decideReload, isSatisfied, parseDirectives } from '../engine/hls/index.js';
import type { Presentation } from '../engine/packager/index.js';
import { Problem } from '../engine/problem.js';
import { MetricsRegistry } from '../platform/metrics/index.js';
import { sendProblem } from '../platform/problems/index.js';
import { cacheControl, CORS_HEADERS, HLS_TYPE } from './cache-policy.js';
import { OnAirLookup } from './on-air-lookup.js';
import { TextCache } from './rendered-text.js';
import { sendText } from './send-text.js';

const ROUTE = '/streams/:id/:rendition/playlist.m3u8';
const URL_OF_ONE = /^\/streams\/([^/?]+)\/([^/?]+)\/playlist\.m3u8(?:\?(.*))?$/;

interface Asked {
  readonly id: string;
  readonly rendition: string;
  readonly query: string;
}

@Injectable()
export class MediaPlaylists implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    @Inject(OnAirLookup) private readonly onAir: OnAirLookup,
    @Inject(TextCache) private readonly texts: TextCache,
    @Inject(MetricsRegistry) private readonly metrics: MetricsRegistry,
  ) {}

  /** Takes the framework's place at the server, and hands it everything else. */
  onModuleInit(): void {
    const server: Server = this.host.httpAdapter.getHttpServer();
    const others = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      if (!this.take(request, response)) others.forEach((listener) => void listener(request, response));
    });
  }

  private take(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const match = URL_OF_ONE.exec(request.url ?? '');
    if (!match) return false;
    const [, id, rendition, query = ''] = match;
    void this.answer(request, response, { id: id!, rendition: rendition!, query });
    return true;
  }

  private async answer(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.serve(request, response, asked);
    } catch (error) {
      if (!response.headersSent) sendProblem(response, error, request.url ?? '', CORS_HEADERS);
    }
    this.metrics.countRequest(ROUTE, request.method!, response.statusCode, (performance.now() - startedAt) / 1000);
  }

  private async serve(
    request: IncomingMessage,
    response: ServerResponse,
    { id, rendition, query }: Asked,
  ): Promise<void> {
    const presentation = this.onAir.now(id, 'hls') ?? (await this.onAir.soon(id, 'hls', response));
    const directives = parseDirectives(parseQuery(query));
    const { terms } = presentation.outline;
    const held = this.hold(presentation, id, rendition, directives, response);
    if (held) await held;
    const text = this.texts.mediaPlaylist(presentation, rendition, directives.skip);
    if (!text) throw new Problem('playlist-not-found', { streamId: id, rendition });
    const live = terms.lowLatency && directives.msn !== undefined ? 'blocking-playlist' : 'live-playlist';
    const what = presentation.ended ? 'ended-manifest' : live;
    sendText(request, response, text, { type: HLS_TYPE, cacheControl: cacheControl(what, terms.targetDuration) });
  }

  /** Undefined where it can be answered at once. Throws, or rejects with, the refusal. */
  private hold(
    presentation: Presentation,
    id: string,
    rendition: string,
    directives: ReturnType<typeof parseDirectives>,
    viewer: ServerResponse,
  ): Promise<void> | undefined {
    const { terms, renditions } = presentation.outline;
    const outline = renditions.find(({ name }) => name === rendition);
    if (!outline || !presentation.view) throw new Problem('playlist-not-found', { streamId: id, rendition });
    const timeline = () => presentation.timeline(rendition)!;
    const decision = decideReload(timeline(), terms, outline.track, directives);
    if (decision.action === 'refuse') throw decision.problem;
    if (decision.action === 'answer') return undefined;
    const { until } = decision;
    const met = presentation.waitUntil(() => isSatisfied(timeline(), until), terms.holdLimit * 1000, viewer);
    return met.then((isThere) => {
      if (!isThere) throw new Problem('delivery-timed-out', { streamId: id, rendition });
    });
  }
}
