/** Whole playlists and MPDs, one file a case. `UPDATE_GOLDEN=1` prints them anew: read the difference before it is kept. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCase, withOutput } from './golden-case.js';
import { printAt, tell } from './told-presentation.js';

const CASES = new URL('cases/', import.meta.url);
const cases = readdirSync(CASES)
  .filter((file) => file.endsWith('.txt'))
  .sort()
  .map((file) => {
    const text = readFileSync(new URL(file, CASES), 'utf8');
    const { input, output } = readCase(text);
    return { file, text, input, output, about: input.about };
  });

describe('what players read, to the last character', () => {
  it.each(cases)('$about ($file)', ({ file, text, input, output }) => {
    const printed = printAt(input.print, tell(input));
    if (process.env.UPDATE_GOLDEN) writeFileSync(new URL(file, CASES), withOutput(text, printed));
    else expect(printed).toBe(output);
  });

  it('is told once: no two cases are about the same thing', () => {
    expect(new Set(cases.map(({ about }) => about)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThan(0);
  });
});
