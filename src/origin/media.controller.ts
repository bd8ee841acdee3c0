/**
 * Init segments, segments and parts. What is on disk nginx has served already; here come requests for what is about to
 * be: they are held, answered by handing the file back to nginx, or, for a DASH segment in progress, sent part by part.
 * Without nginx the same routes send the files themselves.
 */
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Presentation } from '../engine/packager/index.js';
import { Problem } from '../engine/problem.js';
import { parseMediaName, STREAM_ID, type MediaName } from '../engine/storage/index.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { availabilityOf } from './availability.js';
import { cacheControl, CORS_HEADERS } from './cache-policy.js';
import { Catalogue } from './catalogue.js';
import { sendFile } from './http/send-file.js';
import { segmentInProgress } from './segment-in-progress.js';

/** Folder and URL name of a rendition. */
const RENDITION = /^[a-z0-9][a-z0-9_-]{0,31}$/;

interface Asked {
  readonly id: string;
  readonly rendition: string;
  readonly file: string;
  readonly name: MediaName;
}

@ApiExcludeController()
@Controller('streams/:id/:rendition/:file')
export class MediaController {
  constructor(
    @Inject(Catalogue) private readonly catalogue: Catalogue,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get()
  async media(
    @Param('id') id: string,
    @Param('rendition') rendition: string,
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const name = parseMediaName(file);
    const asked = { id, rendition, file };
    if (!name || !STREAM_ID.test(id) || !RENDITION.test(rendition)) throw new Problem('media-not-found', asked);
    const format = name.kind === 'segment' ? name.format : 'fmp4';
    const presentation = this.catalogue.presentations(id).find(({ outline }) => outline.format === format);
    const timeline = presentation?.timeline(rendition);
    if (presentation && timeline && !presentation.ended) {
      const about = availabilityOf(timeline, name, presentation.outline);
      if (about === 'missing') throw new Problem('media-not-found', asked);
      if (about === 'in-progress' && name.kind === 'segment') {
        return this.sendInProgress(presentation, { ...asked, name }, request, reply);
      }
      if (about === 'next') await this.hold(presentation, { ...asked, name }, reply);
    }
    await this.sendFile(asked, request, reply);
  }

  /** Waits until the part (or whole segment) asked for is on disk. */
  private async hold(
    presentation: Presentation,
    { id, rendition, file, name }: Asked,
    reply: FastifyReply,
  ): Promise<void> {
    const isSettled = (): boolean =>
      presentation.ended || availabilityOf(presentation.timeline(rendition)!, name, presentation.outline) !== 'next';
    const met = await presentation.waitUntil(isSettled, presentation.outline.terms.holdLimit * 1000, reply.raw);
    const found = met && availabilityOf(presentation.timeline(rendition)!, name, presentation.outline) === 'there';
    // rfc8216bis 6.2.6: a hinted resource that was abandoned is a 404.
    if (!found) throw new Problem('media-not-found', { id, rendition, file });
  }

  private async sendFile(
    { id, rendition, file }: Omit<Asked, 'name'>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    if (request.headers['x-accel-capable'] === '1') {
      // nginx puts its own cache headers on the file it is handed back.
      // Straight to the socket, as sendText does: a new part has as many takers as the stream has viewers.
      reply.hijack();
      reply.raw
        .writeHead(200, {
          'x-accel-redirect': `/_media/${id}/${rendition}/${file}`,
          'content-type': mediaType(rendition, file),
          'content-length': 0,
        })
        .end();
      return;
    }
    const path = join(this.settings.outputDir, id, rendition, file);
    const terms = { type: mediaType(rendition, file), cacheControl: cacheControl('media', 1) };
    if (!(await sendFile(request, reply, path, terms))) throw new Problem('media-not-found', { id, rendition, file });
  }

  private async sendInProgress(
    presentation: Presentation,
    { id, rendition, file, name }: Asked & { name: Extract<MediaName, { kind: 'segment' }> },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const folder = join(this.settings.outputDir, id);
    const parts = segmentInProgress(presentation, folder, rendition, name.segment, reply.raw);
    // Nothing is promised before the first part is here: until then there can still be a 404.
    const first = await parts.next().catch(() => undefined);
    if (!first || first.done) throw new Problem('media-not-found', { id, rendition, file });
    const headers = { ...CORS_HEADERS, 'cache-control': cacheControl('media', 1) };
    if (request.method === 'HEAD') {
      // As a GET now would begin: of unknown length. Fastify would call an empty body zero bytes long.
      await parts.return(undefined);
      reply.hijack();
      reply.raw.writeHead(200, { ...headers, 'content-type': mediaType(rendition, file) }).end();
      return;
    }
    reply.headers(headers).type(mediaType(rendition, file));
    void reply.send(Readable.from(startingWith(first.value, parts), { objectMode: false }));
  }
}

async function* startingWith(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

function mediaType(rendition: string, file: string): string {
  if (file.endsWith('.ts')) return 'video/mp2t';
  if (rendition === 'audio') return 'audio/mp4';
  return file.endsWith('.mp4') ? 'video/mp4' : 'video/iso.segment';
}
