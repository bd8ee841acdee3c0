/** Deliveries on disk: what is to be told to whom, and what became of it. Nothing leaves memory before it is in here. */
import type { Insertable, Kysely, Selectable, Updateable } from 'kysely';
import type { Database, WebhookDeliveriesTable, WebhookStatus } from '../database/index.js';

export type Delivery = Selectable<WebhookDeliveriesTable>;
export type NewDelivery = Insertable<WebhookDeliveriesTable>;
export type DeliveryChange = Updateable<WebhookDeliveriesTable>;

export interface DeliveryFilter {
  readonly status?: WebhookStatus;
  readonly subject?: string;
  /** Only older ones than the one of this id. */
  readonly before?: string;
  readonly limit: number;
}

/** Beyond these the oldest go: the ones that wait as dropped, the others for good. */
export interface OutboxLimits {
  readonly pendingOfAnEndpoint: number;
  readonly pending: number;
  readonly settled: number;
}

export const OUTBOX_LIMITS: OutboxLimits = { pendingOfAnEndpoint: 1000, pending: 20_000, settled: 50_000 };

export class Outbox {
  constructor(
    private readonly database: Kysely<Database>,
    private readonly limits: OutboxLimits = OUTBOX_LIMITS,
  ) {}

  /** Rejects where the disk refuses. What is there already stays as it is. */
  async add(deliveries: readonly NewDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.database
      .insertInto('webhook_deliveries')
      .values(deliveries)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }

  find(id: string): Promise<Delivery | undefined> {
    return this.database.selectFrom('webhook_deliveries').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** Newest first. */
  list({ status, subject, before, limit }: DeliveryFilter): Promise<Delivery[]> {
    let query = this.database.selectFrom('webhook_deliveries').selectAll();
    if (status !== undefined) query = query.where('status', '=', status);
    if (subject !== undefined) query = query.where('subject', '=', subject);
    if (before !== undefined) query = query.where('id', '<', before);
    return query.orderBy('id', 'desc').limit(limit).execute();
  }

  /** Endpoints with something to be sent by now, the one that has waited longest first. */
  async dueEndpoints(nowMs: number): Promise<string[]> {
    const rows = await this.database
      .selectFrom('webhook_deliveries')
      .select('endpoint')
      .where('status', '=', 'pending')
      .where('next_attempt_at', '<=', Math.floor(nowMs))
      .groupBy('endpoint')
      .orderBy(({ fn }) => fn.min('next_attempt_at'))
      .execute();
    return rows.map(({ endpoint }) => endpoint);
  }

  due(endpoint: string, nowMs: number, limit: number): Promise<Delivery[]> {
    return this.database
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('status', '=', 'pending')
      .where('endpoint', '=', endpoint)
      .where('next_attempt_at', '<=', Math.floor(nowMs))
      .orderBy('next_attempt_at')
      .orderBy('id')
      .limit(limit)
      .execute();
  }

  async update(id: string, change: DeliveryChange): Promise<void> {
    await this.database.updateTable('webhook_deliveries').set(change).where('id', '=', id).execute();
  }

  async pending(): Promise<number> {
    const { count } = await this.database
      .selectFrom('webhook_deliveries')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('status', '=', 'pending')
      .executeTakeFirstOrThrow();
    return count;
  }

  async goneEndpoints(): Promise<string[]> {
    const rows = await this.database.selectFrom('webhook_endpoints_gone').select('endpoint').execute();
    return rows.map(({ endpoint }) => endpoint);
  }

  /** Nothing more goes to the endpoint; what waited for it is settled. Gives how many those were. */
  async disable(endpoint: string, nowMs: number): Promise<number> {
    const since = Math.floor(nowMs);
    return this.database.transaction().execute(async (transaction) => {
      const gone = { endpoint, since };
      await transaction
        .insertInto('webhook_endpoints_gone')
        .values(gone)
        .onConflict((conflict) => conflict.column('endpoint').doNothing())
        .execute();
      const { numUpdatedRows } = await transaction
        .updateTable('webhook_deliveries')
        .set({ status: 'gone', settled_at: since, next_attempt_at: null })
        .where('status', '=', 'pending')
        .where('endpoint', '=', endpoint)
        .executeTakeFirst();
      return Number(numUpdatedRows);
    });
  }

  async enable(endpoint: string): Promise<void> {
    await this.database.deleteFrom('webhook_endpoints_gone').where('endpoint', '=', endpoint).execute();
  }

  /** Keeps the outbox within its limits. Gives how many that waited were dropped. */
  async tidy(nowMs: number, retentionSeconds: number): Promise<number> {
    const settledBefore = Math.floor(nowMs - retentionSeconds * 1000);
    await this.database.deleteFrom('webhook_deliveries').where('settled_at', '<', settledBefore).execute();
    await this.database.deleteFrom('webhook_endpoints_gone').where('since', '<', settledBefore).execute();
    if ((await this.settled()) > this.limits.settled) await this.forgetOldest();
    let dropped = 0;
    // Finding out that there is too much is cheap, finding the oldest of it is not.
    if ((await this.pending()) > this.limits.pending) dropped += await this.drop(undefined, this.limits.pending, nowMs);
    for (const endpoint of await this.crowded())
      dropped += await this.drop(endpoint, this.limits.pendingOfAnEndpoint, nowMs);
    return dropped;
  }

  private async settled(): Promise<number> {
    const { count } = await this.database
      .selectFrom('webhook_deliveries')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('settled_at', 'is not', null)
      .executeTakeFirstOrThrow();
    return count;
  }

  /** Of what is over, beyond the newest that may stay. */
  private async forgetOldest(): Promise<void> {
    const settled = this.database.selectFrom('webhook_deliveries').select('id').where('settled_at', 'is not', null);
    const beyond = settled.orderBy('settled_at', 'desc').orderBy('id', 'desc').limit(-1).offset(this.limits.settled);
    await this.database.deleteFrom('webhook_deliveries').where('id', 'in', beyond).execute();
  }

  /** Endpoints for which more waits than may. */
  private async crowded(): Promise<string[]> {
    const rows = await this.database
      .selectFrom('webhook_deliveries')
      .select('endpoint')
      .where('status', '=', 'pending')
      .groupBy('endpoint')
      .having(({ fn }) => fn.countAll(), '>', this.limits.pendingOfAnEndpoint)
      .execute();
    return rows.map(({ endpoint }) => endpoint);
  }

  /** Settles what waits beyond the newest `most`, of one endpoint or of all. */
  private async drop(endpoint: string | undefined, most: number, nowMs: number): Promise<number> {
    let waiting = this.database.selectFrom('webhook_deliveries').select('id').where('status', '=', 'pending');
    if (endpoint !== undefined) waiting = waiting.where('endpoint', '=', endpoint);
    const { numUpdatedRows } = await this.database
      .updateTable('webhook_deliveries')
      .set({
        ...{ status: 'dropped', settled_at: Math.floor(nowMs), next_attempt_at: null },
        last_error: 'too many were waiting; the oldest are dropped',
      })
      .where('id', 'in', waiting.orderBy('id', 'desc').limit(-1).offset(most))
      .executeTakeFirst();
    return Number(numUpdatedRows);
  }
}
