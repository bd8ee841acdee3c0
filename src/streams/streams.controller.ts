/** The streams API: translates, decides nothing. */
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { ExplainService, ExplanationDto } from './explain/index.js';
import type { LiveStream } from './live-stream.js';
import { streamInfo } from './stream-info.js';
import { HeartbeatDto, StartStreamDto, StoppedDto, StreamInfoDto, SwitchSourceDto } from './streams.dto.js';
import { StreamsService } from './streams.service.js';

@ApiTags('streams')
@Controller('streams')
export class StreamsController {
  constructor(
    @Inject(StreamsService) private readonly streams: StreamsService,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(ExplainService) private readonly explaining: ExplainService,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Start a stream' })
  @ApiCreatedResponse({ type: StreamInfoDto })
  @ApiBadRequestResponse({ description: 'A field is wrong; the problem names it and what is allowed.' })
  @ApiConflictResponse({ description: 'A stream of this id is running.' })
  async start(@Body() request: StartStreamDto): Promise<StreamInfoDto> {
    return this.info(await this.streams.start(request));
  }

  @Get()
  @ApiOperation({ summary: 'List streams' })
  @ApiOkResponse({ type: [StreamInfoDto] })
  list(): StreamInfoDto[] {
    return this.streams.list().map((stream) => this.info(stream));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Show one stream' })
  @ApiOkResponse({ type: StreamInfoDto })
  @ApiNotFoundResponse({ description: 'There is no stream of this id.' })
  get(@Param('id') id: string): StreamInfoDto {
    return this.info(this.streams.get(id));
  }

  @Get(':id/explain')
  @ApiOperation({ summary: 'Say in words how a stream fares, why, and what to do' })
  @ApiOkResponse({ type: ExplanationDto })
  @ApiNotFoundResponse({ description: 'There is no stream of this id.' })
  explain(@Param('id') id: string): ExplanationDto {
    return this.explaining.explain(id);
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Stop a stream: its playlists end, its files stay for ENDED_RETENTION' })
  @ApiOkResponse({ type: StoppedDto })
  @ApiNotFoundResponse({ description: 'There is no stream of this id.' })
  async stop(@Param('id') id: string): Promise<StoppedDto> {
    await this.streams.stop(id);
    return { stream_id: id, status: 'stopped' };
  }

  @Post(':id/source')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cut to another of its sources, as soon as that delivers' })
  @ApiOkResponse({ type: StreamInfoDto })
  @ApiBadRequestResponse({ description: 'It has no such source.' })
  @ApiNotFoundResponse({ description: 'There is no stream of this id.' })
  switchSource(@Param('id') id: string, @Body() { index }: SwitchSourceDto): StreamInfoDto {
    return this.info(this.streams.wantSource(id, index));
  }

  @Post(':id/heartbeat')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say that the stream is still wanted' })
  @ApiOkResponse({ type: HeartbeatDto })
  @ApiNotFoundResponse({ description: 'There is no stream of this id.' })
  heartbeat(@Param('id') id: string): HeartbeatDto {
    return { status: 'ok', last_update: this.streams.heartbeat(id).lastHeartbeatMs / 1000 };
  }

  private info(stream: LiveStream): StreamInfoDto {
    return streamInfo(stream, this.settings.publicUrl);
  }
}
