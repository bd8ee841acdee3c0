/** A small picture of a stream, for lists. */
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problems } from '../../platform/problems/index.js';
import { ThumbnailService } from './thumbnail.service.js';

@ApiTags('streams')
@Controller('streams/:id/thumbnail')
export class ThumbnailController {
  constructor(@Inject(ThumbnailService) private readonly thumbnails: ThumbnailService) {}

  @Get()
  @ApiOperation({
    summary: 'Show a small picture of the last seconds',
    description:
      'At most 320 pixels wide, from the newest finished segment of the smallest quality, drawn at most every two seconds. Ask again with If-None-Match.',
  })
  @ApiOkResponse({
    description: 'The picture.',
    content: { 'image/jpeg': { schema: { type: 'string', format: 'binary' } } },
    headers: { ETag: { description: 'Changes with the picture.', schema: { type: 'string' } } },
  })
  @ApiResponse({ status: 304, description: 'The picture is the one that If-None-Match names.' })
  @Problems('stream-not-found', 'thumbnail-not-available')
  async show(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { jpeg, etag } = await this.thumbnails.of(id);
    reply.headers({ etag, 'cache-control': 'private, no-cache' });
    if (request.headers['if-none-match'] === etag) return void reply.status(304).send();
    void reply.type('image/jpeg').send(jpeg);
  }
}
