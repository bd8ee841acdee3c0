import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { Schedule } from './index.js';

describe('the schedule', () => {
  let clock: { nowMs: number; now(): number };
  let logged: string[];
  let schedule: Schedule;
  const beatAt = (seconds: number): Promise<void> => schedule.beat((clock.nowMs = seconds * 1000));

  beforeEach(() => {
    clock = { nowMs: 0, now: () => clock.nowMs };
    logged = [];
    schedule = new Schedule(clock, pino({}, { write: (line) => void logged.push(line) }));
  });

  it('runs a task every so many seconds, also when the period does not fit into a minute', async () => {
    const ranAt: number[] = [];
    schedule.every(45, 'sweep', () => void ranAt.push(clock.nowMs / 1000));
    for (let second = 1; second <= 300; second += 1) await beatAt(second);
    expect(ranAt).toEqual([45, 90, 135, 180, 225, 270]);
  });

  it('runs a task once after a pause, not once for every time it missed', async () => {
    const ranAt: number[] = [];
    schedule.every(10, 'sweep', () => void ranAt.push(clock.nowMs / 1000));
    for (const second of [65, 66, 74, 75]) await beatAt(second);
    expect(ranAt).toEqual([65, 75]);
  });

  it('tells of a task that fails and runs it, and every other, all the same', async () => {
    let others = 0;
    schedule.every(1, 'broken', () => {
      throw new Error('the disk is gone');
    });
    schedule.every(1, 'sound', () => void (others += 1));
    await beatAt(1);
    await beatAt(2);
    expect(others).toBe(2);
    expect(logged.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ task: 'broken', err: expect.objectContaining({ message: 'the disk is gone' }) }),
      expect.objectContaining({ task: 'broken' }),
    ]);
  });

  it('never runs a task twice at a time, and a slow one does not hold up the others', async () => {
    const slow = aGate();
    let slowRuns = 0;
    let quickRuns = 0;
    schedule.every(1, 'slow', () => ((slowRuns += 1), slow.opened));
    schedule.every(1, 'quick', () => void (quickRuns += 1));
    const first = beatAt(1);
    await turnOfTheLoop();
    await beatAt(2);
    expect([slowRuns, quickRuns]).toEqual([1, 2]);
    slow.open();
    await first;
    await beatAt(3);
    expect([slowRuns, quickRuns]).toEqual([2, 3]);
  });

  it('lets a run that is under way finish when the server stops, and begins no other', async () => {
    const slow = aGate();
    const said: string[] = [];
    schedule.every(1, 'slow', () => slow.opened.then(() => void said.push('run over')));
    const beat = beatAt(1);
    const stopped = schedule.onModuleDestroy().then(() => said.push('stopped'));
    slow.open();
    await Promise.all([beat, stopped]);
    await beatAt(60);
    expect(said).toEqual(['run over', 'stopped']);
  });

  it('has a beat of its own while the server runs', async () => {
    const ran = aGate();
    schedule.every(0, 'sweep', ran.open);
    schedule.onApplicationBootstrap();
    await ran.opened;
    await schedule.onModuleDestroy();
  });
});

/** A promise and what fulfils it. */
function aGate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
