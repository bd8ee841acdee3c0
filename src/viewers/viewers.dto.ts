import { ApiProperty } from '@nestjs/swagger';

export class RenditionViewersDto {
  @ApiProperty({ example: '720p' })
  name!: string;

  @ApiProperty({ example: 31, description: 'One who plays picture and sound is one of both.' })
  now!: number;
}

export class ProtocolViewersDto {
  @ApiProperty({ example: 40 })
  hls!: number;

  @ApiProperty({ example: 2 })
  dash!: number;
}

/** What players report of themselves (CMCD), as medians over those that do. */
export class PlaybackReportsDto {
  @ApiProperty({ example: 12, description: 'Viewers whose players report.' })
  reporting!: number;

  @ApiProperty({ example: 2.1, type: Number, nullable: true })
  buffer_seconds!: number | null;

  @ApiProperty({ example: 3200, type: Number, nullable: true })
  bitrate_kbps!: number | null;

  @ApiProperty({ example: 25_400, type: Number, nullable: true })
  throughput_kbps!: number | null;

  @ApiProperty({
    example: 0,
    description: 'Times a buffer was reported to have run empty, since the stream went on air.',
  })
  starvations!: number;
}

export class ViewersDto {
  @ApiProperty({ example: 42, description: 'Unique viewers in the last window_seconds.' })
  now!: number;

  @ApiProperty({ type: [RenditionViewersDto] })
  renditions!: RenditionViewersDto[];

  @ApiProperty({ type: ProtocolViewersDto })
  protocols!: ProtocolViewersDto;

  @ApiProperty({ type: PlaybackReportsDto })
  playback!: PlaybackReportsDto;
}

export class StreamViewersDto {
  @ApiProperty({ example: 'camera-1' })
  stream_id!: string;

  @ApiProperty({ type: ViewersDto, nullable: true, description: 'null while the stream is not on air yet.' })
  viewers!: ViewersDto | null;
}

export class AllViewersDto {
  @ApiProperty({ example: 30, description: 'Who has asked for nothing for this long is not counted any more.' })
  window_seconds!: number;

  @ApiProperty({
    enum: ['nginx', 'server'],
    description: "By nginx's viewer log (VIEWER_LOG_PORT), or by what this server answers itself.",
  })
  counted_by!: 'nginx' | 'server';

  @ApiProperty({ example: 42, description: 'Of all streams; who watches two of them is counted twice.' })
  total!: number;

  @ApiProperty({ type: [StreamViewersDto] })
  streams!: StreamViewersDto[];
}
