import { describe, expect, it } from 'vitest';
import { cacheControl, type Cached } from '../../src/origin/cache-policy.js';
import { pageText } from './markdown.js';

/** Every kind there is; one that is forgotten here does not compile. */
const KINDS: Readonly<Record<Cached, true>> = {
  ...{ media: true, 'blocking-playlist': true, 'live-playlist': true, 'live-multivariant': true },
  ...{ 'live-mpd': true, 'ended-manifest': true, clock: true, preflight: true },
};
const TARGET_DURATION = 2;

const rows = new Map(
  [...pageText('docs/cdn.md').matchAll(/^\| ([a-z-]+) \| .* \| `([^`]+)` \|$/gm)].map(([, what, kept]) => [
    what!,
    kept!,
  ]),
);

describe('the table of docs/cdn.md', () => {
  it.each(Object.keys(KINDS) as Cached[])('says how long a cache keeps: %s', (what) => {
    expect(rows.get(what)).toBe(cacheControl(what, TARGET_DURATION));
  });

  it('says that no refusal is kept', () => {
    expect(rows.get('refusals')).toBe('no-store');
  });
});
