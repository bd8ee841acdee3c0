import { describe, expect, it } from 'vitest';
import { parseMediaPlaylist } from './media-playlist.js';

const BASE = new URL('http://127.0.0.1/demo/480p/playlist.m3u8');
const HEAD = [
  '#EXTM3U',
  '#EXT-X-VERSION:9',
  '#EXT-X-TARGETDURATION:2',
  '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.5,HOLD-BACK=6.0,CAN-SKIP-UNTIL=12.0',
  '#EXT-X-PART-INF:PART-TARGET=0.5',
  '#EXT-X-MEDIA-SEQUENCE:100',
];
const WINDOW = [
  '#EXT-X-MAP:URI="init.mp4"',
  '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z',
  '#EXTINF:2.00000,',
  '100.m4s',
  '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:02.000Z',
  '#EXT-X-PART:DURATION=1.0,URI="101.0.m4s",INDEPENDENT=YES',
  '#EXT-X-PART:DURATION=1.0,URI="101.1.m4s"',
  '#EXTINF:2.00000,',
  '101.m4s',
];
const IN_PROGRESS = [
  '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:04.000Z',
  '#EXT-X-PART:DURATION=0.5,URI="102.0.m4s",INDEPENDENT=YES',
  '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="102.1.m4s"',
];
const T0 = Date.UTC(2026, 0, 1) / 1000;
const parse = (...lines: string[]) => parseMediaPlaylist(lines.join('\n'), BASE);

describe('reading a media playlist', () => {
  it('finds the live edge, what comes next, and where the media lies in time', () => {
    const playlist = parse(...HEAD, ...WINDOW, ...IN_PROGRESS);
    expect(playlist).toMatchObject({
      ...{ targetDuration: 2, partTarget: 0.5, partHoldBack: 1.5, holdBack: 6, canBlockReload: true, canSkip: true },
      ...{ ended: false, dated: true, firstMsn: 100, next: { msn: 102, part: 1 }, end: T0 + 4.5 },
    });
    expect(playlist.hint!.href).toBe('http://127.0.0.1/demo/480p/102.1.m4s');
    expect(
      playlist.segments.map(({ msn, start, complete, parts }) => [msn, start - T0, complete, parts.length]),
    ).toEqual([
      [100, 0, true, 0],
      [101, 2, true, 2],
      [102, 4, false, 1],
    ]);
    expect(playlist.segments[1]!.parts[1]).toMatchObject({ start: T0 + 3, duration: 1, independent: false });
    expect(playlist.segments[2]!.parts[0]!.map!.url.pathname).toBe('/demo/480p/init.mp4');
  });

  it('asks for part 0 of the next segment once a segment is complete', () => {
    expect(parse(...HEAD, ...WINDOW).next).toEqual({ msn: 102, part: 0 });
  });

  it('counts skipped segments of a delta update without seeing them', () => {
    const playlist = parse(...HEAD, '#EXT-X-SKIP:SKIPPED-SEGMENTS=40', ...WINDOW.slice(1));
    expect([playlist.firstMsn, playlist.segments[0]!.msn, playlist.next]).toEqual([100, 140, { msn: 142, part: 0 }]);
  });

  it('carries the time of day on from one segment to the next when only the first says it', () => {
    const lines = WINDOW.filter((line, index) => index < 2 || !line.startsWith('#EXT-X-PROGRAM'));
    expect(parse(...HEAD, ...lines).segments.map(({ start }) => start - T0)).toEqual([0, 2]);
  });

  it('places media before the end when no time of day is said', () => {
    const playlist = parse(...HEAD, ...WINDOW.filter((line) => !line.startsWith('#EXT-X-PROGRAM')));
    expect([playlist.dated, playlist.end]).toEqual([false, 0]);
    expect(playlist.segments.map(({ start }) => start)).toEqual([-4, -2]);
    expect(playlist.segments[1]!.parts[1]!.start).toBe(-1);
  });

  it('has no hint once the stream has ended', () => {
    expect(parse(...HEAD, ...WINDOW, ...IN_PROGRESS, '#EXT-X-ENDLIST')).toMatchObject({ ended: true, hint: undefined });
  });

  it('notes what is missing in segments and parts', () => {
    const part = '#EXT-X-PART:DURATION=0.5,URI="102.0.m4s",GAP=YES';
    const { segments } = parse(...HEAD, '#EXT-X-GAP', '#EXTINF:2,', '100.m4s', part);
    expect([segments[0]!.gap, segments[1]!.parts[0]!.gap]).toEqual([true, true]);
  });

  it('reads stretches of a file, going on where the last one ended', () => {
    const parts = ['BYTERANGE="500@0"', 'BYTERANGE="300"'].map(
      (range) => `#EXT-X-PART:DURATION=1,URI="a.mp4",${range}`,
    );
    const { segments } = parse(...HEAD, '#EXT-X-BYTERANGE:700@100', '#EXTINF:2,', 'b.mp4', ...parts);
    expect([segments[0]!.range, ...segments[1]!.parts.map(({ range }) => range)]).toEqual([
      'bytes=100-799',
      'bytes=0-499',
      'bytes=500-799',
    ]);
  });

  it.each([
    ['an error page', '<html>'],
    ['a playlist without a target duration', '#EXTM3U\n#EXTINF:2,\n1.m4s'],
  ])('refuses %s', (_, text) => {
    expect(() => parseMediaPlaylist(text, BASE)).toThrow(/no (media )?playlist/);
  });
});
