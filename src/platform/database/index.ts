export { DATABASE, DatabaseModule, openDatabase } from './database.module.js';
export { WEBHOOK_STATUSES } from './schema.js';
export type { Database, StreamsTable, WebhookDeliveriesTable, WebhookStatus } from './schema.js';
