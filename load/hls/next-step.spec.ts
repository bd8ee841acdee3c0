import { describe, expect, it } from 'vitest';
import { parseMediaPlaylist } from './media-playlist.js';
import { listedPosition, nextStep, resumePosition, startPosition } from './next-step.js';

const T0 = Date.UTC(2026, 0, 1) / 1000;
const OPEN = [
  '#EXTM3U',
  '#EXT-X-TARGETDURATION:2',
  '#EXT-X-MEDIA-SEQUENCE:100',
  '#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00.000Z',
  '#EXTINF:2.00000,',
  '100.m4s',
  '#EXT-X-PART:DURATION=1.0,URI="101.0.m4s",INDEPENDENT=YES',
  '#EXT-X-PART:DURATION=1.0,URI="101.1.m4s"',
  '#EXTINF:2.00000,',
  '101.m4s',
  '#EXT-X-PART:DURATION=0.5,URI="102.0.m4s",INDEPENDENT=YES',
  '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="102.1.m4s"',
];
const parse = (...more: string[]) =>
  parseMediaPlaylist([...OPEN, ...more].join('\n'), new URL('http://127.0.0.1/demo/480p/playlist.m3u8'));
const playlist = parse();
const HLS_JS = { withParts: true, hints: false };
const AVPLAYER = { withParts: true, hints: true };
const CLASSIC = { withParts: false, hints: false };

/** The step in few words: what is done, and with which file. */
function step(msn: number, part: number, ways = HLS_JS, at = playlist): string {
  const next = nextStep(at, { msn, part }, ways);
  if (next.kind === 'load') return `load ${next.piece.url.pathname.split('/').pop()}`;
  return next.kind === 'hint' ? `hint ${next.url.pathname.split('/').pop()}` : next.kind;
}

describe('where a player starts', () => {
  it.each([
    ['the independent part before the time', 4.4, true, { msn: 102, part: 0 }],
    ['the start of the segment when later parts depend on it', 3.5, true, { msn: 101, part: 0 }],
    ['a whole segment when it knows nothing of parts', 4.4, false, { msn: 101, part: 0 }],
    ['the oldest there is when the window is short', -9, true, { msn: 100, part: 0 }],
  ])('starts at %s', (_, time, withParts, position) => {
    expect(startPosition(playlist, T0 + time, withParts)).toEqual(position);
  });
});

describe('what a player does next', () => {
  it.each([
    ['loads a part that is listed', step(101, 1), 'load 101.1.m4s'],
    ['loads the whole segment when its parts are not listed any more', step(100, 0), 'load 100.m4s'],
    ['goes on with the next segment after the last part of one', step(101, 2), 'load 102.0.m4s'],
    ['waits for a part that is only hinted at', step(102, 1), 'wait'],
    ['requests the hint when it is a player that does', step(102, 1, AVPLAYER), 'hint 102.1.m4s'],
    ['does not request the hint for another position', step(102, 2, AVPLAYER), 'wait'],
    ['loads whole segments when it knows nothing of parts', step(101, 0, CLASSIC), 'load 101.m4s'],
    ['waits for the segment in progress to be complete', step(102, 0, CLASSIC), 'wait'],
    ['has lost its place when that has left the window', step(99, 0), 'lost'],
    [
      'is at the end after the last part of a stream that has ended',
      step(102, 1, HLS_JS, parse('#EXT-X-ENDLIST')),
      'end',
    ],
  ])('%s', (_, did, expected) => {
    expect(did).toBe(expected);
  });

  it('takes a part past the end of a complete segment for the first of the next', () => {
    expect(listedPosition(playlist, { msn: 101, part: 2 })).toEqual({ msn: 102, part: 0 });
    expect(listedPosition(playlist, { msn: 102, part: 1 })).toEqual({ msn: 102, part: 1 });
  });

  it('finds its place in another rendition by the time of day, not by sequence numbers', () => {
    const next = { msn: 7, part: 0 };
    expect(resumePosition(playlist, next, T0 + 2.01)).toEqual({ msn: 101, part: 0 });
    expect(resumePosition(playlist, next, T0 + 4.5)).toEqual({ msn: 102, part: 1 });
    expect(resumePosition(playlist, next, T0 + 3)).toEqual(next);
  });
});
