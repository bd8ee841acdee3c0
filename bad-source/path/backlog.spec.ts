import { describe, expect, it } from 'vitest';
import { Backlog } from './backlog.js';

function filled(keepsMs: number, seconds: number): Backlog {
  const backlog = Object.assign(new Backlog(), { keepsMs });
  for (let second = 1; second <= seconds; second += 1) backlog.add(Buffer.from([second]), second * 1000);
  return backlog;
}

const heldAt = (backlog: Backlog, nowMs: number): number[] => backlog.at(nowMs).map((bytes) => bytes[0]!);

describe('a backlog', () => {
  it('holds the last seconds, oldest first', () => {
    expect(heldAt(filled(3000, 10), 10_000)).toEqual([8, 9, 10]);
  });

  it('forgets with time, though nothing new comes', () => {
    expect(heldAt(filled(3000, 10), 12_500)).toEqual([10]);
    expect(heldAt(filled(3000, 10), 20_000)).toEqual([]);
  });

  it('holds nothing unless it is asked to', () => {
    expect(heldAt(filled(0, 10), 10_000)).toEqual([]);
  });
});
