import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.js';
import { StreamEvents } from './index.js';
import { REMEMBERED_IN_ALL, REMEMBERED_OF_A_STREAM } from './recent-events.js';

function anEmitter() {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  return { events: new StreamEvents(new ManualClock(), log), lines };
}

describe('events of streams', () => {
  it('reach every listener, though another one throws', () => {
    const { events, lines } = anEmitter();
    const heard: string[] = [];
    events.listen(() => {
      throw new Error('not my day');
    });
    events.listen(({ type }) => void heard.push(type));
    events.tell('stream.stopped', 'camera', { reason: 'requested' });
    expect(heard).toEqual(['stream.stopped']);
    expect(lines.join()).toContain('not my day');
  });

  it('are not heard by a listener that has gone', () => {
    const { events } = anEmitter();
    const heard: string[] = [];
    const stop = events.listen(({ type }) => void heard.push(type));
    stop();
    events.tell('stream.stopped', 'camera', { reason: 'requested' });
    expect(heard).toEqual([]);
  });

  it('are remembered in bounds: a stream that talks all day does not push the others out of their own memory', () => {
    const { events } = anEmitter();
    events.tell('stream.stopped', 'quiet', { reason: 'requested' });
    for (let restarts = 0; restarts < REMEMBERED_IN_ALL + 10; restarts += 1)
      events.tell('stream.rung_up', 'noisy', { rung: '720p', restarts });
    expect(events.list()).toHaveLength(REMEMBERED_IN_ALL);
    expect(events.list({ streamId: 'noisy' })).toHaveLength(REMEMBERED_OF_A_STREAM);
    expect(events.list({ streamId: 'noisy' }).at(-1)).toMatchObject({ data: { restarts: REMEMBERED_IN_ALL + 9 } });
    expect(events.list({ streamId: 'quiet' })).toHaveLength(1);
  });

  it('of streams that come and go do not pile up', () => {
    const { events } = anEmitter();
    for (let number = 0; number < 1100; number += 1) events.tell('stream.stopped', `s${number}`, { reason: 'stale' });
    expect([events.knows('s99'), events.knows('s100')]).toEqual([false, true]);
  });

  it('go on behind the one that was seen last', () => {
    const { events } = anEmitter();
    for (const restarts of [1, 2, 3]) events.tell('stream.rung_up', 'camera', { rung: '720p', restarts });
    const [first] = events.list();
    expect(events.list({}, first!.id)).toMatchObject([{ data: { restarts: 2 } }, { data: { restarts: 3 } }]);
  });
});
