import { describe, expect, it } from 'vitest';
import { Turns } from './turns.js';

describe('taking turns', () => {
  it('lets two at a time begin, and the next when one is through, in the order they came', async () => {
    const turns = new Turns(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const work = (name: number) => () => {
      begun.push(name);
      return new Promise<void>((resolve) => (ends[name] = resolve));
    };
    const all = [0, 1, 2, 3].map((name) => turns.take(work(name)));
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    ends[1]!();
    await all[1];
    await Promise.resolve();
    expect(begun).toEqual([0, 1, 2]);
    ends[0]!();
    await all[0];
    await Promise.resolve();
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('gives the turn on when one fails', async () => {
    const turns = new Turns(1);
    await expect(turns.take(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await turns.take(() => Promise.resolve('next'))).toBe('next');
  });
});
