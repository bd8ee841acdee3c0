import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InitJournal } from './init-journal.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const [A, B, C] = ['a', 'b', 'c'].map((letter) => `init-${letter.repeat(12)}.mp4`) as [string, string, string];
const file = () => join(folder, '.inits');

describe('the journal of init segments', () => {
  it('tells every change to another life, oldest first', async () => {
    const journal = new InitJournal(folder);
    await journal.note({ segment: 7, init: A });
    await journal.note({ segment: 9, init: B });
    expect(await new InitJournal(folder).changes()).toEqual([
      { segment: 7, init: A },
      { segment: 9, init: B },
    ]);
  });

  it.each([
    ['cut short', `7 ${A}\n9 init-bbb`],
    ['without its end', `7 ${A}\n9 ${B}`],
    ['of zeros', `7 ${A}\n${'\0'.repeat(30)}`],
  ])('passes over a last line that is %s, and writes nothing behind it', async (_what, text) => {
    writeFileSync(file(), text);
    const journal = new InitJournal(folder);
    expect(await journal.changes()).toEqual([{ segment: 7, init: A }]);
    await journal.note({ segment: 11, init: C });
    expect(readFileSync(file(), 'utf8')).toBe(`7 ${A}\n11 ${C}\n`);
  });

  it('begins anew for another stream of the name, with its first line', async () => {
    writeFileSync(file(), `7 ${A}\n`);
    const journal = new InitJournal(folder);
    journal.beginAnew();
    expect(await journal.changes()).toEqual([]);
    await journal.note({ segment: 11, init: C });
    await journal.note({ segment: 12, init: B });
    expect(readFileSync(file(), 'utf8')).toBe(`11 ${C}\n12 ${B}\n`);
  });
});
