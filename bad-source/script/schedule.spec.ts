import { describe, expect, it } from 'vitest';
import { readScript } from './read-script.js';
import { Schedule } from './schedule.js';

/** What has begun (`+`) and ended (`-`). */
const told = (turns: ReturnType<Schedule['advance']>): string[] =>
  turns.map(({ kind, word }) => `${kind === 'begins' ? '+' : '-'}${word.text}`);

function playing(script: string): Schedule {
  const schedule = new Schedule();
  schedule.say(readScript(script), 0);
  return schedule;
}

describe('the schedule of a script', () => {
  it('begins with everything up to the first word that takes time', () => {
    expect(told(new Schedule().say(readScript('late 700 size 320x180 up 5 drop 1'), 0))).toEqual([
      '+late 700',
      '+size 320x180',
      '+up 5',
    ]);
  });

  it('lets each word have its time, then the next', () => {
    const schedule = playing('up 5 jump 3 drop 1');
    expect(told(schedule.advance(4999))).toEqual([]);
    expect(schedule.nextAtMs).toBe(5000);
    expect(told(schedule.advance(5000))).toEqual(['-up 5', '+jump 3', '+drop 1']);
    expect(told(schedule.advance(6000))).toEqual(['-drop 1']);
    expect(schedule.inForce).toBeUndefined();
    expect(schedule.nextAtMs).toBeUndefined();
  });

  it('keeps to the times of the script when it is asked too late', () => {
    const schedule = playing('up 1 drop 1 up 1 drop 1');
    expect(told(schedule.advance(2500))).toEqual(['-up 1', '+drop 1', '-drop 1', '+up 1']);
    expect(schedule.nextAtMs).toBe(3000);
  });

  it('starts over at a loop, for ever, without drifting', () => {
    const schedule = playing('up 0.1 drop 0.1 loop');
    for (let nowMs = 0; nowMs < 10_000; nowMs += 33) schedule.advance(nowMs);
    expect(schedule.inForce?.endsAtMs).toBeCloseTo(10_000, 3);
    expect(told(schedule.advance(10_000))).toHaveLength(2);
  });

  it('plays what is said at once, and forgets what was to come', () => {
    const schedule = playing('up 5 drop 5 up 5 loop');
    expect(told(schedule.say(readScript('freeze 2'), 1000))).toEqual(['-up 5', '+freeze 2']);
    expect(told(schedule.advance(3000))).toEqual(['-freeze 2']);
    expect(told(schedule.advance(60_000))).toEqual([]);
  });

  it('gives a word that takes no time its beginning and its end', () => {
    expect(told(playing('up 1').say(readScript('drop 0 up 1'), 0))).toEqual(['-up 1', '+drop 0', '-drop 0', '+up 1']);
  });
});
