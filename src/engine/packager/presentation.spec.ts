import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  audioTrack,
  decodeTimeOf,
  deliveryTerms,
  firstUnitOf,
  houseGrid,
  ratio,
  videoTrack,
  type TrackGrid,
} from '../timeline/index.js';
import { Presentation, type PresentationRecord } from './presentation.js';
import { Waiters, type Viewer } from './waiters.js';

const GRID = houseGrid(ratio(30), 2, 1 / 3);
const TRACKS: Readonly<Record<string, TrackGrid>> = { '720p': videoTrack(GRID), audio: audioTrack(GRID) };

function aPresentation(lowLatency = true): Presentation {
  const tracks = Object.values(TRACKS);
  return new Presentation({
    ...{ streamId: 'camera', format: 'fmp4', windowSegments: 10 },
    terms: deliveryTerms({ grid: GRID, tracks, lowLatency, windowSegments: 10, pipelineDelay: 0.25 }),
    renditions: Object.entries(TRACKS).map(([name, track]) => ({
      name,
      kind: track.kind,
      track,
      nominalBps: 1_000_000,
    })),
  });
}

const aViewer = (connection: EventEmitter, destroyed = false): Viewer => Object.assign(connection, { destroyed });

function init(presentation: Presentation, rendition: string): void {
  presentation.apply({ kind: 'init', rendition, init: { name: 'init-a.mp4', codec: 'avc1.4d401f' } });
}

function part(
  presentation: Presentation,
  rendition: string,
  segment: number,
  index: number,
  initName = 'init-a.mp4',
): void {
  const track = TRACKS[rendition]!;
  const start = firstUnitOf(track, segment, index);
  presentation.apply({
    kind: 'part',
    rendition,
    part: {
      ...{ segment, index, init: initName, gap: false, independent: index === 0, bytes: 100 },
      ...{
        startTicks: decodeTimeOf(track, start),
        durationTicks: decodeTimeOf(track, firstUnitOf(track, segment, index + 1) - start),
      },
    },
  });
}

function segment(presentation: Presentation, rendition: string, number: number, bytes = 600): void {
  const track = TRACKS[rendition]!;
  for (let index = 0; index < GRID.partsPerSegment; index += 1) part(presentation, rendition, number, index);
  const start = firstUnitOf(track, number);
  const durationTicks = decodeTimeOf(track, firstUnitOf(track, number + 1) - start);
  presentation.apply({
    kind: 'segment',
    format: 'fmp4',
    rendition,
    segment: { number, init: 'init-a.mp4', gap: false, bytes, startTicks: decodeTimeOf(track, start), durationTicks },
  });
}

