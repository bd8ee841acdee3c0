/** The one embedded database: what is wanted survives a restart here. */
import { Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Kysely, Migrator, SqliteDialect } from 'kysely';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS, type Settings } from '../settings/index.js';
import { MIGRATIONS } from './migrations.js';
import type { Database } from './schema.js';
import { openSqlite } from './sqlite-driver.js';

/** Injection token of the `Kysely<Database>`. */
export const DATABASE = Symbol('database');

/** Opens the database at `path` (`:memory:` for tests) and brings its schema up to date. */
export async function openDatabase(path: string): Promise<Kysely<Database>> {
  const database = new Kysely<Database>({ dialect: new SqliteDialect({ database: await openSqlite(path) }) });
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw new Error(`the database at ${path} cannot be migrated`, { cause: error });
  return database;
}

@Injectable()
class DatabaseOwner implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly database: Kysely<Database>) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.destroy();
  }
}

@Global()
@Module({
  providers: [
    {
      provide: DATABASE,
      inject: [SETTINGS],
      useFactory: ({ dataDir }: Settings) => {
        mkdirSync(dataDir, { recursive: true });
        return openDatabase(join(dataDir, 'lockstep.db'));
      },
    },
    DatabaseOwner,
  ],
  exports: [DATABASE],
})
export class DatabaseModule {}
