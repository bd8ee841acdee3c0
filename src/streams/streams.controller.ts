/** The streams API: translates, decides nothing. */
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Costly } from '../platform/limits/index.js';
import { Problems } from '../platform/problems/index.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { dryRun } from './dry-run.js';
import { ExplainService, ExplanationDto } from './explain/index.js';
import {
  DryRunDto,
  HeartbeatDto,
  ListQueryDto,
  StartQueryDto,
  StartStreamDto,
  StoppedDto,
  StreamIdParam,
  StreamInfoDto,
  SwitchSourceDto,
  UpdateStreamDto,
  WAIT_SECONDS,
} from './requests/index.js';
import type { LiveStream } from './live/index.js';
import { SOURCE_REFUSALS } from './source-gate.js';
import { streamInfo } from './stream-info.js';
import { pageOf } from './stream-list.js';
import { StreamsService } from './streams.service.js';
import { untilPlayable } from './until-playable.js';

@ApiTags('streams')
@Controller('streams')
export class StreamsController {
  constructor(
    @Inject(StreamsService) private readonly streams: StreamsService,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(ExplainService) private readonly explaining: ExplainService,
  ) {}

  @Post()
  @Costly()
  @ApiOperation({
    summary: 'Start a stream',
    description:
      'Answers at once, when it plays (wait=playable), or, with dry_run=true, what it would be made into and need. Asked for again in the same words while it runs, the stream is answered with 200, which counts as a heartbeat: a start can be repeated safely.',
  })
  @ApiCreatedResponse({ type: StreamInfoDto, description: 'It is starting; with wait=playable: it plays.' })
  @ApiOkResponse({
    description: 'It runs already, asked for in the same words; or the answer of dry_run=true.',
    content: {
      'application/json': {
        schema: { oneOf: [{ $ref: getSchemaPath(StreamInfoDto) }, { $ref: getSchemaPath(DryRunDto) }] },
      },
    },
  })
  @ApiAcceptedResponse({ type: StreamInfoDto, description: 'wait=playable: it is still starting after timeout.' })
  @ApiExtraModels(DryRunDto)
  @Problems(
    ...SOURCE_REFUSALS,
    ...(['stream-exists', 'quality-unknown', 'capacity-exceeded', 'database-not-writable', 'stream-over'] as const),
    // wait=playable: what ended it before it played.
    ...(['source-without-picture', 'source-without-media', 'source-given-up', 'clock-behind'] as const),
  )
  async start(
    @Body() request: StartStreamDto,
    @Query() { wait, timeout = WAIT_SECONDS, dry_run }: StartQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamInfoDto | DryRunDto> {
    if (dry_run === 'true') {
      reply.status(200);
      return dryRun(await this.streams.tryOut(request), this.settings);
    }
    const { stream, isNew } = await this.streams.start(request);
    const isDue = wait === undefined || (await untilPlayable(stream, timeout));
    reply.status(!isDue ? 202 : isNew ? 201 : 200);
    return this.info(stream);
  }

  @Get()
  @ApiOperation({
    summary: 'List streams',
    description:
      'Oldest first. With limit, page by page: the header Link names the next one, X-Total-Count how many there are.',
  })
  @ApiOkResponse({
    type: [StreamInfoDto],
    headers: {
      'X-Total-Count': { description: 'How many streams there are on all pages.', schema: { type: 'integer' } },
      Link: {
        description: 'The next page, as `</streams?…>; rel="next"`; absent on the last one.',
        schema: { type: 'string' },
      },
    },
  })
  @Problems('request-invalid')
  list(@Query() query: ListQueryDto, @Res({ passthrough: true }) reply: FastifyReply): StreamInfoDto[] {
    const { streams, total, next } = pageOf(this.streams.list(), query);
    reply.header('x-total-count', total);
    if (next !== undefined) reply.header('link', `</streams?${next}>; rel="next"`);
    return streams.map((stream) => this.info(stream));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Show one stream' })
  @StreamIdParam()
  @ApiOkResponse({ type: StreamInfoDto })
  @Problems('stream-not-found')
  get(@Param('id') id: string): StreamInfoDto {
    return this.info(this.streams.get(id));
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a stream while it runs',
    description:
      'Its sources, what happens when they are lost, its slate, its title and labels, and when it is stale: what is not named stays, and a restart keeps the change. Sources in both the old list and the new stay connected, and the one on air stays on air; a removed one is left at once, and viewers see the last picture, then the slate, until another delivers. To change over without that, add the new source, cut to it with POST /streams/{id}/source, then remove the old one.',
  })
  @StreamIdParam()
  @ApiOkResponse({ type: StreamInfoDto })
  @Problems(...SOURCE_REFUSALS, 'stream-not-found', 'stream-over', 'database-not-writable')
  async update(@Param('id') id: string, @Body() change: UpdateStreamDto): Promise<StreamInfoDto> {
    return this.info(await this.streams.update(id, change));
  }

  @Get(':id/explain')
  @ApiOperation({ summary: 'Say in words how a stream fares, why, and what to do' })
  @StreamIdParam()
  @ApiOkResponse({ type: ExplanationDto })
  @Problems('stream-not-found')
  explain(@Param('id') id: string): ExplanationDto {
    return this.explaining.explain(id);
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Stop a stream: its playlists end, its files stay for ENDED_RETENTION' })
  @StreamIdParam()
  @ApiOkResponse({ type: StoppedDto })
  @Problems('stream-not-found')
  async stop(@Param('id') id: string): Promise<StoppedDto> {
    await this.streams.stop(id);
    return { stream_id: id, status: 'stopped' };
  }

  @Post(':id/source')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cut to another of its sources, as soon as that delivers' })
  @StreamIdParam()
  @ApiOkResponse({ type: StreamInfoDto })
  @Problems('stream-not-found', 'source-index-unknown')
  switchSource(@Param('id') id: string, @Body() { index }: SwitchSourceDto): StreamInfoDto {
    return this.info(this.streams.wantSource(id, index));
  }

  @Post(':id/heartbeat')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say that the stream is still wanted' })
  @StreamIdParam()
  @ApiOkResponse({ type: HeartbeatDto })
  @Problems('stream-not-found')
  heartbeat(@Param('id') id: string): HeartbeatDto {
    return { status: 'ok', last_update: this.streams.heartbeat(id).lastHeartbeatMs / 1000 };
  }

  private info(stream: LiveStream): StreamInfoDto {
    return streamInfo(stream, this.settings.publicUrl);
  }
}
