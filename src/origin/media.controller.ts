/**
 * Init segments, segments and parts. What is on disk nginx has served already; here come requests for what is about to
 * be: they are held, answered by handing the file back to nginx, or, for a DASH segment in progress, sent part by part.
 * Without nginx the same routes send the files themselves.
 */
import { Controller, Get, Inject, Param, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Problem } from '../engine/problem.js';
import { Open } from '../platform/auth/index.js';
import { Problems } from '../platform/problems/index.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { ApiMedia, RenditionParam, StreamParam } from './api-description.js';
import { cacheControl, CORS_HEADERS } from './cache-policy.js';
import { sendFile } from './http/send-file.js';
import { MediaLookup, mediaType, type AskedMedia, type FoundMedia } from './media-lookup.js';
import { SignedPlayback } from './signed/index.js';
import { segmentInProgress } from './segment-in-progress.js';
import { WakeLatency } from './wake-latency.js';

@ApiTags('playback')
@UseGuards(SignedPlayback)
@Controller('streams/:id/:rendition/:file')
@Open()
export class MediaController {
  constructor(
    @Inject(MediaLookup) private readonly lookup: MediaLookup,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(WakeLatency) private readonly latency: WakeLatency,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Init segment, segment or part',
    description:
      'A part that the playlist has hinted at is held until it is there. nginx answers from disk what is on disk.',
  })
  @StreamParam()
  @RenditionParam()
  @ApiMedia()
  @Problems('media-not-found', 'playback-link-invalid', 'playback-link-expired')
  async media(
    @Param('id') id: string,
    @Param('rendition') rendition: string,
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = { id, rendition, file };
    const found = this.lookup.find(asked);
    if (found.kind === 'in-progress') return this.sendInProgress(found, asked, request, reply);
    if (found.kind === 'held') await found.there(reply.raw);
    await this.sendFile(asked, request, reply);
    if (found.kind === 'held') this.latency.answered('file', found.presentation);
  }

  private async sendFile(asked: AskedMedia, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const path = join(this.settings.outputDir, asked.id, asked.rendition, asked.file);
    const terms = { type: mediaType(asked), cacheControl: cacheControl('media', 1) };
    if (!(await sendFile(request, reply, path, terms))) throw new Problem('media-not-found', { ...asked });
  }

  private async sendInProgress(
    { presentation, segment }: Extract<FoundMedia, { kind: 'in-progress' }>,
    asked: AskedMedia,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const folder = join(this.settings.outputDir, asked.id);
    const parts = segmentInProgress(presentation, folder, asked.rendition, segment, {
      viewer: reply.raw,
      onHeldPart: () => this.latency.answered('part', presentation),
    });
    // Nothing is promised before the first part is here: until then there can still be a 404.
    const first = await parts.next().catch(() => undefined);
    if (!first || first.done) throw new Problem('media-not-found', { ...asked });
    const headers = { ...CORS_HEADERS, 'cache-control': cacheControl('media', 1) };
    if (request.method === 'HEAD') {
      // As a GET now would begin: of unknown length. Fastify would call an empty body zero bytes long.
      await parts.return(undefined);
      reply.hijack();
      reply.raw.writeHead(200, { ...headers, 'content-type': mediaType(asked) }).end();
      return;
    }
    reply.headers(headers).type(mediaType(asked));
    void reply.send(Readable.from(startingWith(first.value, parts), { objectMode: false }));
  }
}

async function* startingWith(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
