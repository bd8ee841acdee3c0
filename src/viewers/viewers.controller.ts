import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problems } from '../platform/problems/index.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { WINDOW_MS, type Viewing } from './audience.js';
import { byProtocol, byRendition, playbackReports } from './viewer-counts.js';
import { AllViewersDto, StreamViewersDto, type ViewersDto } from './viewers.dto.js';
import { ViewersService } from './viewers.service.js';

@ApiTags('viewers')
@Controller()
export class ViewersController {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(ViewersService) private readonly viewers: ViewersService,
  ) {}

  @Get('viewers')
  @ApiOperation({ summary: 'Who watches, stream by stream' })
  @ApiOkResponse({ type: AllViewersDto })
  all(): AllViewersDto {
    const streams = this.viewers.all();
    return {
      window_seconds: WINDOW_MS / 1000,
      counted_by: this.settings.viewerLogPort === undefined ? 'server' : 'nginx',
      total: streams.reduce((sum, { viewings }) => sum + viewings.length, 0),
      streams: streams.map(({ streamId, viewings }) => this.answer(streamId, viewings)),
    };
  }

  @Get('streams/:id/viewers')
  @ApiOperation({ summary: 'Who watches a stream, and how their players fare' })
  @ApiOkResponse({ type: StreamViewersDto })
  @Problems('stream-not-found')
  one(@Param('id') id: string): StreamViewersDto {
    const viewings = this.viewers.viewingsOf(id);
    return viewings ? this.answer(id, viewings) : { stream_id: id, viewers: null };
  }

  private answer(streamId: string, viewings: readonly Viewing[]): StreamViewersDto & { viewers: ViewersDto } {
    const renditions = [...byRendition(viewings)].map(([name, now]) => ({ name, now }));
    const { reporting, bufferSeconds, bitrateKbps, throughputKbps } = playbackReports(viewings);
    return {
      stream_id: streamId,
      viewers: {
        ...{ now: viewings.length, protocols: byProtocol(viewings) },
        renditions: renditions.sort((a, b) => b.now - a.now || a.name.localeCompare(b.name)),
        playback: {
          ...{ reporting, buffer_seconds: bufferSeconds ?? null, bitrate_kbps: bitrateKbps ?? null },
          throughput_kbps: throughputKbps ?? null,
          starvations: this.viewers.reportsOf(streamId).starvations,
        },
      },
    };
  }
}
