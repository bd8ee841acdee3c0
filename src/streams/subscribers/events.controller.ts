/** What happens to streams: as JSON what is remembered, as an event stream what happens from now on. */
import { Controller, Get, Headers, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problems } from '../../platform/problems/index.js';
import { StreamEvents, type EventInterest } from '../events/index.js';
import { StreamsService } from '../streams.service.js';
import { EventStreams } from './event-streams.js';
import { EventsDto, EventsQueryDto } from './events.dto.js';

const EVENT_STREAM = 'text/event-stream';

const LAST_EVENT_ID = {
  name: 'last-event-id',
  required: false,
  description: 'The id of the last event that was seen: an event stream begins with what is remembered since then.',
};

const ANSWER = {
  content: {
    'application/json': { schema: { $ref: getSchemaPath(EventsDto) } },
    [EVENT_STREAM]: {
      schema: { type: 'string' },
      example:
        'id: evt_019be2a0b3c40000a1b2c3d4\nevent: stream.stopped\ndata: {"id":"evt_019be2a0b3c40000a1b2c3d4",…}\n\n',
    },
  },
  description: `With Accept: ${EVENT_STREAM} what happens from now on; otherwise what is remembered.`,
} as const;

@ApiTags('events')
@ApiExtraModels(EventsDto)
@Controller('streams')
export class EventsController {
  constructor(
    @Inject(StreamsService) private readonly streams: StreamsService,
    @Inject(StreamEvents) private readonly events: StreamEvents,
    @Inject(EventStreams) private readonly followers: EventStreams,
  ) {}

  @Get('events')
  @ApiOperation({ summary: 'What happens to all streams' })
  @ApiHeader(LAST_EVENT_ID)
  @ApiOkResponse(ANSWER)
  @Problems('request-invalid', 'too-many-event-streams', 'server-stopping')
  all(
    @Query() query: EventsQueryDto,
    @Headers(LAST_EVENT_ID.name) after: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    this.answer({}, query, after, { request, reply });
  }

  @Get(':id/events')
  @ApiOperation({ summary: 'What happens to one stream, also when it was deleted, until ENDED_RETENTION is over' })
  @ApiHeader(LAST_EVENT_ID)
  @ApiOkResponse(ANSWER)
  @Problems('request-invalid', 'stream-not-found', 'too-many-event-streams', 'server-stopping')
  ofStream(
    @Param('id') streamId: string,
    @Query() query: EventsQueryDto,
    @Headers(LAST_EVENT_ID.name) after: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    if (!this.events.knows(streamId)) this.streams.get(streamId);
    this.answer({ streamId }, query, after, { request, reply });
  }

  private answer(
    about: Pick<EventInterest, 'streamId'>,
    { types, limit }: EventsQueryDto,
    after: string | undefined,
    { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  ): void {
    const interest = { ...about, ...(types && { types: new Set(types) }) };
    void reply.header('vary', 'accept').header('cache-control', 'no-store');
    const follows = request.method === 'GET' && (request.headers.accept ?? '').includes(EVENT_STREAM);
    if (follows) return this.followers.follow(reply, interest, after);
    const events = this.events.list(interest);
    void reply.send({ events: limit === undefined ? events : events.slice(-limit) });
  }
}
