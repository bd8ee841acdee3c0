/** What happens to streams, as a client hears of it. */
import { connect, type AddressInfo } from 'node:net';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PipelineFact } from '../../src/engine/pipeline/index.js';
import { Schedule } from '../../src/platform/index.js';
import { EventStreams } from '../../src/streams/index.js';
import { EventSource } from '../support/event-source.js';
import { startApplication } from '../support/application.js';
import { until } from '../support/until.js';

type Application = Awaited<ReturnType<typeof startApplication>>;
let application: Application;
let url: string;
const followers: EventSource[] = [];

beforeEach(async () => {
  application = await startApplication({ env: { EVENT_STREAMS: '2' } });
  await application.app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(application.server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  for (const follower of followers.splice(0)) follower.close();
  await application.remove();
});

const camera = { stream_id: 'camera', source_url: 'rtmp://user:hunter22@media.example.com/live/key-4711' };
const lost: PipelineFact = {
  ...{ kind: 'source', index: 0, state: 'lost' },
  problem: { code: 'source-unreachable', facts: {}, detail: 'no data from rtmp://media.example.com/live/key-4711' },
};

const start = (body: object = camera) => request(application.server).post('/streams').send(body);
const eventsOf = async (path: string): Promise<{ id: string; type: string; data: Record<string, unknown> }[]> =>
  (await request(application.server).get(path)).body.events;
const typesOf = async (path: string): Promise<string[]> => (await eventsOf(path)).map(({ type }) => type);
const follow = async (path: string, headers?: Record<string, string>): Promise<EventSource> => {
  const follower = await EventSource.open(`${url}${path}`, headers);
  followers.push(follower);
  return follower;
};

async function playingCamera() {
  await start();
  const pipeline = application.pipelines.of('camera');
  pipeline.open();
  pipeline.publish(100);
  return pipeline;
}

describe('what is remembered of a stream', () => {
  it('tells its life from the first word to the last, oldest first', async () => {
    await playingCamera();
    application.clock.advance(7);
    await request(application.server).delete('/streams/camera');
    const events = await eventsOf('/streams/camera/events');
    expect(events.map(({ type }) => type)).toEqual(['stream.started', 'stream.playable', 'stream.stopped']);
    expect(events[0]!.data).toEqual({
      ...{ stream_id: 'camera', resumed: false },
      sources: ['rtmp://media.example.com/…'],
    });
    expect(events[2]).toMatchObject({
      timestamp: '2026-01-01T00:00:07.000Z',
      data: { stream_id: 'camera', reason: 'requested' },
    });
    expect(events.map(({ id }) => id)).toEqual(events.map(({ id }) => id).sort());
  });

  it('says once that renditions are missing, and once that all are back', async () => {
    const { tell } = await playingCamera();
    const problem = { code: 'encoder-too-slow', facts: {}, detail: 'too slow' } as const;
    tell({ kind: 'rung', rendition: '720p', state: 'down', restarts: 1, problem });
    tell({ kind: 'rung', rendition: '480p', state: 'down', restarts: 1, problem });
    tell({ kind: 'rung', rendition: '720p', state: 'down', restarts: 2, problem });
    application.clock.advance(4);
    tell({ kind: 'rung', rendition: '480p', state: 'up', restarts: 1 });
    tell({ kind: 'rung', rendition: '720p', state: 'up', restarts: 2 });
    const events = (await eventsOf('/streams/camera/events')).slice(2);
    expect(events.map(({ type }) => type)).toEqual([
      ...['stream.rung_down', 'stream.degraded', 'stream.rung_down'],
      ...['stream.rung_up', 'stream.rung_up', 'stream.recovered'],
    ]);
    expect(events[1]!.data).toEqual({ stream_id: 'camera', rungs_down: ['720p'] });
    expect(events[5]!.data).toEqual({ stream_id: 'camera', after_seconds: 4 });
  });

  it('does not say again that renditions are missing because the source was away meanwhile', async () => {
    const { tell } = await playingCamera();
    const problem = { code: 'encoder-too-slow', facts: {}, detail: 'too slow' } as const;
    tell({ kind: 'rung', rendition: '720p', state: 'down', restarts: 1, problem });
    tell({ kind: 'programme', step: 'repeat', onAir: 0, pinned: false });
    tell({ kind: 'programme', step: 'source', onAir: 0, pinned: false });
    expect((await typesOf('/streams/camera/events')).filter((type) => type === 'stream.degraded')).toHaveLength(1);
  });

  it('tells of a lost source once however often it is tried again, and how long it was away', async () => {
    const { tell } = await playingCamera();
    tell(lost);
    tell({ kind: 'source', index: 0, state: 'connecting' });
    tell(lost);
    application.clock.advance(12);
    tell({ kind: 'source', index: 0, state: 'up', source: application.pipelines.of('camera').plan.source });
    const events = (await eventsOf('/streams/camera/events')).slice(2);
    expect(events.map(({ type }) => type)).toEqual(['stream.source_lost', 'stream.source_back']);
    expect(events[1]!.data).toMatchObject({ source_index: 0, after_seconds: 12 });
  });

  it('tells what viewers see instead of the source', async () => {
    const { tell } = await playingCamera();
    tell({ kind: 'programme', step: 'repeat', onAir: 0, pinned: false });
    tell({ kind: 'programme', step: 'repeat', onAir: 0, pinned: false });
    tell({ kind: 'programme', step: 'slate', onAir: 0, pinned: false });
    const events = (await eventsOf('/streams/camera/events?types=stream.programme_changed')).map(({ data }) => data);
    expect(events).toMatchObject([
      { from_step: 'source', step: 'repeat', source_index: 0 },
      { from_step: 'repeat', step: 'slate', source_index: 0 },
    ]);
  });

  it('tells that the disk refuses media, and that it takes it again', async () => {
    const { tell } = await playingCamera();
    const problem = { code: 'disk-full', facts: {}, detail: 'no room' } as const;
    tell({ kind: 'storage', state: 'refused', problem });
    tell({ kind: 'storage', state: 'refused', problem });
    tell({ kind: 'storage', state: 'writable' });
    const types = (await typesOf('/streams/camera/events')).slice(2);
    expect(types).toEqual(['stream.storage_refused', 'stream.storage_writable']);
  });

  it('says that nobody asked after a stream before it says that it was stopped', async () => {
    await start({ ...camera, stale_after: 10 });
    application.clock.advance(11);
    await application.streams.sweep();
    const events = (await eventsOf('/streams/camera/events')).slice(1);
    expect(events.map(({ type, data }) => [type, data['reason']])).toEqual([
      ['stream.stale', undefined],
      ['stream.stopped', 'stale'],
    ]);
    expect(events[0]!.data).toMatchObject({ stale_after: 10, heartbeat_seconds_ago: 11 });
  });

  it('says why a stream could not go on', async () => {
    await start();
    const problem = { code: 'source-without-picture', facts: {}, detail: 'no picture' } as const;
    application.pipelines.of('camera').tell({ kind: 'failed', problem });
    const [, failed] = await eventsOf('/streams/camera/events');
    expect(failed).toMatchObject({ type: 'stream.failed', data: { problem: { code: problem.code } } });
  });

  it('holds no keys or passwords of a source', async () => {
    const { tell } = await playingCamera();
    tell(lost);
    const text = JSON.stringify(await eventsOf('/streams/events'));
    expect(text).toContain('media.example.com');
    expect(text).not.toMatch(/hunter22|4711/);
  });

  it('is there for a stream that was deleted, and gone with its files', async () => {
    await start();
    await request(application.server).delete('/streams/camera');
    expect(await typesOf('/streams/camera/events')).toContain('stream.stopped');
    application.clock.advance(301);
    await application.streams.sweep();
    const answer = await request(application.server).get('/streams/camera/events');
    expect([answer.status, answer.body.code]).toEqual([404, 'stream-not-found']);
    expect(await eventsOf('/streams/events')).toEqual([]);
  });

  it('begins with a word that it was resumed after a restart, under greater ids than before', async () => {
    await start();
    const [before] = await eventsOf('/streams/events');
    await application.close();
    application = await startApplication({ folder: application.folder, clock: application.clock });
    const [after] = await eventsOf('/streams/events');
    expect(after).toMatchObject({ type: 'stream.started', data: { stream_id: 'camera', resumed: true } });
    expect(after!.id).not.toBe(before!.id);
  });

  it('can be asked for by type and by number', async () => {
    await playingCamera();
    expect(await typesOf('/streams/events?types=stream.playable,stream.failed')).toEqual(['stream.playable']);
    expect(await typesOf('/streams/events?limit=1')).toEqual(['stream.playable']);
  });

  it('is refused for a type that there is not, naming those there are', async () => {
    const answer = await request(application.server).get('/streams/events?types=stream.exploded');
    expect([answer.status, answer.body.code]).toEqual([400, 'request-invalid']);
    expect(answer.text).toContain('stream.failed');
  });
});

describe('an event stream', () => {
  it('begins at once, in no cache and no buffer, and tells what happens from then on', async () => {
    const follower = await follow('/streams/events');
    expect(follower.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    await start();
    const event = await follower.untilEvent('stream.started');
    expect(follower.frames[0]).toEqual({ retry: '3000' });
    expect(follower.frames[1]).toMatchObject({ id: event.id, event: 'stream.started' });
    expect(await eventsOf('/streams/events')).toEqual(follower.events);
  });

  it('of one stream tells nothing of the others', async () => {
    await start();
    const follower = await follow('/streams/camera/events');
    await start({ stream_id: 'other', source_url: 'test:' });
    await request(application.server).delete('/streams/camera');
    await follower.untilEvent('stream.stopped');
    expect(follower.events.every(({ data }) => data['stream_id'] === 'camera')).toBe(true);
  });

  it('goes on behind the last event that was seen, and misses none', async () => {
    await playingCamera();
    const [seen] = await eventsOf('/streams/events');
    const follower = await follow('/streams/events', { 'last-event-id': seen!.id });
    await request(application.server).delete('/streams/camera');
    await follower.untilEvent('stream.stopped');
    expect(follower.events.map(({ type }) => type)).toEqual(['stream.playable', 'stream.stopped']);
  });

  it('tells only the types that were asked for', async () => {
    const follower = await follow('/streams/events?types=stream.stopped');
    await start();
    await request(application.server).delete('/streams/camera');
    await follower.untilEvent('stream.stopped');
    expect(follower.events).toHaveLength(1);
  });

  it('shows every fifteen seconds that it lives', async () => {
    const follower = await follow('/streams/events');
    application.clock.advance(15);
    await application.app.get(Schedule).beat(application.clock.now());
    await until('the comment is there', () => follower.frames.some(({ comment }) => comment !== undefined), 5000);
  });

  it('is refused beyond EVENT_STREAMS, and taken again when another has gone', async () => {
    const first = await follow('/streams/events');
    await follow('/streams/events');
    const third = await follow('/streams/events');
    expect([third.response.statusCode, third.response.headers['retry-after']]).toEqual([503, '10']);
    first.close();
    await until('a place is free', async () => {
      const again = await follow('/streams/events');
      return again.response.statusCode === 200;
    });
  });

  it('is cut off when its reader takes nothing, while others go on', async () => {
    const { port } = application.server.address() as AddressInfo;
    const slow = connect({ port, host: '127.0.0.1' }).on('error', () => undefined);
    slow.pause();
    slow.write('GET /streams/events HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n');
    const reader = await follow('/streams/events?types=stream.stopped');
    const followers = application.app.get(EventStreams);
    await until('both follow', () => followers.count === 2);
    const { tell } = await playingCamera();
    const problem = { code: 'encoder-too-slow', facts: {}, detail: 'x'.repeat(1000) } as const;
    await until('the slow reader is cut off', () => {
      for (let restarts = 0; restarts < 500; restarts += 1) {
        tell({ kind: 'rung', rendition: '720p', state: 'down', restarts, problem });
        tell({ kind: 'rung', rendition: '720p', state: 'up', restarts });
      }
      return followers.count === 1;
    });
    slow.destroy();
    await request(application.server).delete('/streams/camera');
    await reader.untilEvent('stream.stopped');
  });

  it('ends when the server stops', async () => {
    const follower = await follow('/streams/events');
    await application.close();
    await until('it is closed', () => follower.closed, 5000);
    application = await startApplication({ folder: application.folder });
  });
});

describe('a stream', () => {
  it('cannot be called "events"', async () => {
    const answer = await start({ ...camera, stream_id: 'events' });
    expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'stream_id']);
  });
});
