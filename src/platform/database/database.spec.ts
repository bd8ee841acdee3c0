import { Test } from '@nestjs/testing';
import { sql, type Kysely } from 'kysely';
import { copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings, SettingsModule } from '../settings/index.js';
import { DATABASE, DatabaseModule, openDatabase, type Database } from './index.js';

const aRow = {
  ...{ id: 'demo', spec: '{"sourceUrl":"test:"}', wanted: 1, created_at: 1, updated_at: 2 },
  ...{ ended_at: null, end_reason: null },
};

describe('the database', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-database-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const withModule = async <Result>(use: (database: Kysely<Database>) => Promise<Result>): Promise<Result> => {
    const settings = SettingsModule.with(readSettings({ DATA_DIR: join(folder, 'data') }));
    const module = await Test.createTestingModule({ imports: [settings, DatabaseModule] }).compile();
    const result = await use(module.get<Kysely<Database>>(DATABASE));
    await module.close();
    return result;
  };

  it('keeps what was written across a restart', async () => {
    await withModule((database) => database.insertInto('streams').values(aRow).execute());
    expect(await withModule((database) => database.selectFrom('streams').selectAll().execute())).toEqual([aRow]);
  });

  it('is closed when the server has stopped', async () => {
    const database = await withModule((open) => Promise.resolve(open));
    await expect(database.selectFrom('streams').selectAll().execute()).rejects.toThrow();
  });

  it('is whole in its one file once the server has stopped, so that a copy of it is a backup', async () => {
    await withModule((database) => database.insertInto('streams').values(aRow).execute());
    await copyFile(join(folder, 'data', 'lockstep.db'), join(folder, 'backup.db'));
    const backup = await openDatabase(join(folder, 'backup.db'));
    expect(await backup.selectFrom('streams').selectAll().execute()).toEqual([aRow]);
    await backup.destroy();
  });

  it('can be read by no other user, as it holds stream keys', async () => {
    await withModule((database) => database.insertInto('streams').values(aRow).execute());
    expect((await stat(join(folder, 'data', 'lockstep.db'))).mode & 0o077).toBe(0);
  });

  it('names the folder that cannot be written', async () => {
    await writeFile(join(folder, 'data'), 'a file where the folder should be');
    await expect(withModule(() => Promise.resolve())).rejects.toMatchObject({
      code: 'output-not-writable',
      facts: { folder: join(folder, 'data') },
    });
  });

  it('survives a full disk: what is refused is not half there, and later writes succeed', async () => {
    const database = await openDatabase(join(folder, 'small.db'));
    const fill = (id: string): Promise<unknown> =>
      database
        .insertInto('streams')
        .values({ ...aRow, id, spec: 'x'.repeat(100_000) })
        .execute();
    await sql`pragma max_page_count = 20`.execute(database);
    await expect(fill('demo')).rejects.toThrow(/full/);
    expect(await database.selectFrom('streams').selectAll().execute()).toEqual([]);
    await sql`pragma max_page_count = 1000`.execute(database);
    await fill('demo');
    expect(await database.selectFrom('streams').select('id').execute()).toEqual([{ id: 'demo' }]);
    await database.destroy();
  });

  it('is not opened by a server that does not know its schema', async () => {
    const path = join(folder, 'newer.db');
    const newer = await openDatabase(path);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '')`.execute(newer);
    await newer.destroy();
    await expect(openDatabase(path)).rejects.toThrow(`the database at ${path} cannot be migrated`);
  });

  it('counts the rows it changed and undoes a transaction that fails', async () => {
    const database = await openDatabase(':memory:');
    await database.insertInto('streams').values(aRow).execute();
    const failing = database.transaction().execute(async (transaction) => {
      const updated = await transaction.updateTable('streams').set({ wanted: 0 }).executeTakeFirst();
      expect(updated.numUpdatedRows).toBe(1n);
      throw new Error('thought better of it');
    });
    await expect(failing).rejects.toThrow('thought better of it');
    expect(await database.selectFrom('streams').select('wanted').execute()).toEqual([{ wanted: 1 }]);
    await database.destroy();
  });

  it('can live in memory for a test', async () => {
    const settings = SettingsModule.with(readSettings({ DATA_DIR: join(folder, 'none') }));
    const module = await Test.createTestingModule({ imports: [settings, DatabaseModule.inMemory()] }).compile();
    await module.get<Kysely<Database>>(DATABASE).insertInto('streams').values(aRow).execute();
    await module.close();
    await expect(stat(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});
