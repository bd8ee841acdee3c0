import { describe, expect, it } from 'vitest';
import { anAnswer } from '../../http/testing.js';
import { aLivePlaylist, aLiveText, mediaOf } from '../testing.js';
import { BitRates } from './bit-rates.js';
import { nameFarAhead } from './delivery-probes.js';
import { nextReload, withQuery } from './next-reload.js';
import { Pace } from './pace.js';
import { ReportChecks } from './report-checks.js';

describe('what is asked for next', () => {
  const asked = (playlist = aLivePlaylist(), reloads = 0, changed = true) => nextReload(playlist, { reloads, changed });

  it('is the part behind the last one, and part 0 behind a whole segment', () => {
    expect(asked(aLivePlaylist({ parts: 2 })).directives).toEqual({ _HLS_msn: '110', _HLS_part: '2' });
    expect(asked(aLivePlaylist({ parts: 0 })).directives).toEqual({ _HLS_msn: '110', _HLS_part: '0' });
  });

  it('is a delta update every third time', () => {
    expect([0, 1, 2, 5].map((reloads) => '_HLS_skip' in asked(aLivePlaylist(), reloads).directives)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('is the next segment where there are no parts', () => {
    const text =
      '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:4,\n7.ts\n';
    expect(asked(mediaOf(text)).directives).toEqual({ _HLS_msn: '8' });
  });

  it('is the same again, after a while, where the server does not hold', () => {
    const polled = mediaOf('#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:3.5,\n7.ts\n');
    expect(asked(polled)).toEqual({ directives: {}, blocking: false, afterMs: 3500 });
    expect(asked(polled, 1, false)).toEqual({ directives: {}, blocking: false, afterMs: 2000 });
  });

  it('does not hurry a server that says it holds and does not', () => {
    expect(asked(aLivePlaylist(), 1, false).afterMs).toBe(1000);
  });

  it('keeps the query that was there', () => {
    expect(withQuery('http://a/p.m3u8?token=1', { _HLS_msn: '8' })).toBe('http://a/p.m3u8?token=1&_HLS_msn=8');
  });
});

describe('pace', () => {
  const answer = (sentAtMs: number, headerAfterMs: number) => anAnswer({ sentAtMs, headerAfterMs });

  it('of a server that holds is the time between answers', () => {
    const pace = new Pace();
    expect(pace.take(aLivePlaylist({ parts: 1 }), answer(0, 10), false, false)).toEqual({});
    expect(pace.take(aLivePlaylist({ parts: 2 }), answer(20, 490), true, false)).toEqual({ secondsBetweenParts: 0.5 });
    expect(pace.take(aLivePlaylist({ segments: 11, parts: 0 }), answer(520, 990), true, false)).toEqual({
      ...{ secondsBetweenParts: 1, secondsBetweenSegments: 1.5 },
    });
  });

  it('of a server that is polled is what it took at least', () => {
    const pace = new Pace();
    pace.take(aLivePlaylist({ segments: 10, parts: 0 }), answer(0, 10), false, false);
    expect(pace.take(aLivePlaylist({ segments: 10, parts: 0 }), answer(1000, 10), false, false)).toEqual({});
    expect(pace.take(aLivePlaylist({ segments: 11, parts: 0 }), answer(2000, 10), false, false)).toMatchObject({
      secondsBetweenSegments: 0.99,
    });
  });

  it('is not judged over an outage', () => {
    const pace = new Pace();
    pace.take(aLivePlaylist({ segments: 10, parts: 0 }), answer(0, 10), false, false);
    expect(pace.take(aLivePlaylist({ segments: 10, parts: 0 }), answer(9000, 10), false, true)).toEqual({});
    expect(pace.take(aLivePlaylist({ segments: 11, parts: 0 }), answer(9100, 900), true, false)).toMatchObject({
      secondsBetweenSegments: 0.99,
    });
  });
});

describe('bit rates', () => {
  it('are the peak of runs of about a target duration, and the average of all', () => {
    const rates = new BitRates();
    [1000, 3000, 1000, 1000].forEach((bytes, msn) => rates.add({ msn, seconds: 2, bytes }));
    expect(rates.averageBps).toBe(6000);
    expect(rates.peakBps(2)).toBe(12_000);
    // With a target duration of 4 s, runs last between 2 s and 6.5 s.
    expect(rates.peakBps(4)).toBe(12_000);
    expect(rates.peakBps(6)).toBe(8000);
  });

  it('do not run over a segment that is missing', () => {
    const rates = new BitRates();
    rates.add({ msn: 1, seconds: 1, bytes: 1000 });
    rates.add({ msn: 3, seconds: 1, bytes: 1000 });
    expect(rates.peakBps(4)).toBeUndefined();
  });
});

describe('rendition reports', () => {
  const VIDEO = 'http://stream.test/720p/playlist.m3u8';
  const AUDIO = 'http://stream.test/audio/playlist.m3u8';
  const version = (url: string, text: string, sentAtMs: number) => ({
    playlist: mediaOf(text, url),
    exchange: anAnswer({ url, sentAtMs, headerAfterMs: 0 }),
  });
  const report = (lastPart: number) => [
    `#EXT-X-RENDITION-REPORT:URI="../audio/playlist.m3u8",LAST-MSN=110,LAST-PART=${lastPart}`,
  ];

  it('are compared with what their playlist had listed well before, and with what it lists when asked later', () => {
    const checks = new ReportChecks();
    checks.take(AUDIO, version(AUDIO, aLiveText({ parts: 3 }), 0));
    const [stale] = checks.take(VIDEO, version(VIDEO, aLiveText({ reports: report(0) }), 2000));
    expect(stale!.check).toMatchObject({ said: { msn: 110, part: 0 }, atLeast: { msn: 110, part: 2 } });
    const [later] = checks.take(AUDIO, version(AUDIO, aLiveText({ parts: 4 }), 2100));
    expect(later).toMatchObject({
      inPlaylist: VIDEO,
      check: { said: { msn: 110, part: 0 }, atMost: { msn: 110, part: 3 } },
    });
  });

  it('are given the time of a part to be in step', () => {
    const checks = new ReportChecks();
    checks.take(AUDIO, version(AUDIO, aLiveText({ parts: 3 }), 1500));
    const [check] = checks.take(VIDEO, version(VIDEO, aLiveText({ reports: report(0) }), 2000));
    expect(check!.check.atLeast).toBeUndefined();
  });

  it('may leave out what is the same for both', () => {
    const checks = new ReportChecks();
    const [check] = checks.take(
      VIDEO,
      version(VIDEO, aLiveText({ parts: 2, reports: ['#EXT-X-RENDITION-REPORT:URI="../audio/playlist.m3u8"'] }), 0),
    );
    expect(check!.check.said).toEqual({ msn: 110, part: 1 });
  });
});

describe('a name far ahead', () => {
  it.each([
    ['http://a/b/108.m4s', 'http://a/b/1000108.m4s'],
    ['http://a/seg_12.ts?x=1', 'http://a/seg_1000012.ts?x=1'],
    ['http://a/1/video.ts', undefined],
  ])('of %s is %s', (url, expected) => {
    expect(nameFarAhead(url)).toBe(expected);
  });
});
