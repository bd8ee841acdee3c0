export type { WebhookEndpoint, WebhookMessage } from './endpoint.js';
export {
  isWebhookSecret,
  isWebhookUrl,
  shownWebhookUrl,
  WEBHOOK_SECRET_ALLOWED,
  WEBHOOK_URL_ALLOWED,
} from './endpoint-rules.js';
export { OUTBOX_LIMITS, type Delivery, type DeliveryFilter } from './outbox.js';
export { MOST_ATTEMPTS, RETRY_SECONDS } from './retry-plan.js';
export { ATTEMPT_TIMEOUT_SECONDS, WEBHOOK_LOOKUP, WebhookSender } from './sender.js';
export { Webhooks } from './webhooks.js';
export { WebhooksModule } from './webhooks.module.js';
