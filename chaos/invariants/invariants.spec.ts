import { describe, expect, it } from 'vitest';
import { parseMediaPlaylist } from '../../load/hls/media-playlist.js';
import { ImmutableCache } from './immutable-cache.js';
import { ServerMemory } from './memory.js';
import { Progress } from './progress.js';
import { Violations } from './violations.js';
import { brokenBoxes } from './whole-boxes.js';
import { WindowHistory } from './window-history.js';

const box = (type: string, size: number): Buffer => {
  const bytes = Buffer.alloc(size, 0x61);
  bytes.writeUInt32BE(size, 0);
  bytes.write(type, 4, 'latin1');
  return bytes;
};
const aChunk = (size = 100): Buffer => Buffer.concat([box('moof', 40), box('mdat', size)]);

const noted = (): { violations: Violations; told: () => string[] } => {
  const violations = new Violations(() => 12);
  return { violations, told: () => violations.all.map(({ invariant, evidence }) => `${invariant}: ${evidence}`) };
};

describe('an object', () => {
  it('is whole when its boxes are', () => {
    expect(brokenBoxes(Buffer.concat([box('ftyp', 24), box('moov', 400)]), 'init')).toBeUndefined();
    expect(brokenBoxes(Buffer.concat([box('styp', 20), aChunk(), aChunk()]), 'media')).toBeUndefined();
  });

  it('that was cut is told from a whole one, wherever the cut is', () => {
    const whole = Buffer.concat([aChunk(), aChunk()]);
    const cuts = Array.from({ length: whole.length - 1 }, (_, length) => whole.subarray(0, length));
    expect(cuts.filter((cut) => brokenBoxes(cut, 'media') === undefined).map(({ length }) => length)).toEqual([140]);
    expect(brokenBoxes(whole.subarray(0, 200), 'media')).toBe('mdat at byte 180 says 100 bytes, and 20 are there');
    expect(brokenBoxes(box('ftyp', 24), 'init')).toBe('an init segment of ftyp');
    expect(brokenBoxes(Buffer.alloc(0), 'media')).toBe('media of nothing');
  });
});

describe('a cache that never forgets', () => {
  it('takes the same bytes again', () => {
    const { violations, told } = noted();
    const cache = new ImmutableCache(violations);
    cache.add('/a/1.m4s', aChunk());
    cache.add('/a/1.m4s', aChunk());
    expect([cache.names, told()]).toEqual([1, []]);
  });

  it('tells of a name with other bytes, of an object that is cut, and of a segment that is not its parts', () => {
    const { violations, told } = noted();
    const cache = new ImmutableCache(violations);
    cache.add('/a/1.m4s', aChunk());
    cache.add('/a/1.m4s', aChunk(101));
    cache.add('/a/2.m4s', aChunk().subarray(0, 99));
    cache.compare('/a/3.m4s', [aChunk(), aChunk()], aChunk());
    expect(told()).toEqual([
      expect.stringMatching(/^name-reused: 140 bytes with SHA-1 \w+ at first, then 141 with/),
      'truncated: mdat at byte 40 says 100 bytes, and 59 are there',
      'parent-differs: 140 bytes, its parts have 280',
    ]);
  });
});

interface Listed {
  readonly first?: number;
  readonly names?: readonly string[];
  readonly gaps?: readonly string[];
  readonly parts?: readonly string[];
  readonly target?: number;
}

/** A playlist of segments of two seconds, and parts of the one in progress. */
function aPlaylist({ first = 100, names = ['100', '101'], gaps = [], parts = [], target = 2 }: Listed) {
  const lines = [
    ...['#EXTM3U', '#EXT-X-VERSION:9', `#EXT-X-TARGETDURATION:${target}`, '#EXT-X-PART-INF:PART-TARGET=1'],
    ...['#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=3', `#EXT-X-MEDIA-SEQUENCE:${first}`],
    '#EXT-X-MAP:URI="init-1.mp4"',
    ...names.flatMap((name) => [...(gaps.includes(name) ? ['#EXT-X-GAP'] : []), '#EXTINF:2,', `${name}.m4s`]),
    ...parts.map((part) => `#EXT-X-PART:DURATION=1,URI="${part}.m4s"`),
  ];
  return parseMediaPlaylist(`${lines.join('\n')}\n`, new URL('http://127.0.0.1/wild/240p/playlist.m3u8'));
}

