/**
 * Playlists broken on purpose, one file a case: a title, a ruler with a name, the text, more rulers and texts, and
 * after the ruler `findings` what must be found, no more and no less. `UPDATE_BROKEN=1` writes the findings anew: read
 * the difference before it is kept.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALL_TEXT_RULES } from '../../src/engine/judge/hls/judge-playlist.js';
import { findingsOf, readBrokenCase, withFindings } from './broken-hls-case.js';

const CASES = new URL('broken/hls/', import.meta.url);
const cases = readdirSync(CASES)
  .filter((file) => file.endsWith('.txt'))
  .sort()
  .map((file) => {
    const bytes = readFileSync(new URL(file, CASES));
    return { file, bytes, ...readBrokenCase(bytes) };
  });
const isGood = ({ file }: { file: string }): boolean => file.startsWith('good-');

describe('the judge of HLS', () => {
  it.each(cases.filter(isGood))('has nothing to say about $title ($file)', ({ documents }) => {
    expect(findingsOf(documents)).toEqual([]);
  });

  it.each(cases.filter((one) => !isGood(one)))('finds $title ($file)', ({ file, bytes, documents, findings }) => {
    const found = findingsOf(documents);
    if (process.env.UPDATE_BROKEN) writeFileSync(new URL(file, CASES), withFindings(bytes, found));
    else expect(found).toEqual(findings);
    expect(found.length).toBeGreaterThan(0);
  });

  it.each(ALL_TEXT_RULES.map(({ id }) => id))('is seen to find %s', (id) => {
    expect(cases.filter(({ findings }) => findings.some((line) => line.startsWith(`${id} · `)))).not.toEqual([]);
  });

  it('gives every rule a name of its own', () => {
    const ids = ALL_TEXT_RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
