/** What became of webhooks, and sending them again. */
import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problems } from '../../platform/problems/index.js';
import { shownWebhookUrl, Webhooks, type Delivery } from '../../platform/webhooks/index.js';
import { DeliveriesDto, DeliveriesQueryDto, DeliveryDto, DeliveryWithEventDto } from './deliveries.dto.js';
import type { StreamEventDto } from './events.dto.js';

const PAGE = 50;

@ApiTags('webhooks')
@Controller('webhooks/deliveries')
export class DeliveriesController {
  constructor(@Inject(Webhooks) private readonly webhooks: Webhooks) {}

  @Get()
  @ApiOperation({ summary: 'List webhook deliveries, newest first' })
  @ApiOkResponse({ type: DeliveriesDto })
  @Problems('request-invalid')
  async list(@Query() { status, stream_id, limit = PAGE, cursor }: DeliveriesQueryDto): Promise<DeliveriesDto> {
    const filter = { status, subject: stream_id, before: cursor, limit: limit + 1 };
    const found = await this.webhooks.list(filter);
    const page = found.slice(0, limit);
    return { deliveries: page.map(shown), next_cursor: found.length > limit ? page.at(-1)!.id : null };
  }

  @Get(':id')
  @ApiOperation({ summary: 'Show one delivery and the event it carries' })
  @ApiOkResponse({ type: DeliveryWithEventDto })
  @Problems('webhook-delivery-not-found')
  async get(@Param('id') id: string): Promise<DeliveryWithEventDto> {
    const delivery = await this.webhooks.get(id);
    return { ...shown(delivery), event: JSON.parse(delivery.body) as StreamEventDto };
  }

  @Post(':id/redeliver')
  @HttpCode(202)
  @ApiOperation({ summary: 'Send it again, whatever became of it; an endpoint that takes it gets the next ones too' })
  @ApiAcceptedResponse({ type: DeliveryDto })
  @Problems('webhook-delivery-not-found')
  async redeliver(@Param('id') id: string): Promise<DeliveryDto> {
    return shown(await this.webhooks.redeliver(id));
  }
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

function shown(delivery: Delivery): DeliveryDto {
  const { id, type, subject, url, endpoint, status, attempts, last_status_code, last_error } = delivery;
  return {
    ...{ id, type, stream_id: subject, url: shownWebhookUrl(url), endpoint, status, attempts },
    created_at: delivery.created_at / 1000,
    last_attempt_at: seconds(delivery.last_attempt_at),
    next_attempt_at: seconds(delivery.next_attempt_at),
    ...{ last_status_code, last_error },
  };
}