describe('a presentation', () => {
  it('is playable once every rendition has a whole segment, and not before', () => {
    const presentation = aPresentation();
    for (const name of Object.keys(TRACKS)) init(presentation, name);
    segment(presentation, '720p', 100);
    for (const index of [0, 1, 2, 3, 4, 5]) part(presentation, 'audio', 100, index);
    expect([presentation.playable, presentation.view?.renditions.length]).toEqual([false, 2]);
    const { startTicks } = presentation.timeline('audio')!.segments[0]!;
    presentation.apply({
      kind: 'segment',
      format: 'fmp4',
      rendition: 'audio',
      segment: { number: 100, init: 'init-a.mp4', gap: false, bytes: 9, startTicks, durationTicks: 96_256 },
    });
    expect(presentation.playable).toBe(true);
  });

  it('promises its configured bit rate, and more only when more was measured', () => {
    const presentation = aPresentation();
    for (const name of Object.keys(TRACKS)) {
      init(presentation, name);
      segment(presentation, name, 100, name === '720p' ? 1_000_000 : 600);
    }
    const [video, audio] = presentation.view!.renditions;
    // Two seconds are not representative: the mean is promised until there is a minute of media.
    expect(video).toMatchObject({ peakBps: 4_000_000, averageBps: 1_000_000 });
    expect(audio!.peakBps).toBe(1_200_000);
    for (let number = 101; number < 130; number += 1) segment(presentation, '720p', number, 500_000);
    expect(presentation.view!.renditions[0]!.averageBps).toBe(Math.round((1_000_000 + 29 * 500_000) * (8 / 60)));
  });

  it('bridges the time a lost pipeline missed with gaps, so that numbers stay consecutive', () => {
    const presentation = aPresentation();
    init(presentation, '720p');
    segment(presentation, '720p', 100);
    part(presentation, '720p', 101, 0);
    segment(presentation, '720p', 104);
    expect(presentation.timeline('720p')!.segments.map(({ number, state }) => [number, state])).toEqual([
      [100, 'complete'],
      [101, 'gap'],
      [102, 'gap'],
      [103, 'gap'],
      [104, 'complete'],
    ]);
  });

  it('breaks all renditions together after a restart, and only where one of them needs another init segment', () => {
    const discontinuities = (soundInit: string) => {
      const presentation = aPresentation();
      for (const [rendition, track] of Object.entries(TRACKS)) {
        const name = rendition === '720p' ? 'init-a.mp4' : 'init-s.mp4';
        const startTicks = decodeTimeOf(track, firstUnitOf(track, 99));
        const old = { number: 99, init: name, startTicks, durationTicks: 1, bytes: 1, gap: false };
        const inits = [{ name, codec: 'x' }];
        const history = { segments: [old], inits: [{ segment: 1, init: name }] };
        presentation.apply({ kind: 'history', format: 'fmp4', rendition, history, inits });
      }
      init(presentation, '720p');
      part(presentation, '720p', 100, 0);
      // What the sound needs is not known yet: nobody sees a part.
      expect(presentation.timeline('720p')!.segments).toHaveLength(1);
      presentation.apply({ kind: 'init', rendition: 'audio', init: { name: soundInit, codec: 'mp4a.40.2' } });
      part(presentation, 'audio', 100, 0, soundInit);
      return Object.keys(TRACKS).map((name) => presentation.timeline(name)!.segments.at(-1)!.discontinuity);
    };
    expect(discontinuities('init-s.mp4')).toEqual([false, false]);
    expect(discontinuities('init-other.mp4')).toEqual([true, true]);
  });

  it('is the same value until something changes, and takes nothing after its end', () => {
    const presentation = aPresentation();
    for (const name of Object.keys(TRACKS)) {
      init(presentation, name);
      segment(presentation, name, 100);
    }
    const { view } = presentation;
    expect(presentation.view).toBe(view);
    presentation.end();
    part(presentation, '720p', 101, 0);
    expect(
      presentation.view!.renditions.every(({ timeline }) => timeline.ended && timeline.segments.length === 1),
    ).toBe(true);
  });
});

describe('an ended presentation', () => {
  it('is the same in another life, from what was written down of it', () => {
    const presentation = aPresentation();
    for (const rendition of Object.keys(TRACKS)) {
      init(presentation, rendition);
      for (const segment of [100, 101]) {
        for (let index = 0; index < GRID.partsPerSegment; index += 1) part(presentation, rendition, segment, index);
      }
    }
    presentation.end();
    const written = JSON.stringify(presentation.record);
    const restored = Presentation.ended(JSON.parse(written) as PresentationRecord);
    expect(restored.ended).toBe(true);
    expect(restored.view).toEqual(presentation.view);
    expect(JSON.stringify(restored.record)).toBe(written);
  });
});

describe('held requests', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are let go when what they wait for is there, when their limit passes, when the viewer leaves, or all at once', async () => {
    const waiters = new Waiters();
    let there = false;
    const [leaving, met, never] = [
      new EventEmitter(),
      waiters.wait(() => there, 1_000),
      waiters.wait(() => false, 1_000),
    ];
    const left = waiters.wait(() => false, 1_000, aViewer(leaving));
    const released = waiters.wait(() => false, 5_000);
    expect(waiters.count).toBe(4);
    waiters.wake();
    expect(waiters.count).toBe(4);
    there = true;
    waiters.wake();
    leaving.emit('close');
    expect([await met, await left, waiters.count]).toEqual([true, false, 2]);
    vi.advanceTimersByTime(1_000);
    expect([await never, waiters.count]).toEqual([false, 1]);
    waiters.release();
    expect([await released, waiters.count]).toEqual([false, 0]);
  });

  it('are not held at all when it is there already, or the viewer is gone', async () => {
    const waiters = new Waiters();
    expect(await waiters.wait(() => true, 1_000)).toBe(true);
    expect(await waiters.wait(() => false, 1_000, aViewer(new EventEmitter(), true))).toBe(false);
    expect(waiters.count).toBe(0);
  });
});
