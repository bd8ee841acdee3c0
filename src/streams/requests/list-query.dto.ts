/** Which streams a list shows: its query. */
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { STREAM_STATES, type StreamState } from '../live/index.js';

/** Of a page. */
const MOST_STREAMS = 1000;

/** Given once or several times: `?state=live&state=degraded`. */
const Several = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (value === undefined || Array.isArray(value) ? value : [value]));

export class ListQueryDto {
  @ApiPropertyOptional({
    enum: STREAM_STATES,
    isArray: true,
    description: 'Streams of this status; several times: of any of them.',
  })
  @IsOptional()
  @Several()
  @ArrayMaxSize(STREAM_STATES.length)
  @IsIn(STREAM_STATES, { each: true, message: `state must be one of ${STREAM_STATES.join(', ')}` })
  state?: StreamState[];

  @ApiPropertyOptional({
    example: 'camera',
    maxLength: 120,
    description: 'Streams with this in their id or title, in capitals or not.',
  })
  @IsOptional()
  @IsString({ message: 'q must be given once' })
  @MaxLength(120)
  q?: string;

  @ApiPropertyOptional({
    type: [String],
    example: ['venue:stadium'],
    description: 'Streams with this label, as name:value; several times: with all of them.',
  })
  @IsOptional()
  @Several()
  @ArrayMaxSize(16)
  @Matches(/^[^:]+:/, { each: true, message: 'label must be name:value' })
  label?: string[];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MOST_STREAMS,
    example: 50,
    description: 'How many at a time. Without it: all.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: `limit must be a whole number from 1 to ${MOST_STREAMS}` })
  @Min(1)
  @Max(MOST_STREAMS)
  limit?: number;

  @ApiPropertyOptional({ description: 'Where the page before ended: from its Link header.' })
  @IsOptional()
  @IsString({ message: 'cursor must be given once' })
  cursor?: string;
}
