export { DeliveriesController } from './deliveries.controller.js';
export { EventStreams } from './event-streams.js';
export { EventWebhooks } from './event-webhooks.js';
export { EventsController } from './events.controller.js';
