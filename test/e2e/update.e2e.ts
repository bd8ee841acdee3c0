/** Changing a stream while it runs, as a client meets it. */
import request, { type Response } from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sql, type Kysely } from 'kysely';
import { DATABASE, type Database } from '../../src/platform/index.js';
import { startApplication } from '../support/application.js';
import { CAMERA } from '../support/scripted-pipeline.js';

type Application = Awaited<ReturnType<typeof startApplication>>;
let application: Application;

const [a, b, c] = ['a', 'b', 'c'].map((name) => `rtmp://${name}.example.com/live/key`) as [string, string, string];

beforeEach(async () => {
  application = await startApplication();
});
afterEach(() => application.remove());

const start = (fields: object = {}) =>
  request(application.server)
    .post('/streams')
    .send({ stream_id: 'camera', source_urls: [a, b], stale_after: null, ...fields });
const change = (fields: object): Promise<Response> =>
  request(application.server).patch('/streams/camera').send(fields).then();
const info = async (): Promise<Record<string, unknown>> =>
  (await request(application.server).get('/streams/camera')).body as Record<string, unknown>;

describe('PATCH /streams/{id}', () => {
  it('hands the pipeline its new sources, patience and slate, and shows the new list', async () => {
    await start();
    const { status, body } = await change({
      source_urls: [c, a],
      slate_after: 7,
      give_up_after: null,
      slate_text: 'Back at nine',
    });
    expect(status).toBe(200);
    expect(application.pipelines.of('camera').changedTo).toMatchObject({
      sourceUrls: [c, a],
      onLoss: { slateAfter: 7, giveUpAfter: null },
      slate: { text: 'Back at nine' },
    });
    expect(body.sources).toMatchObject([{ url: 'rtmp://c.example.com/…' }, { url: 'rtmp://a.example.com/…' }]);
  });

  it('leaves what is not named as it was', async () => {
    await start({ slate_text: 'Soon', slate_after: 9, title: 'One', labels: { venue: 'stadium' } });
    const { body } = await change({ title: 'Two' });
    expect(body).toMatchObject({ title: 'Two', labels: { venue: 'stadium' } });
    expect(application.pipelines.of('camera').changedTo).toBeUndefined();
    await change({ next_source_after: 3 });
    expect(application.pipelines.of('camera').changedTo).toMatchObject({
      sourceUrls: [a, b],
      onLoss: { slateAfter: 9, nextSourceAfter: 3 },
      slate: { text: 'Soon' },
    });
  });

  it('takes title, labels, slate text and backups away again', async () => {
    await start({ slate_text: 'Soon', title: 'One', labels: { venue: 'stadium' } });
    const { body } = await change({ title: null, labels: null, slate_text: null, source_url: b });
    expect(body).toMatchObject({ title: null, labels: {}, sources: [{ url: 'rtmp://b.example.com/…' }] });
    expect(application.pipelines.of('camera').changedTo!.slate.text).toBe(application.settings.slateText);
  });

  it('moves the heartbeat limit, and the sweep goes by the new one', async () => {
    await start();
    expect((await change({ stale_after: 60 })).body.stale_after).toBe(60);
    application.clock.advance(61);
    await application.streams.sweep();
    expect(await info()).toMatchObject({ status: 'ended', reason: 'stale' });
  });

  it('is kept by a restart, together with what was learnt of the source', async () => {
    await start();
    application.pipelines.of('camera').open();
    await change({ source_url: c, title: 'Kept' });
    const earlier = application;
    await earlier.close();
    application = await startApplication({ folder: earlier.folder, clock: earlier.clock });
    const { spec } = application.pipelines.of('camera');
    expect(spec).toMatchObject({ sourceUrls: [c], houseRate: { num: 30, den: 1 } });
    expect(await info()).toMatchObject({ title: 'Kept', stale_after: null });
  });

  it('changes nothing when it cannot be written down', async () => {
    await start({ title: 'Before' });
    const refuse = (how: number) =>
      sql.raw(`pragma query_only = ${how}`).execute(application.app.get<Kysely<Database>>(DATABASE));
    await refuse(1);
    const refused = await change({ title: 'After', source_url: c });
    await refuse(0);
    expect([refused.status, refused.body.code]).toEqual([503, 'database-not-writable']);
    expect(await info()).toMatchObject({ title: 'Before' });
    expect(application.pipelines.of('camera').changedTo).toBeUndefined();
  });

  it('lets two changes at once both happen', async () => {
    await start();
    await Promise.all([change({ title: 'One' }), change({ labels: { venue: 'stadium' } }), change({ source_url: c })]);
    expect(await info()).toMatchObject({ title: 'One', labels: { venue: 'stadium' }, sources: [{}] });
  });

  it.each([
    ['qualities', ['720p']],
    ['enable_hls', false],
    ['enable_dash', true],
    ['low_latency', false],
    ['segment_format', 'mpegts'],
    ['stream_id', 'other'],
  ])('refuses to change %s, and says what to do instead', async (field, value) => {
    await start();
    const { status, body } = await change({ [field]: value });
    expect([status, body.code]).toEqual([400, 'request-invalid']);
    expect(body.errors).toMatchObject([{ field, message: expect.stringContaining('end it and start it anew') }]);
  });

  it.each([
    [{ source_url: null }, 'source_url'],
    [{ source_url: 'concat:/etc/passwd' }, 'source_url'],
    [{ source_urls: [] }, 'source_urls'],
    [{ source_urls: [a], source_url: b }, 'source_urls'],
    [{ slate_after: -1 }, 'slate_after'],
    [{ slate_text: 'two\nlines' }, 'slate_text'],
    [{ stale_after: 1 }, 'stale_after'],
    [{ title: 'x'.repeat(121) }, 'title'],
    [{ labels: { 'a:b': 'c' } }, 'labels'],
    [{ labels: { a: 1 } }, 'labels'],
    [{ labels: ['a'] }, 'labels'],
    [{ bit_rate: 5 }, 'bit_rate'],
  ])('refuses %j, naming the field %s', async (body, field) => {
    await start();
    const refused = await change(body);
    expect([refused.status, refused.body.code]).toEqual([400, 'request-invalid']);
    expect(refused.body.errors).toMatchObject([{ field }]);
  });

  it('finds no stream that is not there, and nothing to change in one that is over', async () => {
    expect((await change({})).body.code).toBe('stream-not-found');
    await start();
    application.pipelines.of('camera').tell({ kind: 'ended', reason: 'source-ended' });
    const { status, body } = await change({ title: 'Late' });
    expect([status, body.code]).toEqual([409, 'stream-over']);
  });
});

