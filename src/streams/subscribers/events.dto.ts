/** Query and answers of the events API. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { STREAM_EVENT_TYPES, type StreamEvent, type StreamEventType } from '../events/index.js';

/** `a,b` and `?types=a&types=b` alike. */
const listed = (value: unknown): unknown =>
  [value]
    .flat()
    .flatMap((item) => (typeof item === 'string' ? item.split(',') : [item]))
    .filter((item) => item !== '');

export class EventsQueryDto {
  @ApiPropertyOptional({
    type: String,
    example: 'stream.failed,stream.source_lost',
    description: `Only these types, with commas between them: ${STREAM_EVENT_TYPES.join(', ')}.`,
  })
  @IsOptional()
  @Transform(({ value }) => listed(value))
  @IsIn(STREAM_EVENT_TYPES, { each: true, message: `each of types must be one of ${STREAM_EVENT_TYPES.join(', ')}` })
  types?: StreamEventType[];

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1000, description: 'Only the last so many; JSON only.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'limit must be a whole number' })
  @Min(1)
  @Max(1000)
  limit?: number;
}

const EXAMPLE = {
  id: 'evt_019be2a0b3c40000a1b2c3d4',
  type: 'stream.source_lost',
  timestamp: '2026-01-21T09:30:00.000Z',
  data: {
    stream_id: 'demo',
    source_index: 0,
    source_url: 'rtmp://media.example.com/…',
    problem: { code: 'source-unreachable', detail: 'The source cannot be reached: no data for 10 s.' },
  },
};

export class StreamEventDto {
  @ApiProperty({
    example: EXAMPLE.id,
    description: 'Unique across restarts; of two events the later one has the greater id.',
  })
  id!: string;
  @ApiProperty({ enum: STREAM_EVENT_TYPES, example: EXAMPLE.type }) type!: StreamEventType;
  @ApiProperty({ example: EXAMPLE.timestamp, format: 'date-time' }) timestamp!: string;
  @ApiProperty({
    ...{ type: 'object', additionalProperties: true, required: ['stream_id'] },
    properties: { stream_id: { type: 'string' } },
    example: EXAMPLE.data,
    description: 'stream_id, and what docs/events.md lists for the type.',
  })
  data!: StreamEvent['data'];
}

export class EventsDto {
  @ApiProperty({ type: [StreamEventDto], description: 'Oldest first.' }) events!: StreamEventDto[];
}
