/** Multivariant playlists, MPDs and the clock. */
import { Controller, Get, Inject, Param, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Presentation } from '../engine/packager/index.js';
import { Problem } from '../engine/problem.js';
import { Open } from '../platform/auth/index.js';
import { Problems } from '../platform/problems/index.js';
import { ApiText, MPD_EXAMPLE, MULTIVARIANT_EXAMPLE, StreamParam } from './api-description.js';
import { cacheControl, CORS_HEADERS, HLS_TYPE, type Cached } from './cache-policy.js';
import type { Protocol } from './catalogue.js';
import { OnAirLookup } from './on-air-lookup.js';
import { TextCache, type RenderedText } from './rendered-text.js';
import { SignedPlayback } from './signed/index.js';
import { sendText } from './send-text.js';

const DASH_TYPE = 'application/dash+xml';

@ApiTags('playback')
@Controller()
@Open()
export class ManifestsController {
  constructor(
    @Inject(OnAirLookup) private readonly onAir: OnAirLookup,
    @Inject(TextCache) private readonly texts: TextCache,
  ) {}

  @Get('time')
  @ApiOperation({ summary: 'The time of the server, by which DASH players set their clock' })
  @ApiText('UTC, ISO 8601.', 'text/plain', '2026-01-01T00:00:00.000Z')
  time(@Res() reply: FastifyReply): void {
    void reply
      .headers({ ...CORS_HEADERS, 'cache-control': cacheControl('clock', 1) })
      .type('text/plain; charset=utf-8')
      .send(new Date().toISOString());
  }

  @Get('streams/:id/playlist.m3u8')
  @UseGuards(SignedPlayback)
  @ApiOperation({
    summary: 'HLS multivariant playlist: what a player is given',
    description:
      'Asked for while the stream is starting, it is held for some seconds until there is something to play.',
  })
  @StreamParam()
  @ApiText('The playlist.', HLS_TYPE, MULTIVARIANT_EXAMPLE)
  @Problems('playlist-not-found', 'stream-starting', 'playback-link-invalid', 'playback-link-expired')
  async multivariant(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const presentation = await this.presentation(id, 'hls', reply);
    this.answer(request, reply, presentation, HLS_TYPE, 'live-multivariant', this.texts.multivariant(presentation));
  }

  @Get('streams/:id/manifest.mpd')
  @UseGuards(SignedPlayback)
  @ApiOperation({ summary: 'DASH manifest: segments by number and clock' })
  @StreamParam()
  @ApiText('The manifest.', DASH_TYPE, MPD_EXAMPLE)
  @Problems('playlist-not-found', 'stream-starting', 'playback-link-invalid', 'playback-link-expired')
  async mpd(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const presentation = await this.presentation(id, 'dash', reply);
    this.answer(request, reply, presentation, DASH_TYPE, 'live-mpd', this.texts.mpd(presentation, 'number'));
  }

  /** The same as a list of exact times, for readers that cannot follow numbers by the clock. */
  @Get('streams/:id/manifest-timeline.mpd')
  @UseGuards(SignedPlayback)
  @ApiOperation({ summary: 'DASH manifest: segments by SegmentTimeline, for readers that cannot follow the clock' })
  @StreamParam()
  @ApiText('The manifest.', DASH_TYPE, MPD_EXAMPLE)
  @Problems('playlist-not-found', 'stream-starting', 'playback-link-invalid', 'playback-link-expired')
  async timelineMpd(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const presentation = await this.presentation(id, 'dash', reply);
    this.answer(request, reply, presentation, DASH_TYPE, 'live-mpd', this.texts.mpd(presentation, 'timeline'));
  }

  private async presentation(id: string, protocol: Protocol, reply: FastifyReply): Promise<Presentation> {
    return this.onAir.now(id, protocol) ?? (await this.onAir.soon(id, protocol, reply.raw));
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
    // The filters and serializers of the framework are done with: response hooks still see the answer.
    reply.hijack();
    sendText(request.raw, reply.raw, text, { type, cacheControl: cacheControl(what, outline.terms.targetDuration) });
  }
}
