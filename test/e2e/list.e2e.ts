/** The list of streams: filters and pages. */
import request, { type Response } from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApplication } from '../support/application.js';

let application: Awaited<ReturnType<typeof startApplication>>;

/** Five streams, a second apart; two of them begun at once. */
beforeEach(async () => {
  application = await startApplication();
  await start('delta', { title: 'Stadium, camera 1', labels: { venue: 'stadium', side: 'north' } });
  application.clock.advance(1);
  await start('beta', { labels: { venue: 'stadium' } });
  await start('alpha', { title: 'Studio' });
  application.clock.advance(1);
  await start('gamma', { labels: { venue: 'studio' } });
  application.pipelines.of('gamma').open();
  application.pipelines.of('gamma').publish(100);
  await start('camera-2');
  application.pipelines.of('camera-2').tell({ kind: 'ended', reason: 'source-ended' });
});
afterEach(() => application.remove());

const start = (id: string, fields: object = {}): Promise<Response> =>
  request(application.server)
    .post('/streams')
    .send({ stream_id: id, source_url: 'test:', qualities: ['360p'], ...fields })
    .then();
const list = (query = ''): Promise<Response> => request(application.server).get(`/streams${query}`).then();
const ids = ({ body }: Response): string[] => (body as { stream_id: string }[]).map(({ stream_id }) => stream_id);
const nextOf = ({ headers }: Response): string | undefined =>
  /^<\/streams(\?[^>]+)>; rel="next"$/.exec((headers as Record<string, string>)['link'] ?? '')?.[1];

const ALL = ['delta', 'alpha', 'beta', 'camera-2', 'gamma'];

describe('the list of streams', () => {
  it('is in the order in which they were begun, whole unless a limit is asked for', async () => {
    const response = await list();
    expect(ids(response)).toEqual(ALL);
    expect(response.headers).toMatchObject({ 'x-total-count': '5' });
    expect(nextOf(response)).toBeUndefined();
  });

  it.each([1, 2, 3, 5, 1000])('is the same in pages of %i', async (limit) => {
    const seen: string[] = [];
    for (let query: string | undefined = `?limit=${limit}`; query !== undefined;) {
      const page: Response = await list(query);
      expect(page.headers['x-total-count']).toBe('5');
      expect(ids(page).length).toBeLessThanOrEqual(limit);
      seen.push(...ids(page));
      query = nextOf(page);
    }
    expect(seen).toEqual(ALL);
  });

  it('shows each stream once though streams come and go between the pages', async () => {
    const first = await list('?limit=3');
    expect(ids(first)).toEqual(['delta', 'alpha', 'beta']);
    await request(application.server).delete('/streams/beta');
    application.clock.advance(1);
    await start('zeta');
    expect(ids(await list(nextOf(first)))).toEqual(['camera-2', 'gamma', 'zeta']);
  });

  it.each([
    ['?state=live', ['gamma']],
    ['?state=live&state=ended', ['camera-2', 'gamma']],
    ['?q=CAMERA', ['delta', 'camera-2']],
    ['?q=stud', ['alpha']],
    ['?label=venue:stadium', ['delta', 'beta']],
    ['?label=venue:stadium&label=side:north', ['delta']],
    ['?label=venue:', []],
    ['?label=toString:x', []],
    ['?label=venue:stadium&state=live', []],
  ])('shows with %s %j', async (query, expected) => {
    expect(ids(await list(query))).toEqual(expected);
  });

  it('keeps its filters from page to page', async () => {
    const first = await list('?label=venue:stadium&q=ta&state=starting&limit=1');
    expect([ids(first), first.headers['x-total-count']]).toEqual([['delta'], '2']);
    expect(ids(await list(nextOf(first)))).toEqual(['beta']);
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=many', 'limit'],
    ['?limit=1001', 'limit'],
    ['?cursor=nonsense', 'cursor'],
    [`?cursor=${Buffer.from('{"id":1}').toString('base64url')}`, 'cursor'],
    ['?cursor=a&cursor=b', 'cursor'],
    ['?state=asleep', 'state'],
    ['?label=venue', 'label'],
    ['?q=a&q=b', 'q'],
    ['?page=2', 'page'],
  ])('refuses %s, naming %s', async (query, field) => {
    const { status, body } = await list(query);
    expect([status, body.code, body.errors[0].field]).toEqual([400, 'request-invalid', field]);
  });
});
