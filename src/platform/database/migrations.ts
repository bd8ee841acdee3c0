/** How the schema came to be, step by step. A step that has been released is never changed. */
import type { Migration } from 'kysely';

export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-streams': {
    async up(database) {
      await database.schema
        .createTable('streams')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('wanted', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'integer', (column) => column.notNull())
        .addColumn('updated_at', 'integer', (column) => column.notNull())
        .addColumn('ended_at', 'integer')
        .addColumn('end_reason', 'text')
        .execute();
    },
  },
  '0002-webhooks': {
    async up(database) {
      await database.schema
        .createTable('webhook_deliveries')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('url', 'text', (column) => column.notNull())
        .addColumn('secret', 'text')
        .addColumn('trusted', 'integer', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('attempts', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'integer', (column) => column.notNull())
        .addColumn('next_attempt_at', 'integer')
        .addColumn('last_attempt_at', 'integer')
        .addColumn('settled_at', 'integer')
        .addColumn('last_status_code', 'integer')
        .addColumn('last_error', 'text')
        .execute();
      const index = (name: string, columns: string[]): Promise<void> =>
        database.schema.createIndex(name).on('webhook_deliveries').columns(columns).execute();
      await index('webhook_deliveries_due', ['status', 'endpoint', 'next_attempt_at']);
      await index('webhook_deliveries_settled', ['settled_at']);
      await index('webhook_deliveries_subject', ['subject', 'id']);
      await database.schema
        .createTable('webhook_endpoints_gone')
        .addColumn('endpoint', 'text', (column) => column.primaryKey())
        .addColumn('since', 'integer', (column) => column.notNull())
        .execute();
    },
  },
};
