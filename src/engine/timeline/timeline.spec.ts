import { describe, expect, it } from 'vitest';
import { videoTrack } from './house-clock.js';
import { aGrid, aPart, aTimeline, finishSegment, FIRST_SEGMENT, initName } from './testing.js';
import {
  addPart,
  closeSegment,
  emptyTimeline,
  endTimeline,
  lastFinishedSegment,
  lastPosition,
  nextPartPosition,
  openSegmentOf,
  restoredTimeline,
  type Timeline,
} from './timeline.js';

const track = videoTrack(aGrid());
const { partsPerSegment } = track.grid;
const numbersOf = ({ segments }: Timeline): number[] => segments.map(({ number }) => number);

describe('a timeline', () => {
  it('knows where it ends and what comes next', () => {
    const timeline = aTimeline('720p', track, { segments: 3, parts: 2 });
    expect(numbersOf(timeline)).toEqual([1000, 1001, 1002, 1003]);
    expect(lastFinishedSegment(timeline)).toBe(1002);
    expect(lastPosition(timeline)).toEqual({ segment: 1003, part: 1 });
    expect(nextPartPosition(timeline)).toEqual({ segment: 1003, part: 2 });
    expect(openSegmentOf(timeline)).toMatchObject({ number: 1003, durationTicks: 60_000, bytes: 2000 });
  });

  it('expects the first part of the next segment as soon as one has all its parts, closed or not', () => {
    const next = { segment: 1004, part: 0 };
    const full = aTimeline('720p', track, { segments: 3, parts: partsPerSegment });
    expect(nextPartPosition(full, partsPerSegment)).toEqual(next);
    expect(nextPartPosition(finishSegment(full, track, 1003), partsPerSegment)).toEqual(next);
  });

  it('says nothing of its end while it has not begun', () => {
    const timeline = emptyTimeline('720p', track.timescale, 10);
    expect([lastPosition(timeline), nextPartPosition(timeline), lastFinishedSegment(timeline)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('keeps its window: the oldest segment leaves when one more is finished', () => {
    const timeline = aTimeline('720p', track, { segments: 14, parts: 1, windowSegments: 4 });
    expect(numbersOf(timeline)).toEqual([1010, 1011, 1012, 1013, 1014]);
    expect(numbersOf(finishSegment(timeline, track, 1014))).toEqual([1011, 1012, 1013, 1014]);
  });

  it('holds whole segments only where no parts are published', () => {
    const timeline = aTimeline('720p', track, { segments: 3, lowLatency: false });
    expect(timeline.segments.every(({ state, parts }) => state === 'complete' && parts.length === 0)).toBe(true);
    expect(lastPosition(timeline)).toEqual({ segment: 1002, part: 0 });
  });

  it('is a value: what was read from it before stays as it was', () => {
    const before = aTimeline('720p', track, { segments: 2, parts: 1 });
    const copy = structuredClone(before);
    finishSegment(addPart(before, aPart(track, 1002, 1)), track, 1002);
    endTimeline(before);
    expect(before).toEqual(copy);
  });

  it('drops the segment in progress when it ends, and expects no more', () => {
    const ended = endTimeline(aTimeline('720p', track, { segments: 2, parts: 3 }));
    expect(numbersOf(ended)).toEqual([1000, 1001]);
    expect(nextPartPosition(ended)).toBeUndefined();
  });
});

describe('a change of init segment', () => {
  it('is a discontinuity at the first segment that needs the new one', () => {
    const { segments } = aTimeline('720p', track, { segments: 4, newInitAt: [1002] });
    expect(segments.map(({ discontinuity }) => discontinuity)).toEqual([false, false, true, false]);
  });

  it('is counted once its segment has left the window', () => {
    const within = aTimeline('720p', track, { segments: 6, windowSegments: 4, newInitAt: [1002] });
    expect([within.segments[0]!.number, within.discontinuitySequence]).toEqual([1002, 0]);
    const gone = aTimeline('720p', track, { segments: 7, windowSegments: 4, newInitAt: [1002] });
    expect([gone.segments[0]!.number, gone.discontinuitySequence]).toEqual([1003, 1]);
  });

  it('is no discontinuity at the start of a stream, even after gaps without any init', () => {
    let timeline = emptyTimeline('720p', track.timescale, 10);
    timeline = finishSegment(timeline, track, FIRST_SEGMENT, { init: '', gap: true });
    timeline = finishSegment(timeline, track, FIRST_SEGMENT + 1);
    expect(timeline.segments.map(({ init, discontinuity }) => [init, discontinuity])).toEqual([
      ['', false],
      [initName(0), false],
    ]);
  });

  it('is told once, also where the first segment that would need it is missing', () => {
    const { segments } = aTimeline('720p', track, { segments: 5, gaps: [1002, 1003], newInitAt: [1002] });
    expect(segments.map(({ discontinuity }) => discontinuity)).toEqual([false, false, true, false, false]);
  });

  it('is not what a gap is that was told before the encoder said a word', () => {
    let timeline = aTimeline('720p', track, { segments: 2 });
    timeline = finishSegment(timeline, track, 1002, { init: '', gap: true });
    timeline = finishSegment(timeline, track, 1003);
    expect(timeline.segments.map(({ init, discontinuity }) => [init, discontinuity])).toEqual(
      Array.from({ length: 4 }, () => [initName(0), false]),
    );
  });
});

describe('a timeline after a restart', () => {
  const closed = (number: number, init: string, gap = false) => ({
    ...{ number, init, gap, startTicks: number * 180_000, durationTicks: 180_000, bytes: gap ? 0 : 1 },
  });
  const empty = emptyTimeline('720p', track.timescale, 3);

  it('has the window of the earlier life, and counts its discontinuities on', () => {
    const timeline = restoredTimeline(empty, {
      segments: [closed(1003, initName(2)), closed(1004, initName(2), true), closed(1005, initName(3))],
      inits: [10, 500, 1002, 1005].map((segment, index) => ({ segment, init: initName(index) })),
    });
    expect(timeline).toMatchObject({ discontinuitySequence: 2, periodStart: 1002, lastInit: initName(3) });
    expect(timeline.segments.map(({ state, discontinuity }) => [state, discontinuity])).toEqual([
      ['complete', false],
      ['gap', false],
      ['complete', true],
    ]);
    // The same init goes on without one; another is the fourth.
    const same = finishSegment(timeline, track, 1006, { init: initName(3) });
    expect(same.segments.at(-1)!.discontinuity).toBe(false);
    const other = finishSegment(same, track, 1007, { init: initName(4) });
    expect(other.segments.at(-1)!.discontinuity).toBe(true);
    expect(other).toMatchObject({ discontinuitySequence: 2, periodStart: 1005 });
  });

  it('knows the last init even where all media is too old to list', () => {
    const inits = [{ segment: 10, init: initName(0) }];
    const timeline = restoredTimeline(empty, { segments: [], inits });
    expect(finishSegment(timeline, track, 5000, { init: initName(0) }).segments[0]!.discontinuity).toBe(false);
    expect(finishSegment(timeline, track, 5000, { init: initName(1) }).segments[0]!.discontinuity).toBe(true);
  });

  it('remembers the segment that began its period after that has left the window', () => {
    const timeline = aTimeline('720p', track, { segments: 9, newInitAt: [1002], windowSegments: 4 });
    expect(timeline).toMatchObject({ periodStart: 1002, discontinuitySequence: 1 });
  });
});

describe('what does not follow', () => {
  const timeline = aTimeline('720p', track, { segments: 2, parts: 2 });

  it.each([
    ['a part that skips one', 1002, 3],
    ['a part told twice', 1002, 1],
    ['a part of a finished segment', 1001, 6],
    ['a part of the next segment while this one is open', 1003, 0],
    ['a part of a segment too far ahead', 1004, 0],
  ])('is refused: %s', (_title, segment, index) => {
    expect(() => addPart(timeline, aPart(track, segment, index))).toThrow(
      /does not follow segment 1002 \(open, 2 parts\)/,
    );
  });

  it('is refused: a segment closed twice, or out of turn', () => {
    expect(() => finishSegment(finishSegment(timeline, track, 1002), track, 1002)).toThrow('closed already');
    const stray = { number: 1007, startTicks: 0, durationTicks: 1, bytes: 1, gap: false, init: initName(0) };
    expect(() => closeSegment(timeline, stray)).toThrow('segment 1007 does not follow segment 1002 (open, 2 parts)');
  });
});
