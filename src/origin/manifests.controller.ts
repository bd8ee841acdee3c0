/** Playlists and MPDs, held until what was asked for is there (rfc8216bis 6.2.5.2), and the clock. */
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { decideReload, isSatisfied, parseDirectives } from '../engine/hls/index.js';
import type { Presentation } from '../engine/packager/index.js';
import { Problem } from '../engine/problem.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { cacheControl, CORS_HEADERS, type Cached } from './cache-policy.js';
import { Catalogue, type Protocol } from './catalogue.js';
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
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get('time')
  time(@Res() reply: FastifyReply): void {
    void reply
      .headers({ ...CORS_HEADERS, 'cache-control': cacheControl('clock', 1) })
      .type('text/plain; charset=utf-8')
      .send(new Date().toISOString());
  }

  @Get('streams/:id/playlist.m3u8')
  async multivariant(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const presentation = await this.presentation(id, 'hls', reply);
    this.answer(request, reply, presentation, HLS_TYPE, 'live-multivariant', this.texts.multivariant(presentation));
  }

  @Get('streams/:id/manifest.mpd')
  async mpd(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const presentation = await this.presentation(id, 'dash', reply);
    this.answer(request, reply, presentation, DASH_TYPE, 'live-mpd', this.texts.mpd(presentation, 'number'));
  }

  /** The same as a list of exact times, for readers that cannot follow numbers by the clock. */
  @Get('streams/:id/manifest-timeline.mpd')
  async timelineMpd(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const presentation = await this.presentation(id, 'dash', reply);
    this.answer(request, reply, presentation, DASH_TYPE, 'live-mpd', this.texts.mpd(presentation, 'timeline'));
  }

  @Get('streams/:id/:rendition/playlist.m3u8')
  async mediaPlaylist(
    @Param('id') id: string,
    @Param('rendition') rendition: string,
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const presentation = await this.presentation(id, 'hls', reply);
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
    const what = terms.lowLatency && directives.msn !== undefined ? 'blocking-playlist' : 'live-playlist';
    const text = this.texts.mediaPlaylist(presentation, rendition, directives.skip);
    this.answer(request, reply, presentation, HLS_TYPE, what, text);
  }

  /** Holds while the stream is starting: a player that is told "no" gives up, and "in a moment" is the truth. */
  private async presentation(id: string, protocol: Protocol, reply: FastifyReply): Promise<Presentation> {
    const limitMs = 3 * this.settings.segmentDuration * 1000;
    const found = await this.catalogue.whenListed(id, protocol, limitMs, reply.raw);
    if (found === 'starting') throw new Problem('stream-starting', { streamId: id });
    if (!found) throw new Problem('playlist-not-found', { streamId: id });
    return found;
  }

  private answer(
    request: FastifyRequest,
    reply: FastifyReply,
    { ended, outline }: Presentation,
    type: string,
    live: Cached,
    text: RenderedText | undefined,
  ): void {
    if (!text) throw new Problem('playlist-not-found', { reason: 'the stream has no media yet' });
    const what = ended ? 'ended-manifest' : live;
    sendText(request, reply, text, { type, cacheControl: cacheControl(what, outline.terms.targetDuration) });
  }
}
