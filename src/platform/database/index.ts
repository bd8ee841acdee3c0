export { DATABASE, DatabaseModule, openDatabase } from './database.module.js';
export type { Database, StreamsTable } from './schema.js';
