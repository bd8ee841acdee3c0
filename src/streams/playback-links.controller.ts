/** Links that viewers are given. */
import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { PlaybackLinks } from '../origin/index.js';
import { Problems } from '../platform/problems/index.js';
import { SETTINGS, type Settings } from '../platform/settings/index.js';
import { StreamIdParam } from './requests/index.js';
import { StreamsService } from './streams.service.js';

const FOUR_HOURS = 14_400;

export class PlaybackLinkRequestDto {
  @ApiPropertyOptional({
    type: 'integer',
    default: FOUR_HOURS,
    minimum: 60,
    maximum: 2_592_000,
    description:
      'Seconds the link is good for, rounded up to the next five minutes of the clock: links of the same time are equal, and a CDN keeps one copy for all who have them. A viewer needs it to the end, so longer than the programme.',
  })
  @IsOptional()
  @IsInt({ message: 'expires_in must be whole seconds' })
  @Min(60, { message: 'expires_in must be at least 60 seconds' })
  @Max(2_592_000, { message: 'expires_in must be at most 2592000 seconds, thirty days' })
  expires_in?: number;
}

export class PlaybackLinkDto {
  @ApiProperty({
    nullable: true,
    type: String,
    example: '/signed/1767226200/dGhpcyBpcyBub3QgYSBrZQ/demo/playlist.m3u8',
    description: 'null where the stream has no HLS. A whole URL where PUBLIC_URL is set.',
  })
  hls_url!: string | null;
  @ApiProperty({
    nullable: true,
    type: String,
    example: '/signed/1767226200/dGhpcyBpcyBub3QgYSBrZQ/demo/manifest.mpd',
    description: 'null where the stream has no DASH.',
  })
  dash_url!: string | null;
  @ApiProperty({
    nullable: true,
    type: Number,
    example: 1_767_226_200,
    description: 'Unix seconds; null where PLAYBACK_SECRET is not set: the addresses are the ordinary ones then.',
  })
  expires_at!: number | null;
}

@ApiTags('streams')
@Controller('streams')
export class PlaybackLinksController {
  constructor(
    @Inject(StreamsService) private readonly streams: StreamsService,
    @Inject(PlaybackLinks) private readonly links: PlaybackLinks,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Post(':id/playback-links')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Make a link to play a stream by',
    description:
      'Good for this stream alone, until it expires. Everything a player asks for is found under the same prefix.',
  })
  @StreamIdParam()
  @ApiOkResponse({ type: PlaybackLinkDto })
  @Problems('stream-not-found')
  link(@Param('id') id: string, @Body() { expires_in = FOUR_HOURS }: PlaybackLinkRequestDto): PlaybackLinkDto {
    const { enableHls, enableDash } = this.streams.get(id).spec;
    const { prefix, expiresAt } = this.links.linkTo(id, expires_in);
    const base = `${this.settings.publicUrl ?? ''}${prefix}/${id}`;
    return {
      hls_url: enableHls ? `${base}/playlist.m3u8` : null,
      dash_url: enableDash ? `${base}/manifest.mpd` : null,
      expires_at: expiresAt,
    };
  }
}
