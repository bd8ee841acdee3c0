import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cacheControl, PREFLIGHT_HEADERS, type Cached } from './cache-policy.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the cache policy', () => {
  it.each([
    ['init segment, segment, part', 'media'],
    ['playlist named by position', 'blocking-playlist'],
    ['playlist without directives', 'live-playlist'],
    ['multivariant playlist, MPD', 'live-multivariant'],
    ['multivariant playlist, MPD', 'live-mpd'],
    ['playlist with ENDLIST, static MPD', 'ended-manifest'],
    ['`/time`', 'clock'],
    ['answer to a preflight', 'preflight'],
  ] as const satisfies readonly (readonly [string, Cached])[])('is what operators read about a %s: %s', (row, what) => {
    const [, section] = read('docs/playback.md').split('## What the answers say');
    const line = section!.split('\n').find((text) => text.startsWith(`| ${row}`));
    expect(line).toContain(`\`${cacheControl(what, 2)}\``);
  });

  it('is said by nginx in the same words, for what nginx answers itself', () => {
    expect(read('nginx/nginx.conf.template')).toContain(`default "${cacheControl('media', 2)}";`);
    const refusals = read('nginx/snippets/refusals.conf');
    expect(refusals).toContain(`OPTIONS "${cacheControl('preflight', 2)}";`);
    for (const name of ['methods', 'headers'] as const) {
      expect(refusals).toContain(`OPTIONS "${PREFLIGHT_HEADERS[`access-control-allow-${name}`]}";`);
    }
  });

  it('keeps a live playlist for half a target duration, but never for no time at all', () => {
    expect([1, 2, 3, 6].map((seconds) => cacheControl('live-playlist', seconds))).toEqual(
      [1, 1, 1, 3].map((seconds) => `public, max-age=${seconds}`),
    );
  });
});
