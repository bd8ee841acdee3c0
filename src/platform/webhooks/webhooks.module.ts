import { Global, Module } from '@nestjs/common';
import { systemLookup, WEBHOOK_LOOKUP, WebhookSender } from './sender.js';
import { WebhookMetrics } from './webhooks.metrics.js';
import { Webhooks } from './webhooks.js';

/** Signed HTTP requests to whoever wants to be told, from an outbox on disk. Knows nothing of what it tells. */
@Global()
@Module({
  providers: [Webhooks, WebhookSender, WebhookMetrics, { provide: WEBHOOK_LOOKUP, useValue: systemLookup }],
  exports: [Webhooks],
})
export class WebhooksModule {}
