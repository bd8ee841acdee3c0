/**
 * What a player may rely on from one playlist to the next (rfc8216bis 6.2.1, 6.2.2), whatever comes, fails or is late:
 * random lives of a stream, every playlist of every rendition printed after every event and held against the one before.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addPart, endTimeline, nextPartPosition, type RenditionView } from '../timeline/index.js';
import { aPart, aPresentation, finishSegment, initName } from '../timeline/testing.js';
import { renderMediaPlaylist } from './media-playlist.js';

interface Entry {
  readonly msn: number;
  readonly discontinuity: number;
  readonly map: string | undefined;
  readonly date: string;
  readonly gap: boolean;
  /** Undefined while the segment is in progress. */
  readonly extinf: string | undefined;
  readonly parts: readonly string[];
}

interface Playlist {
  /** All tags before the first segment, the two counting ones left out. */
  readonly constants: string;
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
  readonly partTarget: number;
  readonly entries: readonly Entry[];
  readonly hint: string | undefined;
  readonly reports: readonly string[];
}

const valueOf = (text: string, pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
const linesOf = (text: string, tag: string): string[] =>
  text.split('\n').filter((line) => line.startsWith(`#EXT-X-${tag}:`));

function read(text: string): Playlist {
  const mediaSequence = Number(valueOf(text, /#EXT-X-MEDIA-SEQUENCE:(\d+)/));
  const discontinuitySequence = Number(valueOf(text, /#EXT-X-DISCONTINUITY-SEQUENCE:(\d+)/));
  const [head = '', ...blocks] = blocksOf(text);
  const entries: Entry[] = [];
  let [discontinuity, map]: [number, string | undefined] = [discontinuitySequence, undefined];
  for (const block of blocks) {
    if (block.startsWith('#EXT-X-DISCONTINUITY\n')) discontinuity += 1;
    map = valueOf(block, /#EXT-X-MAP:URI="(.*?)"/) ?? map;
    entries.push({
      ...{ msn: mediaSequence + entries.length, discontinuity, map },
      date: valueOf(block, /#EXT-X-PROGRAM-DATE-TIME:(.*)/)!,
      gap: block.includes('\n#EXT-X-GAP\n'),
      extinf: valueOf(block, /(#EXTINF:.*\n.*)\n/),
      parts: linesOf(block, 'PART'),
    });
  }
  return {
    constants: head.replace(/#EXT-X-(MEDIA|DISCONTINUITY)-SEQUENCE:.*\n/g, ''),
    ...{ mediaSequence, discontinuitySequence, entries },
    partTarget: Number(valueOf(text, /PART-TARGET=([\d.]+)/)),
    hint: valueOf(text, /#EXT-X-PRELOAD-HINT:TYPE=PART,URI="(.*?)"/),
    reports: linesOf(text, 'RENDITION-REPORT'),
  };
}

/** The tags before the first segment, and then segment by segment: a date begins one, or what stands right before it. */
const blocksOf = (text: string): string[] =>
  text.replace(/^(?:#EXT-X-DISCONTINUITY\n)?(?:#EXT-X-MAP:.*\n)?#EXT-X-PROGRAM-DATE-TIME/gm, '\0$&').split('\0');

const durationOf = (line: string): number => Number(valueOf(line, /(?:DURATION=|#EXTINF:)([\d.]+)/));

/** What one playlist must be by itself. */
function expectSound({ entries, partTarget, constants }: Playlist): void {
  const targetDuration = Number(valueOf(constants, /TARGETDURATION:(\d+)/));
  let toTheEnd = 0;
  for (const [index, entry] of [...entries.entries()].reverse()) {
    const parts = entry.parts.map(durationOf);
    const length = entry.extinf ? durationOf(entry.extinf) : parts.reduce((sum, duration) => sum + duration, 0);
    toTheEnd += length;
    expect(Math.round(length)).toBeLessThanOrEqual(targetDuration);
    if (parts.length > 0) expect(toTheEnd).toBeLessThanOrEqual(3 * targetDuration + 0.001);
    for (const [part, line] of entry.parts.entries()) {
      expect(durationOf(line)).toBeLessThanOrEqual(partTarget);
      const exempt = /INDEPENDENT=YES|GAP=YES/.test(line) || part === entry.parts.length - 1;
      if (!exempt && !entry.parts[part + 1]!.includes('GAP=YES')) {
        expect(durationOf(line)).toBeGreaterThanOrEqual(0.85 * partTarget);
      }
    }
    const next = entries[index + 1];
    if (next) expect(Math.abs(Date.parse(entry.date) + length * 1000 - Date.parse(next.date))).toBeLessThanOrEqual(1);
    if (parts.length > 0 && entry.extinf && !entry.gap) {
      expect(parts.reduce((sum, duration) => sum + duration, 0)).toBeCloseTo(length, 3);
    }
  }
}

/** What may not change from one playlist to the next (P5): lines are added at the end, or leave from the head. */
function expectFollows(before: Playlist, after: Playlist): void {
  expect(after.constants).toBe(before.constants);
  expect(after.mediaSequence).toBeGreaterThanOrEqual(before.mediaSequence);
  expect(after.discontinuitySequence).toBeGreaterThanOrEqual(before.discontinuitySequence);
  let partsMayGo = true;
  for (const old of before.entries.filter(({ msn }) => msn >= after.mediaSequence)) {
    const now = after.entries.find(({ msn }) => msn === old.msn)!;
    const { discontinuity, map, date } = old;
    expect(now).toMatchObject({ discontinuity, date });
    expect(now.map).toBe(map);
    if (old.extinf) expect(now.extinf).toBe(old.extinf);
    if (old.gap || old.extinf) expect(now.gap).toBe(old.gap);
    const gone = old.parts.length > 0 && now.parts.length === 0;
    if (gone) expect(partsMayGo).toBe(true);
    else expect(now.parts.slice(0, old.parts.length)).toEqual(old.parts);
    if (!gone && old.parts.length > 0) partsMayGo = false;
  }
}

/** What happens to one rendition: its next part (or its file, after the last one) comes, fails, or never will. */
const aStep = fc.record({
  rendition: fc.nat(2),
  event: fc.constantFrom('comes', 'comes', 'comes', 'comes', 'comes', 'comes', 'comes', 'fails', 'rest is lost'),
  newInit: fc.nat(4).map((chance) => chance === 0),
});

const GRIDS = [
  {},
  { fps: '24000/1001' },
  { fps: '25', partSeconds: 0.2 },
  { fps: '30000/1001', segmentSeconds: 4, partSeconds: 0.5 },
  { fps: '60000/1001', segmentSeconds: 1, partSeconds: 0.1 },
];

describe('the playlists of a stream, one after the other', () => {
  it('keep every promise made to a player, whatever happens to the stream', () => {
    const steps = fc.array(aStep, { minLength: 1, maxLength: 160, size: 'max' });
    fc.assert(
      fc.property(fc.constantFrom(...GRIDS), fc.integer({ min: 1, max: 1.2e8 }), steps, (grid, firstSegment, life) => {
        let view = aPresentation({
          ...{ ...grid, firstSegment, segments: 1, windowSegments: 5 },
          renditions: ['720p', '480p', 'audio'],
        });
        const generations = view.renditions.map(() => 0);
        let printed = view.renditions.map((rendition) => read(renderMediaPlaylist(rendition, view)));
        for (const { rendition: index, event, newInit } of life) {
          const before = view.renditions[index]!;
          const open = before.timeline.segments.at(-1)!.state === 'open';
          if (newInit && !open) generations[index]! += 1;
          const after = advance(before, event, initName(generations[index]!));
          view = { ...view, renditions: view.renditions.with(index, after) };

          const now = view.renditions.map((rendition) => read(renderMediaPlaylist(rendition, view)));
          for (const [each, playlist] of now.entries()) {
            expectSound(playlist);
            expectFollows(printed[each]!, playlist);
            expectReports(playlist, now.toSpliced(each, 1));
          }
          const hinted = printed[index]!.hint!;
          const grew = event !== 'rest is lost' && after.timeline.segments.at(-1)!.state === 'open';
          if (grew) expect(now[index]!.entries.at(-1)!.parts.at(-1)).toContain(`URI="${hinted}"`);
          else if (event !== 'rest is lost') expect(now[index]!.hint).toBe(hinted);
          printed = now;
        }
        expectEnding(view.renditions, printed, (renditions) => {
          const ended = { ...view, renditions };
          return renditions.map((rendition) => renderMediaPlaylist(rendition, ended));
        });
      }),
      { numRuns: 30, interruptAfterTimeLimit: 10_000 },
    );
  });
});

function advance(view: RenditionView, event: string, newest: string): RenditionView {
  const { timeline, track } = view;
  const last = timeline.segments.at(-1)!;
  const init = last.state === 'open' ? last.init : newest;
  const full = last.state === 'open' && last.parts.length === track.grid.partsPerSegment;
  if (full || event === 'rest is lost') {
    const number = last.state === 'open' ? last.number : last.number + 1;
    const gap = event !== 'comes' || last.parts.some((part) => part.gap) || !full;
    return { ...view, timeline: finishSegment(timeline, track, number, { init, gap }) };
  }
  const { segment, part } = nextPartPosition(timeline)!;
  return { ...view, timeline: addPart(timeline, aPart(track, segment, part, { init, gap: event === 'fails' })) };
}

/** 4.4.5.4: one report for each other playlist, true at this moment. */
function expectReports({ reports }: Playlist, others: readonly Playlist[]): void {
  expect(reports).toHaveLength(others.length);
  for (const [index, { entries }] of others.entries()) {
    const last = entries.at(-1)!;
    const lastPart = Math.max(0, last.parts.length - 1);
    expect(reports[index]).toContain(`LAST-MSN=${last.msn},LAST-PART=${lastPart}`);
  }
}

/** With ENDLIST the finished segments stay as they were, and nothing is left to wait for. */
function expectEnding(
  renditions: readonly RenditionView[],
  printed: readonly Playlist[],
  print: (renditions: readonly RenditionView[]) => readonly string[],
): void {
  const texts = print(renditions.map((rendition) => ({ ...rendition, timeline: endTimeline(rendition.timeline) })));
  for (const [index, text] of texts.entries()) {
    const finished = printed[index]!.entries.filter(({ extinf }) => extinf);
    expect(text.endsWith('#EXT-X-ENDLIST\n')).toBe(true);
    expect(read(text)).toMatchObject({ hint: undefined, reports: [], constants: printed[index]!.constants });
    expect(read(text).entries).toEqual(finished.map((entry) => ({ ...entry, parts: [] })));
  }
}
