/** The one embedded database: what is wanted survives a restart here. */
import { Global, Inject, Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Kysely, Migrator, SqliteDialect } from 'kysely';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../engine/problem.js';
import { SETTINGS, type Settings } from '../settings/index.js';
import { MIGRATIONS } from './migrations.js';
import type { Database } from './schema.js';
import { openSqlite } from './sqlite-driver.js';

/** Injection token of the `Kysely<Database>`. */
export const DATABASE = Symbol('database');

/** Opens (or makes) the database of a data folder. Throws `output-not-writable` when that cannot be done. */
export function openDatabaseIn(folder: string): Promise<Kysely<Database>> {
  const path = join(folder, 'lockstep.db');
  try {
    mkdirSync(folder, { recursive: true });
    // Source URLs hold stream keys: the file is its owner's alone, and SQLite gives its journal the same mode.
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    throw new Problem('output-not-writable', { folder, reason: (cause as Error).message }, { cause });
  }
  return openDatabase(path);
}

/** Opens the database at `path` (`:memory:` for tests) and brings its schema up to date. Throws when it cannot. */
export async function openDatabase(path: string): Promise<Kysely<Database>> {
  const database = new Kysely<Database>({ dialect: new SqliteDialect({ database: await openSqlite(path) }) });
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return database;
  await database.destroy();
  throw new Error(`the database at ${path} cannot be migrated`, { cause: error });
}

@Injectable()
class DatabaseOwner implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly database: Kysely<Database>) {}

  /** After every module's `onModuleDestroy`: until then they may write what they leave with. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.destroy();
  }
}

@Global()
@Module({
  providers: [
    { provide: DATABASE, inject: [SETTINGS], useFactory: ({ dataDir }: Settings) => openDatabaseIn(dataDir) },
    DatabaseOwner,
  ],
  exports: [DATABASE],
})
export class DatabaseModule {
  /** A database that leaves nothing behind: for tests. */
  static inMemory(): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [{ provide: DATABASE, useFactory: () => openDatabase(':memory:') }],
    };
  }
}
