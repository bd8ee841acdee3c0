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
};
