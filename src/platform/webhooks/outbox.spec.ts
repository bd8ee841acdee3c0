import { sql, type Kysely } from 'kysely';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../database/index.js';
import { Outbox, type NewDelivery } from './outbox.js';
import { PatientOutbox } from './patient-outbox.js';

const LIMITS = { pendingOfAnEndpoint: 3, pending: 5, settled: 2 };
const HOUR_MS = 3_600_000;

let database: Kysely<Database>;
let outbox: Outbox;

beforeEach(async () => {
  database = await openDatabase(':memory:');
  outbox = new Outbox(database, LIMITS);
});
afterEach(() => database.destroy());

const aDelivery = (number: number, more: Partial<NewDelivery> = {}): NewDelivery => ({
  ...{ id: `evt_${number}-a`, endpoint: 'a', url: 'https://a.example.com/', secret: null, trusted: 1 },
  ...{ type: 'stream.failed', subject: 'camera', body: '{}', status: 'pending', attempts: 0 },
  ...{ created_at: number, next_attempt_at: number },
  ...more,
});
const numbers = (...from: number[]): NewDelivery[] => from.map((number) => aDelivery(number));
const idsWith = async (status: 'pending' | 'dropped' | 'delivered'): Promise<string[]> =>
  (await outbox.list({ status, limit: 100 })).map(({ id }) => id);

describe('the outbox', () => {
  it('drops the oldest of what waits for one endpoint, and nothing of the others', async () => {
    await outbox.add(numbers(1, 2, 3, 4, 5));
    await outbox.add([aDelivery(0, { id: 'evt_0-b', endpoint: 'b' })]);
    expect(await outbox.tidy(10, 60)).toBe(3);
    expect(await idsWith('pending')).toEqual(['evt_5-a', 'evt_4-a', 'evt_3-a']);
  });

  it('keeps what waits in all within bounds, dropping the oldest of any endpoint', async () => {
    for (const endpoint of ['a', 'b', 'c'])
      await outbox.add([1, 2, 3].map((number) => aDelivery(number, { id: `evt_${number}-${endpoint}`, endpoint })));
    expect(await outbox.tidy(10, 60)).toBe(4);
    expect((await idsWith('pending')).sort()).toEqual(['evt_2-b', 'evt_2-c', 'evt_3-a', 'evt_3-b', 'evt_3-c']);
  });

  it('forgets what is over after its time, and the oldest of it when there is too much', async () => {
    await outbox.add([1, 2, 3].map((number) => aDelivery(number, { status: 'delivered', settled_at: HOUR_MS })));
    await outbox.tidy(HOUR_MS + 1000, 60);
    expect(await idsWith('delivered')).toEqual(['evt_3-a', 'evt_2-a']);
    await outbox.tidy(HOUR_MS + 61_000, 60);
    expect(await idsWith('delivered')).toEqual([]);
  });

  it('never forgets what waits, however old', async () => {
    await outbox.add(numbers(1));
    await outbox.tidy(1000 * HOUR_MS, 60);
    expect(await idsWith('pending')).toEqual(['evt_1-a']);
  });

  it('takes the same delivery once', async () => {
    await outbox.add(numbers(1, 1));
    await outbox.update('evt_1-a', { status: 'delivered' });
    await outbox.add(numbers(1));
    expect(await idsWith('delivered')).toEqual(['evt_1-a']);
  });

  it('gives the endpoint first that has waited longest', async () => {
    await outbox.add([aDelivery(5), aDelivery(2, { endpoint: 'b', id: 'evt_2-b' })]);
    await outbox.add([aDelivery(9, { endpoint: 'c', id: 'evt_9-c' })]);
    expect(await outbox.dueEndpoints(8)).toEqual(['b', 'a']);
  });
});

describe('the outbox on a disk that refuses', () => {
  const readOnly = (on: boolean): Promise<unknown> =>
    sql.raw(`pragma query_only = ${on ? 'on' : 'off'}`).execute(database);

  it('keeps in memory what is new and what became of the old, and writes both when it can', async () => {
    const patient = new PatientOutbox(outbox, pino({ level: 'silent' }));
    await patient.add(numbers(1));
    await readOnly(true);
    await patient.add(numbers(2));
    await patient.update('evt_1-a', { status: 'delivered' });
    expect(patient.isOverdue('evt_1-a')).toBe(true);
    await patient.retry();
    expect(await idsWith('pending')).toEqual(['evt_1-a']);
    await readOnly(false);
    await patient.retry();
    expect([await idsWith('pending'), await idsWith('delivered')]).toEqual([['evt_2-a'], ['evt_1-a']]);
    expect(patient.isOverdue('evt_1-a')).toBe(false);
  });
});
