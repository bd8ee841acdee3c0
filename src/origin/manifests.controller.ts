/** Playlists and MPDs, held until what was asked for is there (rfc8216bis 6.2.5.2), and the clock. */
import { Controller, Get, Inject, Options, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decideReload, isSatisfied, parseDirectives } from '../engine/hls/index.js';
import { Problem } from '../engine/problem.js';
import { cacheControl, CORS_HEADERS, PREFLIGHT_HEADERS, type Cached } from './cache-policy.js';
import { Catalogue, type Listing } from './catalogue.js';
import { TextCache, type RenderedText } from './rendered-text.js';
import { sendText } from './send-text.js';

const HLS_TYPE = 'application/vnd.apple.mpegurl';
const DASH_TYPE = 'application/dash+xml';

@ApiExcludeController()
@Controller()
export class ManifestsController {
  constructor(
    @Inject(Catalogue) private readonly catalogue: Catalogue,
    @Inject(TextCache) private readonly texts: TextCache,
  ) {}

  @Get('time')
  time(@Res() reply: FastifyReply): void {
    void reply
      .headers({ ...CORS_HEADERS, 'cache-control': cacheControl('clock', 1) })
      .type('text/plain; charset=utf-8')
      .send(new Date().toISOString());
  }

  @Options(['time', 'streams/:id/playlist.m3u8', 'streams/:id/manifest.mpd', 'streams/:id/:rendition/playlist.m3u8'])
  preflight(@Res() reply: FastifyReply): void {
    void reply.status(204).headers(PREFLIGHT_HEADERS).send();
  }

  @Get('streams/:id/playlist.m3u8')
  multivariant(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { presentation } = this.listing(id, 'hls');
    const what = presentation.ended ? 'ended-manifest' : 'live-multivariant';
    this.answer(
      request,
      reply,
      HLS_TYPE,
      what,
      this.texts.multivariant(presentation),
      presentation.outline.terms.targetDuration,
    );
  }

  @Get('streams/:id/manifest.mpd')
  mpd(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { presentation } = this.listing(id, 'dash');
    const what = presentation.ended ? 'ended-manifest' : 'live-mpd';
    this.answer(
      request,
      reply,
      DASH_TYPE,
      what,
      this.texts.mpd(presentation),
      presentation.outline.terms.targetDuration,
    );
  }

  @Get('streams/:id/:rendition/playlist.m3u8')
  async mediaPlaylist(
    @Param('id') id: string,
    @Param('rendition') rendition: string,
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { presentation } = this.listing(id, 'hls');
    const { terms, renditions } = presentation.outline;
    const outline = renditions.find(({ name }) => name === rendition);
    if (!outline || !presentation.view) throw new Problem('playlist-not-found', { streamId: id, rendition });

    const directives = parseDirectives(query);
    const timeline = () => presentation.timeline(rendition)!;
    const decision = decideReload(timeline(), terms, outline.track, directives);
    if (decision.action === 'refuse') throw decision.problem;
    if (decision.action === 'hold') {
      const { until } = decision;
      const met = await presentation.waitUntil(() => isSatisfied(timeline(), until), terms.holdLimit * 1000, reply.raw);
      if (!met) throw new Problem('delivery-timed-out', { streamId: id, rendition });
    }
    const blocking = terms.lowLatency && directives.msn !== undefined;
    const what = presentation.ended ? 'ended-manifest' : blocking ? 'blocking-playlist' : 'live-playlist';
    const text = this.texts.mediaPlaylist(presentation, rendition, directives.skip);
    this.answer(request, reply, HLS_TYPE, what, text, terms.targetDuration);
  }

  private listing(id: string, protocol: 'hls' | 'dash'): Listing {
    const listing = this.catalogue.find(id);
    if (!listing?.[protocol]) throw new Problem('playlist-not-found', { streamId: id });
    return listing;
  }

  private answer(
    request: FastifyRequest,
    reply: FastifyReply,
    type: string,
    what: Cached,
    text: RenderedText | undefined,
    targetDuration: number,
  ): void {
    if (!text) throw new Problem('playlist-not-found', { reason: 'the stream has no media yet' });
    sendText(request, reply, text, { type, cacheControl: cacheControl(what, targetDuration) });
  }
}
