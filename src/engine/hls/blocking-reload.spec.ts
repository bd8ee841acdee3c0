import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '../problem.js';
import { addPart, emptyTimeline, endTimeline, type Timeline } from '../timeline/index.js';
import { aGrid, aPart, aPresentation, aTimeline, aTrack, finishSegment } from '../timeline/testing.js';
import { decideReload, isSatisfied, parseDirectives, type DeliveryDirectives } from './blocking-reload.js';

const track = aTrack('720p', aGrid());
const { terms } = aPresentation();
/** Segments 1000 to 1004 are finished, and 1005 has parts 0 and 1 of six. */
const live = aTimeline('720p', track, { segments: 5, parts: 2 });
const decide = (directives: DeliveryDirectives, timeline = live) => decideReload(timeline, terms, track, directives);
const problemOf = (act: () => unknown): Problem => {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('no problem was thrown');
};

describe('delivery directives', () => {
  it.each([
    [{}, {}],
    [{ _HLS_msn: '1005' }, { msn: 1005 }],
    [{ _HLS_msn: '18446744073709551615' }, { msn: Number.MAX_SAFE_INTEGER }],
    [
      { _HLS_msn: '1005', _HLS_part: '0', _HLS_skip: 'YES' },
      { msn: 1005, part: 0, skip: 'YES' },
    ],
    [{ _HLS_skip: 'v2' }, { skip: 'v2' }],
    [{ _HLS_skip: 'maybe', _HLS_later: '1', token: 'abc' }, {}],
  ])('are read from %j', (query, expected) => {
    expect(parseDirectives(query)).toEqual(expected);
  });

  it.each([
    [{ _HLS_part: '1' }, '_HLS_part'],
    [{ _HLS_msn: '-1' }, '_HLS_msn'],
    [{ _HLS_msn: '1.5' }, '_HLS_msn'],
    [{ _HLS_msn: '' }, '_HLS_msn'],
    [{ _HLS_msn: '0x10' }, '_HLS_msn'],
    [{ _HLS_msn: '18446744073709551616' }, '_HLS_msn'],
    [{ _HLS_msn: ['1', '2'] }, '_HLS_msn'],
    [{ _HLS_msn: '1', _HLS_part: 'last' }, '_HLS_part'],
  ])('that mean nothing are refused, by name: %j', (query, parameter) => {
    const { code, facts } = problemOf(() => parseDirectives(query));
    expect([code, facts['parameter']]).toEqual(['delivery-directive-invalid', parameter]);
    expect(facts['expected']).toBeTruthy();
  });

  it('never end in anything but directives or that refusal', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('_HLS_msn', '_HLS_part', '_HLS_skip'), fc.anything()), (query) => {
        try {
          const { msn = 0, part = 0 } = parseDirectives(query);
          expect([msn, part].every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'delivery-directive-invalid' });
        }
      }),
    );
  });
});

