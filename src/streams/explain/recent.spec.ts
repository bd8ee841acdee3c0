import { describe, expect, it } from 'vitest';
import { NOTHING_SEEN, recentOf, withGlance, type Glance, type Seen } from './recent.js';
import { encoderFailed, rungVitals } from './testing.js';

const glance = (second: number, changes: Partial<Glance> & { parts?: number; gaps?: number } = {}): Glance => {
  const { parts = 3 * second, gaps = 0, ...rest } = changes;
  return {
    ...{ atMs: second * 1000, plays: true, lastProblem: undefined },
    vitals: {
      playout: { filledVideo: 0, filledAudio: 0, droppedVideo: 0, anchorMoves: 0 },
      ...{ leadMs: {}, heldBytes: 0, heapBytes: 0 },
      rungs: [rungVitals('480p', { parts, gaps, publishDelays: [parts] })],
    },
    rungs: [{ name: '480p', restarts: 0 }],
    sources: [{ state: 'up', losses: 0 }],
    ...rest,
  };
};
const seenAfter = (...glances: Glance[]): Seen => glances.reduce(withGlance, NOTHING_SEEN);
const everySecond = (from: number, to: number): Glance[] =>
  Array.from({ length: to - from + 1 }, (_, index) => glance(from + index));

describe('the last minute of a stream', () => {
  it('is what changed in it, not what has been since the beginning', () => {
    const recent = recentOf(
      seenAfter(...everySecond(0, 200), glance(201, { gaps: 4, rungs: [{ name: '480p', restarts: 2 }] })),
    );
    expect(recent).toMatchObject({ seconds: 60, playedSeconds: 60 });
    expect(recent.rungs).toMatchObject([{ parts: 180, gaps: 4, restarts: 2, publishDelays: [180] }]);
  });

  it('leaves out the padding that a stream begins with', () => {
    const starting = [glance(0, { plays: false, vitals: undefined }), glance(1, { plays: false, parts: 12 })];
    const recent = recentOf(seenAfter(...starting, ...everySecond(2, 7)));
    expect(recent).toMatchObject({ seconds: 7, playedSeconds: 1, rungs: [{ parts: 3 }] });
  });

  it('counts from nothing again when its thread was started anew', () => {
    expect(recentOf(seenAfter(...everySecond(0, 100), glance(101, { parts: 5 }))).rungs).toMatchObject([{ parts: 5 }]);
  });

  it('knows nothing of a stream nobody has looked at', () => {
    expect(recentOf(NOTHING_SEEN)).toMatchObject({ seconds: 0, rungs: [] });
  });
});

describe('what is remembered longer', () => {
  it('is why the encoder of a rung was replaced, when other problems have come since', () => {
    const lastProblem = encoderFailed('480p', 'ended by SIGKILL');
    const disk = { code: 'disk-full', facts: {}, detail: '' } as const;
    const seen = seenAfter(
      glance(0),
      glance(1, { lastProblem }),
      glance(2, { lastProblem }),
      glance(90, { lastProblem: disk }),
    );
    expect(recentOf(seen).rungs[0]!.problem).toEqual({ problem: lastProblem, atMs: 1000 });
    expect(seen.diskProblem).toEqual({ problem: disk, atMs: 90_000 });
  });

  it('is since when a source is up, or not, however often it is tried', () => {
    const states = ['up', 'lost', 'connecting', 'lost', 'up'].map((state, second) =>
      glance(second, { sources: [{ state, losses: 1 }] }),
    );
    expect(seenAfter(...states.slice(0, 4)).sources).toEqual([{ up: false, sinceMs: 1000 }]);
    expect(seenAfter(...states).sources).toEqual([{ up: true, sinceMs: 4000 }]);
  });
});
