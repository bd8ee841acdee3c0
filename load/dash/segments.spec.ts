import { describe, expect, it } from 'vitest';
import type { Mpd, Period, Representation, SegmentTemplate } from './mpd.js';
import { availableAt, initUrl, segmentAfter, segmentAtTime } from './segments.js';

const aRepresentation = (template: Partial<SegmentTemplate> = {}): Representation => ({
  ...{ id: '480p', bandwidth: 1000, base: new URL('http://127.0.0.1/demo/') },
  template: {
    ...{ media: '$RepresentationID$/$Number$.m4s', initialization: '$RepresentationID$/init.mp4', timescale: 90000 },
    ...{ startNumber: 0, presentationTimeOffset: 0, duration: 180000, timeline: undefined },
    ...{ availabilityTimeOffset: 1.5, availabilityTimeComplete: false },
    ...template,
  },
});
const aPeriod = (period: Partial<Period> = {}): Period => ({ id: '0', start: 0, end: undefined, sets: [], ...period });
const MPD = { availabilityStartTime: 1000 } as Mpd;

const TIMELINE = aRepresentation({
  ...{ media: '$Time%06d$.m4s', timescale: 10, duration: undefined },
  timeline: [
    { time: 100, duration: 20 },
    { time: 120, duration: 15 },
  ],
});

describe('the segments of a representation', () => {
  it('finds the segment by number, also far from the start', () => {
    const segment = segmentAtTime(aPeriod(), aRepresentation(), 217_419_021.3)!;
    expect(segment.url.pathname).toBe('/demo/480p/108709510.m4s');
    expect([segment.start, segment.duration]).toEqual([217_419_020, 2]);
    expect(segmentAfter(aPeriod(), aRepresentation(), segment)!.url.pathname).toBe('/demo/480p/108709511.m4s');
  });

  it('takes a time on a boundary for the segment that begins there', () => {
    expect(segmentAtTime(aPeriod(), aRepresentation(), 6)!.start).toBe(6);
  });

  it('counts from the start of its period and with its start number', () => {
    const representation = aRepresentation({ startNumber: 7, presentationTimeOffset: 900_000 });
    const segment = segmentAtTime(aPeriod({ start: 100 }), representation, 103)!;
    expect([segment.url.pathname, segment.start]).toEqual(['/demo/480p/8.m4s', 102]);
  });

  it('knows no segment past the end of its period', () => {
    const period = aPeriod({ end: 4 });
    const last = segmentAtTime(period, aRepresentation(), 3)!;
    expect(segmentAfter(period, aRepresentation(), last)).toBeUndefined();
  });

  it('names segments of a timeline by their times, padded as the template says', () => {
    const segment = segmentAtTime(aPeriod(), TIMELINE, 12.5)!;
    expect([segment.url.pathname, segment.start, segment.duration]).toEqual(['/demo/000120.m4s', 12, 1.5]);
    expect(segmentAfter(aPeriod(), TIMELINE, segment)).toBeUndefined();
  });

  it('goes on in a timeline that has lost its head since', () => {
    const first = segmentAtTime(aPeriod(), TIMELINE, 10)!;
    const moved = aRepresentation({ ...TIMELINE.template, timeline: [{ time: 120, duration: 15 }] });
    expect(segmentAfter(aPeriod(), moved, first)!.start).toBe(12);
  });

  it('may be requested an offset before it is complete by a low-latency player, and when complete by others', () => {
    const segment = segmentAtTime(aPeriod(), aRepresentation(), 10)!;
    expect(availableAt(MPD, aRepresentation(), segment, true)).toBe(1000 + 12 - 1.5);
    expect(availableAt(MPD, aRepresentation(), segment, false)).toBe(1000 + 12);
  });

  it('has an init segment', () => {
    expect(initUrl(aRepresentation())!.pathname).toBe('/demo/480p/init.mp4');
    expect(initUrl(aRepresentation({ initialization: undefined }))).toBeUndefined();
  });
});
