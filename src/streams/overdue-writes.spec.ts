import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { OverdueWrites } from './overdue-writes.js';

function aDatabase() {
  const disk = { full: false };
  const written: string[] = [];
  const logged: string[] = [];
  const log = pino({ base: null }, { write: (line) => void logged.push((JSON.parse(line) as { msg: string }).msg) });
  const write = (what: string) => (): Promise<void> => {
    if (disk.full) return Promise.reject(new Error('database or disk is full'));
    written.push(what);
    return Promise.resolve();
  };
  return { disk, written, logged, write, overdue: new OverdueWrites(log) };
}

describe('a write that the database refuses', () => {
  it('is done once it can be, and told of twice: when it was refused and when it was done', async () => {
    const { disk, written, logged, write, overdue } = aDatabase();
    disk.full = true;
    await overdue.write('camera', write('camera ended'));
    await overdue.retry();
    await overdue.retry();
    expect(written).toEqual([]);
    disk.full = false;
    await overdue.retry();
    await overdue.retry();
    expect(written).toEqual(['camera ended']);
    expect(logged).toEqual(['the database refused a write; it is tried again', 'the overdue write is done']);
  });

  it('gives way to a newer one about the same stream', async () => {
    const { disk, written, write, overdue } = aDatabase();
    disk.full = true;
    await overdue.write('camera', write('camera wanted'));
    await overdue.write('camera', write('camera ended'));
    disk.full = false;
    await overdue.retry();
    expect(written).toEqual(['camera ended']);
  });

  it('is forgotten when another stream begins under the name', async () => {
    const { disk, written, write, overdue } = aDatabase();
    disk.full = true;
    await overdue.write('camera', write('camera ended'));
    overdue.drop('camera');
    disk.full = false;
    await overdue.retry();
    expect(written).toEqual([]);
  });
});
