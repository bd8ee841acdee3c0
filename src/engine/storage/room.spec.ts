import { describe, expect, it } from 'vitest';
import type { Problem } from '../problem.js';
import { problemOf, RESERVED_FILES, Room, shortage } from './room.js';

const MB = 1e6;
const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
const done = () => Promise.resolve('done');

/** A room of 100 MB on a disk that is as a test says. */
function aRoom() {
  const disk = { freeBytes: 500 * MB, freeFiles: Infinity };
  const told: (string | undefined)[] = [];
  const clock = { ms: 0 };
  let writes = 0;
  const room = new Room({
    folder: 'streams',
    reserveBytes: 100 * MB,
    onChange: (problem: Problem | undefined) => told.push(problem?.code),
    now: () => clock.ms,
    look: () => Promise.resolve({ ...disk, totalBytes: 1000 * MB }),
  });
  const write = (how: () => Promise<string> = done): Promise<string> =>
    room
      .use(() => {
        writes += 1;
        return how();
      })
      .catch((error: unknown) => (error as Problem).code);
  const later = (ms = 1000): void => void (clock.ms += ms);
  return { disk, told, room, write, later, writes: () => writes };
}

describe('room on the disk', () => {
  it('lets writes through while there is more than the reserve', async () => {
    const { write, told } = aRoom();
    expect(await write()).toBe('done');
    expect(told).toEqual([]);
  });

  it('closes before the disk is full, says so once, and tries no write meanwhile', async () => {
    const { disk, write, later, told, writes } = aRoom();
    disk.freeBytes = 99 * MB;
    expect([await write(), await write()]).toEqual(['disk-full', 'disk-full']);
    later();
    expect(await write()).toBe('disk-full');
    expect([told, writes()]).toEqual([['disk-full'], 0]);
  });

  it('lets what is begun be finished on the reserve, in all renditions alike', async () => {
    const { disk, room, write } = aRoom();
    disk.freeBytes = 99 * MB;
    expect(await write()).toBe('disk-full');
    expect(await room.use(done, true)).toBe('done');
    expect(await write()).toBe('disk-full');
  });

  it('opens by itself, and only when there is clearly more than the reserve', async () => {
    const { disk, write, later, told } = aRoom();
    disk.freeBytes = 99 * MB;
    await write();
    disk.freeBytes = 110 * MB;
    later();
    expect(await write()).toBe('disk-full');
    disk.freeBytes = 130 * MB;
    later();
    expect(await write()).toBe('done');
    expect(told).toEqual(['disk-full', undefined]);
  });

  it('asks the file system now and then, not for every write', async () => {
    const { disk, write, later } = aRoom();
    await write();
    disk.freeBytes = 0;
    expect(await write()).toBe('done');
    later();
    expect(await write()).toBe('disk-full');
  });

  it('closes where the file system can take no more files, however small', async () => {
    const { disk, write } = aRoom();
    disk.freeFiles = RESERVED_FILES - 1;
    expect(await write()).toBe('disk-full');
  });

  it('closes at the first write that is refused, and lets one try in a while until one succeeds', async () => {
    const { write, later, told, writes } = aRoom();
    expect(await write(failing('EROFS'))).toBe('output-not-writable');
    expect([await write(), await write(), writes()]).toEqual(['output-not-writable', 'output-not-writable', 1]);
    later();
    expect(await write(failing('EROFS'))).toBe('output-not-writable');
    expect([await write(), writes()]).toEqual(['output-not-writable', 2]);
    later();
    expect([await write(), await write()]).toEqual(['done', 'done']);
    expect(told).toEqual(['output-not-writable', undefined]);
  });

  it('lets writes through where nobody can say how much is free', async () => {
    const room = new Room({ folder: 'x', reserveBytes: MB, look: () => Promise.reject(new Error('no such call')) });
    expect(await room.use(done)).toBe('done');
  });
});

describe('a refused write', () => {
  it.each([
    ['ENOSPC', 'disk-full', /is full/],
    ['EDQUOT', 'disk-full', /quota/],
    ['EMFILE', 'too-many-open-files', /ulimit -n/],
    ['ENFILE', 'too-many-open-files', /the system/],
    ['EROFS', 'output-not-writable', /mounted read-only/],
    ['EIO', 'output-not-writable', /the disk reports an error/],
    ['EWEIRD', 'output-not-writable', /EWEIRD/],
  ])('with %s is the problem %s, in words', (code, problem, words) => {
    const told = problemOf(Object.assign(new Error('x'), { code }), '/srv/streams');
    expect(told.code).toBe(problem);
    expect(told.message).toMatch(words);
  });

  it('for want of room says what is free and what is kept', () => {
    const space = { freeBytes: 2.14 * MB, totalBytes: 40 * MB, freeFiles: Infinity };
    const told = shortage(space, '/srv/streams', { bytes: 8 * MB, files: 0 })!;
    expect(told.facts).toEqual({ folder: '/srv/streams', free_mb: 2.1, needed_mb: 8 });
    expect(told.message).toContain('/srv/streams has 2.1 MB free, and 8 MB are kept free');
  });
});