function afterAll(...playlists: readonly Listed[]): string[] {
  const { violations, told } = noted();
  const history = new WindowHistory('wild/240p', violations);
  for (const playlist of playlists) history.add(aPlaylist(playlist));
  return told();
}

describe('the playlists of a rendition', () => {
  it('may grow, lose their head, and have gaps', () => {
    const seen = afterAll(
      { parts: ['102.0'] },
      { parts: ['102.0', '102.1'] },
      { first: 101, names: ['101', '102', '103'], gaps: ['103'], parts: ['104.0'] },
    );
    expect(seen).toEqual([]);
  });

  it.each([
    ['a live edge that goes back', [{ parts: ['102.0', '102.1'] }, { parts: ['102.0'] }], 'went-back: next is 102.1'],
    ['a window that goes back', [{ first: 101, names: ['101'] }, { names: ['100', '101'] }], 'went-back: EXT-X-MEDIA-'],
    ['numbers that begin anew', [{}, { first: 0, names: ['0', '1'] }], 'went-back: EXT-X-MEDIA-SEQUENCE 0 after 100'],
    ['a hole in the names', [{ names: ['100', '102'] }], 'name-is-number: segment 101 is called /wild/240p/102.m4s'],
    ['a part that is left out', [{ parts: ['102.0', '102.2'] }], 'part-missing: part 1 of segment 102 is called'],
    ['a segment that becomes a gap', [{}, { gaps: ['101'] }], 'gap-changed: segment 101 was there, and is a gap'],
    ['a gap that is filled', [{ gaps: ['101'] }, {}], 'gap-changed: segment 101 was a gap, and is there'],
    ['another target duration', [{}, { target: 3 }], 'promise-changed: targetDuration 3 after 2'],
  ])('are found out: %s', (_, playlists, complaint) => {
    expect(afterAll(...playlists)[0]).toContain(complaint);
  });

  it('know what can be fetched', () => {
    const history = new WindowHistory('wild/240p', noted().violations);
    history.add(aPlaylist({ gaps: ['101'], parts: ['102.0'] }));
    const paths = ['100.m4s', '101.m4s', '102.0.m4s', '103.m4s'];
    expect(paths.map((name) => history.lists(`/wild/240p/${name}`))).toEqual([true, false, true, false]);
  });
});

describe('the progress of a rendition', () => {
  it('is silent from one new part to the next', () => {
    const progress = new Progress();
    progress.see({ msn: 1, part: 0 }, 1);
    progress.see({ msn: 1, part: 0 }, 3);
    progress.see({ msn: 1, part: 1 }, 5);
    progress.end(6);
    expect(progress.longestSilence).toBe(4);
  });

  it('is not blamed for the time without a server, and returns with the first new part after it', () => {
    const progress = new Progress();
    progress.see({ msn: 1, part: 0 }, 1);
    progress.serverGone(2);
    progress.serverStarts(50);
    progress.see({ msn: 1, part: 0 }, 51);
    progress.see({ msn: 9, part: 0 }, 53);
    expect([progress.longestSilence, progress.returns]).toEqual([3, [3]]);
  });

  it('counts a return that never came', () => {
    const progress = new Progress();
    progress.see({ msn: 1, part: 0 }, 1);
    progress.serverGone(2);
    progress.serverStarts(3);
    progress.end(20);
    expect(progress.returns).toEqual([17]);
  });
});

describe("the server's memory", () => {
  const MIB = 1024 * 1024;

  it('may grow while it settles, and a new life begins anew', () => {
    const memory = new ServerMemory();
    for (const [pid, mib, at] of [
      [1, 100, 0],
      [1, 300, 10],
      [1, 320, 60],
      [2, 90, 61],
      [2, 100, 120],
    ] as const)
      memory.add(pid, mib * MIB, at);
    expect([memory.excesses, memory.peakBytes]).toEqual([[], 320 * MIB]);
  });

  it('that grows beyond its bound is told', () => {
    const memory = new ServerMemory();
    memory.add(1, 100 * MIB, 0);
    memory.add(1, 260 * MIB, 60);
    expect(memory.excesses).toEqual([{ pid: 1, evidence: '260 MiB at its peak, 100 MiB in its first 20 s' }]);
  });
});
