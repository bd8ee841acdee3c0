import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderConformancePage, RULE_BOOK } from './rule-book.js';

const rules = RULE_BOOK.flatMap((chapter) => chapter.rules);

describe('the rule book', () => {
  it('names every rule once, with a clause and a sentence', () => {
    const ids = rules.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    for (const { id, clause, text } of rules) {
      expect(id).toMatch(/^(hls|dash|media|http)\.[a-z0-9-]+$/);
      expect(clause.trim(), id).not.toBe('');
      expect(text, id).toMatch(/\.$/);
    }
  });

  it('is what docs/conformance.md says', () => {
    const page = readFileSync(new URL('../../../docs/conformance.md', import.meta.url), 'utf8');
    expect(page).toBe(renderConformancePage());
  });
});
