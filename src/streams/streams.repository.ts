/** What is wanted, across restarts: one row a stream. */
import { Inject, Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { DATABASE, type Database } from '../platform/database/index.js';
import type { StreamSpec } from './live/index.js';

export interface EndedStream {
  readonly id: string;
  readonly endedAtMs: number;
}

@Injectable()
export class StreamsRepository {
  constructor(@Inject(DATABASE) private readonly database: Kysely<Database>) {}

  /** Specs of the streams that should be running. */
  async wanted(): Promise<StreamSpec[]> {
    const rows = await this.database.selectFrom('streams').select('spec').where('wanted', '=', 1).execute();
    return rows.map(({ spec }) => JSON.parse(spec) as StreamSpec);
  }

  /** Streams that ended and whose files may still be there. */
  async ended(): Promise<EndedStream[]> {
    const rows = await this.database.selectFrom('streams').select(['id', 'ended_at']).where('wanted', '=', 0).execute();
    return rows.map(({ id, ended_at }) => ({ id, endedAtMs: Number(ended_at ?? 0) }));
  }

  async want(spec: StreamSpec, nowMs: number): Promise<void> {
    const row = {
      spec: JSON.stringify(spec),
      wanted: 1,
      updated_at: Math.round(nowMs),
      ended_at: null,
      end_reason: null,
    };
    await this.database
      .insertInto('streams')
      .values({ id: spec.streamId, created_at: Math.round(spec.createdAtMs), ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...row, created_at: Math.round(spec.createdAtMs) }))
      .execute();
  }

  async unwant(id: string, reason: string, nowMs: number): Promise<void> {
    const at = Math.round(nowMs);
    await this.database
      .updateTable('streams')
      .set({ wanted: 0, updated_at: at, ended_at: at, end_reason: reason })
      .where('id', '=', id)
      .execute();
  }

  async forget(id: string): Promise<void> {
    await this.database.deleteFrom('streams').where('id', '=', id).where('wanted', '=', 0).execute();
  }
}
