/** The rungs a stream may ask for by name. */
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { H264_PROFILES, type H264Profile } from '../engine/ladder/index.js';
import { StreamsService } from './streams.service.js';

export class LadderRungDto {
  @ApiProperty({ example: '720p' }) name!: string;
  @ApiProperty({ type: 'integer', example: 720, description: "Of the picture's shorter side." }) height!: number;
  @ApiProperty({ type: 'integer', example: 2800 }) video_kbps!: number;
  @ApiProperty({
    type: 'integer',
    example: 128,
    description: 'The sound that all rungs share has the highest of theirs.',
  })
  audio_kbps!: number;
  @ApiProperty({ enum: H264_PROFILES, description: 'H.264 profile.' }) profile!: H264Profile;
}

export class LadderDto {
  @ApiProperty({ type: [LadderRungDto] }) rungs!: LadderRungDto[];
  @ApiProperty({ type: [String], example: ['720p', '480p', '360p'], description: 'Of a stream that names none.' })
  defaults!: string[];
}

@ApiTags('streams')
@Controller('ladder')
export class LadderController {
  constructor(@Inject(StreamsService) private readonly streams: StreamsService) {}

  @Get()
  @ApiOperation({
    summary: 'List the qualities that can be asked for by name',
    description:
      'As the ladder file has them. `audio`, sound alone, can always be asked for; so can a rung described in the request.',
  })
  @ApiOkResponse({ type: LadderDto })
  show(): LadderDto {
    const { rungs, defaults } = this.streams.offeredLadder;
    const shown = rungs.map(({ name, height, videoKbps, audioKbps, profile }) => ({
      ...{ name, height, profile, video_kbps: videoKbps, audio_kbps: audioKbps },
    }));
    return { rungs: shown, defaults: [...defaults] };
  }
}
