import { describe, expect, it } from 'vitest';
import { CpuLedger } from './cpu-ledger.js';

const used = (pid: number, cpuSeconds: number) => ({ pid, cpuSeconds, rssBytes: 0 });

describe('the CPU time of a stream', () => {
  it('only grows, though its encoders are replaced', () => {
    const ledger = new CpuLedger();
    expect(ledger.enter(new Map([['a', [used(1, 2), used(2, 3)]]])).get('a')).toBe(5);
    expect(ledger.enter(new Map([['a', [used(1, 4), used(3, 1)]]])).get('a')).toBe(8);
  });

  it('begins with the whole of a process that has the number of one that has gone', () => {
    const ledger = new CpuLedger();
    ledger.enter(new Map([['a', [used(1, 100)]]]));
    expect(ledger.enter(new Map([['a', [used(1, 1)]]])).get('a')).toBe(101);
  });

  it('is forgotten with the stream, and is 0 for one whose processes are yet to come', () => {
    const ledger = new CpuLedger();
    ledger.enter(new Map([['a', [used(1, 100)]]]));
    expect([...ledger.enter(new Map([['b', []]]))]).toEqual([['b', 0]]);
  });
});