describe('the status of sources while their list changes', () => {
  const problem = { code: 'source-unreachable', facts: {}, detail: 'gone' } as const;

  it('stays with the source, wherever that has moved', async () => {
    await start();
    const pipeline = application.pipelines.of('camera');
    pipeline.tell({ kind: 'source', index: 0, state: 'up', source: CAMERA });
    pipeline.tell({ kind: 'source', index: 1, state: 'lost', problem });
    expect((await change({ source_urls: [b, c, a] })).body).toMatchObject({
      sources: [{ state: 'lost' }, { state: 'closed' }, { state: 'up' }],
      programme: { source_index: 2 },
      source_connected: true,
    });
  });

  it('understands what the pipeline says of the old list until that has taken over the new one', async () => {
    await start();
    const pipeline = application.pipelines.of('camera');
    await change({ source_urls: [c, a] });
    pipeline.tell({ kind: 'source', index: 0, state: 'up', source: CAMERA });
    pipeline.tell({ kind: 'source', index: 1, state: 'lost', problem });
    pipeline.tell({ kind: 'programme', step: 'source', onAir: 0, pinned: false });
    expect(await info()).toMatchObject({
      sources: [{ state: 'closed' }, { state: 'up' }],
      programme: { source_index: 1, step: 'backup' },
    });
    pipeline.tell({ kind: 'updated' });
    pipeline.tell({ kind: 'source', index: 0, state: 'connecting' });
    expect(await info()).toMatchObject({ sources: [{ state: 'connecting' }, { state: 'up' }] });
  });

  it('shows no key of a source that was removed, even when its last words come late', async () => {
    await start({ source_urls: ['rtmp://a.example.com/live/OLDSECRET'] });
    await change({ source_url: b });
    const pipeline = application.pipelines.of('camera');
    pipeline.tell({ kind: 'updated' });
    const said = { ...problem, detail: 'stream OLDSECRET refused' };
    pipeline.tell({ kind: 'source', index: 0, state: 'lost', problem: said });
    expect(JSON.stringify(await info())).not.toContain('OLDSECRET');
  });
});
