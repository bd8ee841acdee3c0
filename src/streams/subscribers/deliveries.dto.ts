/** Query and answers of the webhook deliveries API. */
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { WEBHOOK_STATUSES, type WebhookStatus } from '../../platform/database/index.js';
import { STREAM_ID } from '../../engine/storage/index.js';
import { StreamEventDto } from './events.dto.js';

/** Also a place in the list: it goes on behind the delivery of this id. */
const DELIVERY_ID = /^[\w-]{1,120}$/;

export class DeliveriesQueryDto {
  @ApiPropertyOptional({ enum: WEBHOOK_STATUSES })
  @IsOptional()
  @IsIn(WEBHOOK_STATUSES, { message: `status must be one of ${WEBHOOK_STATUSES.join(', ')}` })
  status?: WebhookStatus;

  @ApiPropertyOptional({ example: 'demo' })
  @IsOptional()
  @Matches(STREAM_ID, { message: 'stream_id must be the id of a stream' })
  stream_id?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt({ message: 'limit must be a whole number' })
  @Min(1)
  @Max(200)
  limit?: number;

  @ApiPropertyOptional({ description: 'next_cursor of the page before.' })
  @IsOptional()
  @Matches(DELIVERY_ID, { message: 'cursor must be what next_cursor of the page before says' })
  cursor?: string;
}

export class DeliveryDto {
  @ApiProperty({
    example: 'evt_019be2a0b3c40000a1b2c3d4-0f1e2d3c4b5a6978',
    description: 'Sent as webhook-id, the same however often it is tried.',
  })
  id!: string;
  @ApiProperty({ example: 'stream.source_lost' }) type!: string;
  @ApiProperty({ example: 'demo' }) stream_id!: string;
  @ApiProperty({ example: 'https://ops.example.com/…', description: 'Scheme and host of where it goes.' })
  url!: string;
  @ApiProperty({ example: '0f1e2d3c4b5a6978', description: 'Tells endpoints on one host apart.' }) endpoint!: string;
  @ApiProperty({
    enum: WEBHOOK_STATUSES,
    description:
      'pending: to be tried (again); delivered; failed: given up; gone: the endpoint answered 410; dropped: too many were waiting.',
  })
  status!: WebhookStatus;
  @ApiProperty({ description: 'Times it was tried, since it was made or sent again by the API.' }) attempts!: number;
  @ApiProperty({ description: 'Unix seconds.' }) created_at!: number;
  @ApiProperty({ nullable: true, type: Number, description: 'Unix seconds.' }) last_attempt_at!: number | null;
  @ApiProperty({ nullable: true, type: Number, description: 'Unix seconds; null when it is over.' })
  next_attempt_at!: number | null;
  @ApiProperty({ nullable: true, type: 'integer', example: 503, description: 'What the endpoint answered last.' })
  last_status_code!: number | null;
  @ApiProperty({ nullable: true, type: String, example: 'answered 503', description: 'Why it was not taken.' })
  last_error!: string | null;
}

export class DeliveryWithEventDto extends DeliveryDto {
  @ApiProperty({ type: StreamEventDto, description: 'The body, as it is sent.' }) event!: StreamEventDto;
}

export class DeliveriesDto {
  @ApiProperty({ type: [DeliveryDto], description: 'Newest first.' }) deliveries!: DeliveryDto[];
  @ApiProperty({ nullable: true, type: String, description: 'For cursor, to go on; null on the last page.' })
  next_cursor!: string | null;
}