describe('a playlist request', () => {
  it.each<[string, DeliveryDirectives]>([
    ['it asks for nothing', {}],
    ['the segment is listed', { msn: 1004 }],
    ['the segment has left the window long ago', { msn: 3 }],
    ['the part is listed', { msn: 1005, part: 1 }],
    ['any part of an older segment is asked for', { msn: 1003, part: 99 }],
  ])('is answered at once where %s', (_title, directives) => {
    expect(decide(directives)).toEqual({ action: 'answer' });
  });

  it.each<[string, DeliveryDirectives, unknown]>([
    ['the part comes next', { msn: 1005, part: 2 }, { segment: 1005, part: 2 }],
    ['the segment is in progress', { msn: 1005 }, { segment: 1005, wholeSegment: true }],
    ['the segment comes after the one in progress', { msn: 1006 }, { segment: 1006, wholeSegment: true }],
    ['the part begins the segment after', { msn: 1006, part: 0 }, { segment: 1006, part: 0 }],
    ['the part lies past the end of the one in progress', { msn: 1005, part: 6 }, { segment: 1006, part: 0 }],
  ])('is held where %s', (_title, directives, until) => {
    expect(decide(directives)).toEqual({ action: 'hold', until });
  });

  it('for a part past the end of a finished segment waits for the first part of the next one', () => {
    const closed = aTimeline('720p', track, { segments: 5 });
    expect(decide({ msn: 1004, part: 6 }, closed)).toEqual({ action: 'hold', until: { segment: 1005, part: 0 } });
    expect(decide({ msn: 1004, part: 6 }, addPart(closed, aPart(track, 1005, 0)))).toEqual({ action: 'answer' });
  });

  it.each<[string, DeliveryDirectives]>([
    ['more than two segments ahead', { msn: 1007 }],
    ['more than two segments ahead, with a part', { msn: 1007, part: 0 }],
    ['parts ahead by more than three seconds', { msn: 1005, part: 11 }],
  ])('is refused where it asks for %s', (_title, directives) => {
    const decision = decide(directives);
    expect(decision).toMatchObject({ action: 'refuse', problem: { code: 'delivery-too-far-ahead' } });
  });

  it('is answered at once where the stream has ended or offers no blocking', () => {
    const far = { msn: 9999, part: 1 };
    expect(decide(far, endTimeline(live))).toEqual({ action: 'answer' });
    expect(decideReload(live, { ...terms, lowLatency: false }, track, far)).toEqual({ action: 'answer' });
  });

  it('is held where the stream has not begun', () => {
    const empty = emptyTimeline('720p', track.timescale, 10);
    expect(decide({ msn: 1000 }, empty)).toEqual({ action: 'hold', until: { segment: 1000, wholeSegment: true } });
  });
});

describe('a held request', () => {
  const part = (segment: number, index: number) => ({ segment, part: index });
  const rest = (timeline: Timeline): Timeline =>
    [2, 3, 4, 5].reduce((grown, index) => addPart(grown, aPart(track, 1005, index)), timeline);

  it('is let go by the very part it waits for, or a later one', () => {
    expect(isSatisfied(live, part(1005, 2))).toBe(false);
    const grown = addPart(live, aPart(track, 1005, 2));
    expect([isSatisfied(grown, part(1005, 2)), isSatisfied(grown, part(1005, 1))]).toEqual([true, true]);
    expect(isSatisfied(grown, part(1005, 3))).toBe(false);
    expect(isSatisfied(grown, part(1004, 5))).toBe(true);
  });

  it('for a whole segment is let go when that segment closes, not by its last part', () => {
    const until = { segment: 1005, wholeSegment: true } as const;
    expect(isSatisfied(rest(live), until)).toBe(false);
    expect(isSatisfied(finishSegment(rest(live), track, 1005), until)).toBe(true);
  });

  it('for a part its segment never got waits for the first part of the next one', () => {
    const short = finishSegment(live, track, 1005, { gap: true });
    expect(isSatisfied(short, part(1005, 4))).toBe(false);
    expect(isSatisfied(addPart(short, aPart(track, 1006, 0)), part(1005, 4))).toBe(true);
  });

  it('is let go when the stream ends', () => {
    expect(isSatisfied(endTimeline(live), part(1006, 0))).toBe(true);
  });

  it('is let go by everything that would have answered it at once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 999, max: 1006 }), fc.nat(12), fc.nat(12), (msn, index, parts) => {
        const timeline = aTimeline('720p', track, { segments: 4 + Math.floor(parts / 6), parts: parts % 6 });
        const decision = decide({ msn, part: index }, timeline);
        if (decision.action === 'hold') expect(isSatisfied(timeline, decision.until)).toBe(false);
        const later = aTimeline('720p', track, { segments: 9, parts: 1 });
        if (decision.action === 'hold') expect(isSatisfied(later, decision.until)).toBe(true);
      }),
    );
  });
});
