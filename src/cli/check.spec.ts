import { describe, expect, it } from 'vitest';
import { Verdict } from '../engine/judge/index.js';
import { report, result } from './check.js';

const URL_OF_STREAM = 'http://cdn.test/demo/playlist.m3u8?token=1';
const finding = (rule: string, severity: 'error' | 'warning' | 'note', url: string, evidence: string) => ({
  ...{ rule, severity, url, evidence, clause: 'rfc8216bis 4.4.4.9', text: 'No part is longer than the part target.' },
  atMs: Date.UTC(2026, 0, 1),
});

function aVerdict(): Verdict {
  const verdict = new Verdict();
  Object.assign(verdict.seen, { playlists: 12, media: 1, bytes: 2_500_000 });
  verdict.add([
    finding('hls.note', 'note', 'http://cdn.test/demo/playlist.m3u8', 'none there'),
    finding('hls.part-fits-target', 'error', 'http://cdn.test/demo/720p/playlist.m3u8?_HLS_msn=7', 'line 35'),
    finding('hls.part-fits-target', 'error', 'http://cdn.test/demo/720p/playlist.m3u8?_HLS_msn=8', 'line 36'),
    finding('hls.part-fits-target', 'error', 'http://other.test/audio.m3u8', 'line 9'),
  ]);
  return verdict;
}

describe('what lockstep check prints', () => {
  it('is each rule once, the gravest first, with every place where it was broken', () => {
    expect(report(URL_OF_STREAM, 30.4, aVerdict()).join('\n')).toBe(`
Errors (2)

  ✗ No part is longer than the part target.
    rfc8216bis 4.4.4.9 · hls.part-fits-target
    line 35
      2 times in 720p/playlist.m3u8
    line 9
      once in http://other.test/audio.m3u8

Notes (1)

  · No part is longer than the part target.
    rfc8216bis 4.4.4.9 · hls.note
    none there
      once in playlist.m3u8

2 errors, 0 warnings, 1 note in 12 playlists, 1 media object (2.5 MB), 30 s`);
  });

  it('is short when there is nothing to say', () => {
    expect(report(URL_OF_STREAM, 30, new Verdict())).toEqual([
      '',
      '0 errors, 0 warnings, 0 notes in 0 media objects (0.0 MB), 30 s',
    ]);
  });

  it('is the same for programs, with the times of the first and the last', () => {
    const { findings, ...rest } = result(URL_OF_STREAM, 30.4, aVerdict());
    expect(rest).toEqual({
      ...{ url: URL_OF_STREAM, seconds: 30, errors: 2, warnings: 0, notes: 1 },
      looked_at: { playlists: 12, manifests: 0, media: 1, bytes: 2_500_000 },
    });
    expect(findings[0]).toEqual({
      ...{
        rule: 'hls.part-fits-target',
        clause: 'rfc8216bis 4.4.4.9',
        severity: 'error',
        count: 2,
        evidence: 'line 35',
      },
      text: 'No part is longer than the part target.',
      url: 'http://cdn.test/demo/720p/playlist.m3u8?_HLS_msn=7',
      ...{ first_at: '2026-01-01T00:00:00.000Z', last_at: '2026-01-01T00:00:00.000Z' },
    });
  });
});
