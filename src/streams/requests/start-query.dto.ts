/** How a start is asked for: its query, and the answer to one that is only tried out. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { ADMISSIONS } from '../../platform/settings/index.js';

/** A client that waits for a stream waits this long unless it says otherwise, s. */
export const WAIT_SECONDS = 20;
/** Proxies between here and the client give up after a minute. */
const MOST_WAIT_SECONDS = 60;

export class StartQueryDto {
  @ApiPropertyOptional({
    enum: ['playable'],
    description:
      'Answer when it can be played (201, or 200 for one that ran), with its problem when it fails first, or after timeout with 202. Hanging up does not end the stream.',
  })
  @IsOptional()
  @IsIn(['playable'], { message: 'wait must be playable, or absent' })
  wait?: 'playable';

  @ApiPropertyOptional({
    type: Number,
    minimum: 0,
    maximum: MOST_WAIT_SECONDS,
    default: WAIT_SECONDS,
    description: 'Seconds to wait for at most.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsNumber({}, { message: 'timeout must be a number of seconds' })
  @Min(0)
  @Max(MOST_WAIT_SECONDS)
  timeout?: number;

  @ApiPropertyOptional({
    enum: ['true', 'false'],
    default: 'false',
    description: 'Only say what the stream would be made into and need: nothing is started, nothing written down.',
  })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'dry_run must be true or false' })
  dry_run?: 'true' | 'false';
}

export class PlannedQualityDto {
  @ApiProperty({ example: '720p' }) name!: string;
  @ApiProperty({ nullable: true, type: 'integer', example: 1280, description: 'null: sound alone.' })
  width!: number | null;
  @ApiProperty({ nullable: true, type: 'integer', example: 720 }) height!: number | null;
  @ApiProperty({ nullable: true, type: 'integer', example: 2800 }) video_kbps!: number | null;
  @ApiProperty({ type: 'integer', example: 128, description: 'Of the sound that all of them share.' })
  audio_kbps!: number;
  @ApiProperty({ nullable: true, type: String, example: 'main', description: 'H.264 profile.' })
  profile!: string | null;
}

export class DryRunDto {
  @ApiProperty({
    description: 'Whether there is room for it now. Where admission is not enforce, it is let in anyway.',
  })
  fits!: boolean;
  @ApiProperty({
    description: 'A stream of this id runs already, asked for in the same words: a start would answer it.',
  })
  running!: boolean;
  @ApiProperty({ enum: ADMISSIONS, description: 'ADMISSION.' }) admission!: (typeof ADMISSIONS)[number];
  @ApiProperty({ example: 1.31, description: 'Processor cores it is expected to need.' }) needs!: number;
  @ApiProperty({ example: 2.4, description: 'Processor cores that are free.' }) free!: number;
  @ApiProperty({ example: 3.2, description: 'Processor cores that streams may need.' }) total!: number;
  @ApiProperty({
    type: [PlannedQualityDto],
    description: 'What a 16:9 source as tall as the tallest of them is made into; a `test:` source tells its size.',
  })
  qualities!: PlannedQualityDto[];
  @ApiProperty({ type: [String], description: 'Asked for, but taller than the source.' }) left_out!: string[];
  @ApiProperty({
    nullable: true,
    type: [String],
    example: null,
    description: 'The largest smaller ladder that would fit; null where it fits, or none would.',
  })
  suggestion!: string[] | null;
}
