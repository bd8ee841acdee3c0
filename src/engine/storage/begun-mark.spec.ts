import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BegunMark } from './begun-mark.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-mark-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the note of the highest segment number', () => {
  it('is there for another life, from the moment the number may be used', async () => {
    expect(await new BegunMark(folder).read()).toBeUndefined();
    const mark = new BegunMark(folder);
    await mark.note(108_000_000);
    await mark.note(108_000_001);
    expect(await new BegunMark(folder).read()).toMatchObject({ segment: 108_000_001 });
  });

  it('never goes back, whichever rendition is late', async () => {
    const mark = new BegunMark(folder);
    await Promise.all([mark.note(9), mark.note(8), mark.note(10), mark.note(9)]);
    await mark.note(3);
    expect(await mark.read()).toMatchObject({ segment: 10 });
  });

  it('is overwritten in place, and always as long', async () => {
    const mark = new BegunMark(folder);
    await mark.note(9);
    const before = readFileSync(join(folder, '.begun')).length;
    await mark.note(10);
    expect(readFileSync(join(folder, '.begun')).length).toBe(before);
  });

  it('keeps a number from being used where it cannot be noted, and is tried again with the next', async () => {
    const mark = new BegunMark(join(folder, 'camera'));
    writeFileSync(join(folder, 'camera'), 'a file in the way');
    await expect(mark.note(7)).rejects.toThrow();
    rmSync(join(folder, 'camera'));
    mkdirSync(join(folder, 'camera'));
    await mark.note(7);
    expect(await mark.read()).toMatchObject({ segment: 7 });
  });

  it('says nothing where it is damaged', async () => {
    writeFileSync(join(folder, '.begun'), '0000001080');
    expect(await new BegunMark(folder).read()).toBeUndefined();
  });
});
