/** Media playlists, held until what they are asked to show is there (rfc8216bis 6.2.5). */
import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseQuery } from 'node:querystring';
import { decideReload, isSatisfied, parseDirectives } from '../engine/hls/index.js';
import type { Presentation } from '../engine/packager/index.js';
import { Problem } from '../engine/problem.js';
import { cacheControl, HLS_TYPE } from './cache-policy.js';
import type { FrontDoorDesk } from './front-door-desk.js';
import { OnAirLookup } from './on-air-lookup.js';
import { TextCache } from './rendered-text.js';
import { sendText } from './send-text.js';
import { WakeLatency } from './wake-latency.js';

const URL_OF_ONE = /^\/streams\/([^/?]+)\/([^/?]+)\/playlist\.m3u8(?:\?(.*))?$/;

interface Asked {
  readonly id: string;
  readonly rendition: string;
  readonly query: string;
}

@Injectable()
export class MediaPlaylists implements FrontDoorDesk {
  readonly route = '/streams/:id/:rendition/playlist.m3u8';

  constructor(
    @Inject(OnAirLookup) private readonly onAir: OnAirLookup,
    @Inject(TextCache) private readonly texts: TextCache,
    @Inject(WakeLatency) private readonly latency: WakeLatency,
  ) {}

  take(request: IncomingMessage, response: ServerResponse): (() => Promise<void>) | undefined {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
    const match = URL_OF_ONE.exec(request.url ?? '');
    if (!match) return undefined;
    const [, id, rendition, query = ''] = match;
    return () => this.serve(request, response, { id: id!, rendition: rendition!, query });
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
    if (held) this.latency.answered('playlist', presentation);
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
