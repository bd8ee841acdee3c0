import { describe, expect, it } from 'vitest';
import { aPresentation, type PresentationOptions } from '../timeline/testing.js';
import { renderMediaPlaylist } from './media-playlist.js';

const print = (options: PresentationOptions, skip?: 'YES' | 'v2'): string => {
  const view = aPresentation({ windowSegments: 20, ...options });
  return renderMediaPlaylist(view.renditions[0]!, view, skip ? { skip } : {});
};
const withoutVersion = (text: string): string => text.replace(/#EXT-X-VERSION:\d+\n/, '');

describe('a delta update', () => {
  it('leaves out what is older than the skip boundary, counted, and keeps every other line', () => {
    const options = { segments: 12, parts: 3, newInitAt: [1002] };
    const [full, delta] = [print(options), print(options, 'YES')];
    // CAN-SKIP-UNTIL is 12 s: the six segments within it stay, and the one that ends right at it.
    const [head, tail] = delta.split('#EXT-X-SKIP:SKIPPED-SEGMENTS=5\n');
    expect(head).toContain('#EXT-X-VERSION:9\n');
    expect(head).toContain('#EXT-X-MEDIA-SEQUENCE:1000\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n');
    expect(withoutVersion(full).startsWith(withoutVersion(head!))).toBe(true);
    expect(full.endsWith(tail!)).toBe(true);
    expect(tail).toMatch(/^#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:33:30\.000Z\n#EXTINF:2\.00000,\n1005\.m4s/);
  });

  it('says a discontinuity and a map that are not older', () => {
    expect(print({ segments: 12, newInitAt: [1005] }, 'v2')).toMatch(
      /SKIPPED-SEGMENTS=5\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init-000000000001\.mp4"\n/,
    );
  });

  it.each([
    ['nothing is old enough', { segments: 6, parts: 5 }],
    ['the stream has ended', { segments: 12, ended: true }],
    ['the stream offers no delta updates', { segments: 12, lowLatency: false }],
  ])('is the full playlist where %s', (_title, options) => {
    expect(print(options, 'YES')).toBe(print(options));
  });
});
