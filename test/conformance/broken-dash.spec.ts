/**
 * MPDs broken on purpose, one file a case: a title, a ruler with a name, the text, for a change another ruler and the
 * text that came later, and after the ruler `findings` what must be found, no more and no less. `UPDATE_BROKEN=1` writes
 * the findings anew: read the difference before it is kept.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALL_TEXT_RULES, judgeMpd, judgeMpdChange } from '../../src/engine/judge/dash/judge-mpd.js';
import type { Mpd } from '../../src/engine/judge/dash/mpd.js';
import type { Violation } from '../../src/engine/judge/rule.js';
import { readBrokenCase, withFindings, type BrokenCase } from './broken-hls-case.js';

const PLACE = { url: 'http://stream.test/demo/manifest.mpd', atMs: 0 };
const CASES = new URL('broken/dash/', import.meta.url);
const cases = readdirSync(CASES)
  .filter((file) => file.endsWith('.txt'))
  .sort()
  .map((file) => {
    const bytes = readFileSync(new URL(file, CASES));
    return { file, bytes, ...readBrokenCase(bytes) };
  });
const isGood = ({ file }: { file: string }): boolean => file.startsWith('good-');

/** `id · clause · evidence` of everything that is found in each version, and in what changed. */
function findingsOf(documents: BrokenCase['documents']): string[] {
  const violations: Violation[] = [];
  let before: Mpd | undefined;
  for (const { bytes } of documents) {
    const { mpd, violations: own } = judgeMpd(bytes, PLACE);
    violations.push(...own);
    if (before && mpd) violations.push(...judgeMpdChange({ before, after: mpd }, PLACE));
    before = mpd;
  }
  return violations.map(({ rule, clause, evidence }) => `${rule} · ${clause} · ${evidence}`);
}

describe('the judge of DASH', () => {
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
