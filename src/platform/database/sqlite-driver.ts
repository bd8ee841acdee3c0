/** `node:sqlite` where Node has it (22.13 and later), the same API from a package on Node 20; dressed for kysely. */
import type { SqliteDatabase, SqliteStatement } from 'kysely';

interface StatementSync {
  columns(): unknown[];
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: unknown[]): IterableIterator<unknown>;
}

interface DatabaseSync {
  prepare(sql: string): StatementSync;
  exec(sql: string): void;
  close(): void;
}

type DatabaseConstructor = new (path: string) => DatabaseSync;

/**
 * Opens (or makes) a database file; `:memory:` for tests. WAL: readers never wait for a writer. FULL: what was answered
 * with success is there after a power cut, for the price of one wait for the disk a write; there are few of them.
 */
export async function openSqlite(path: string): Promise<SqliteDatabase> {
  const Constructor = await sqliteConstructor();
  const database = new Constructor(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;');
  const close = (): void => {
    // The last close would do this, but not on Node 20: statements stay open there until they are collected, and all
    // that was written would be left in the -wal file. PASSIVE never waits for another reader.
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    database.close();
  };
  return { prepare: (sql) => dressed(database.prepare(sql)), close };
}

async function sqliteConstructor(): Promise<DatabaseConstructor> {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const builtIn = major > 22 || (major === 22 && minor >= 13);
  // A name in a variable: bundlers and type checkers of older Nodes do not know the built-in module.
  const name = builtIn ? 'node:sqlite' : '@photostructure/sqlite';
  const module = (await import(name)) as { DatabaseSync: DatabaseConstructor };
  return module.DatabaseSync;
}

/** kysely hands parameters over as one list and asks whether a statement gives rows. */
function dressed(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters),
    run: (parameters) => statement.run(...parameters),
    iterate: (parameters) => statement.iterate(...parameters),
  };
}
