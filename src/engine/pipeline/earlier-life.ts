/**
 * What an earlier life of the stream left on disk, as a timeline remembers it: the window goes on after a restart, and
 * so do discontinuities and periods. Nothing was written down for this but the changes of init segments; the rest is
 * file names and arithmetic. No file is taken on trust: an earlier life may have ended with the power.
 */
import { readFragment } from '../isobmff/index.js';
import { describeTrack, type MediaFact } from '../packager/index.js';
import {
  segmentName,
  type HighestSegment,
  type InitChange,
  type MediaStore,
  type Moofs,
  type SegmentFormat,
  type StoredSegment,
} from '../storage/index.js';
import {
  audioTrack,
  decodeTimeOf,
  firstUnitOf,
  unixMsOf,
  videoTrack,
  type ClosedSegment,
  type HouseGrid,
  type TrackDescription,
  type TrackGrid,
} from '../timeline/index.js';
import type { StreamPlan } from './stream-plan.js';

export interface EarlierLife {
  readonly highest: HighestSegment | undefined;
  readonly renditions: ReadonlyMap<string, EarlierRendition>;
  /** `rendition/name` of the files that were not whole. They are gaps now, and gone. */
  readonly broken: readonly string[];
}

export interface EarlierRendition {
  readonly changes: readonly InitChange[];
  readonly segments: readonly StoredSegment[];
  /** Of the init segments that are still there, by name. */
  readonly inits: ReadonlyMap<string, TrackDescription>;
}

/** A file written this long after the instant it stands for is of this grid; anything else has other numbers. */
const SAME_GRID_WITHIN_MS = 60_000;

/**
 * Reads the stream's folder; also removes what is half written or broken. `grid` is the stream's own, where its rate is
 * known: a segment is then whole only if it goes up to the next one.
 */
export async function readEarlierLife(store: MediaStore, grid: HouseGrid | undefined): Promise<EarlierLife> {
  // Before anything is removed: a broken file's number was begun as well.
  const highest = await store.highestSegment();
  const broken = await store.recover({
    decodeTimeOf: firstDecodeTime,
    ...(grid && { reachesItsEnd: (rendition, segment, moofs) => reachesItsEnd(grid, rendition, segment, moofs) }),
  });
  const renditions = new Map<string, EarlierRendition>();
  for (const rendition of await store.renditions()) {
    const isWhole = (name: string): boolean => !broken.has(`${rendition}/${name}`);
    const segments = (await store.segments(rendition)).filter(({ segment, format }) =>
      isWhole(segmentName(segment, format)),
    );
    const written = (await store.inits(rendition)).filter(({ init }) => isWhole(init));
    const changes = withLostChanges(await store.initChanges(rendition), written, segments);
    const inits = new Map<string, TrackDescription>();
    for (const name of new Set(changes.map(({ init }) => init))) {
      if (written.some(({ init }) => init === name)) inits.set(name, describeTrack(await store.read(rendition, name)));
    }
    renditions.set(rendition, { changes, segments, inits });
  }
  return { highest, renditions, broken: [...broken] };
}

/** The second name of a CMAF segment, from its own bytes. */
function firstDecodeTime(head: Buffer): number | undefined {
  try {
    return readFragment(head.subarray(0, head.readUInt32BE(0))).decodeTime;
  } catch {
    return undefined;
  }
}

/** True also for a segment that does not begin where its number says: it is of a grid of which we know nothing. */
function reachesItsEnd(grid: HouseGrid, rendition: string, segment: number, { first, last }: Moofs): boolean {
  const track = rendition === 'audio' ? audioTrack(grid) : videoTrack(grid);
  const [begins, ends] = [readFragment(first), readFragment(last)];
  if (begins.decodeTime !== decodeTimeOf(track, firstUnitOf(track, segment))) return true;
  const duration = ends.samples.reduce((sum, { durationTicks }) => sum + durationTicks, 0);
  return ends.decodeTime + duration === decodeTimeOf(track, firstUnitOf(track, segment + 1));
}

/**
 * A journal that lost its last line, or all of it: an init segment on disk that it does not mention began with the first
 * segment written after it, and the only one there is with the first segment of all. PURE.
 */
export function withLostChanges(
  changes: readonly InitChange[],
  inits: readonly { readonly init: string; readonly writtenAtMs: number }[],
  segments: readonly StoredSegment[],
): readonly InitChange[] {
  const mentioned = new Set(changes.map(({ init }) => init));
  const lost = inits.filter(({ init }) => !mentioned.has(init)).sort((a, b) => a.writtenAtMs - b.writtenAtMs);
  const onlyOne = changes.length === 0 && lost.length === 1;
  const since = lost.flatMap(({ init, writtenAtMs }) => {
    const numbers = segments.filter((file) => onlyOne || file.writtenAtMs >= writtenAtMs).map(({ segment }) => segment);
    return numbers.length > 0 ? [{ segment: Math.min(...numbers), init }] : [];
  });
  return [...changes, ...since].sort((a, b) => a.segment - b.segment);
}

/** The window before segment `first`, for every rendition of the plan that left one, in every format. PURE. */
export function historyFacts(life: EarlierLife, plan: StreamPlan, first: number, windowSegments: number): MediaFact[] {
  const { highest } = life;
  if (!highest || !isOfThisGrid(highest, videoTrack(plan.grid))) return [];
  const tracks = [
    ...plan.video.map(({ name }) => ({ name, track: videoTrack(plan.grid) })),
    { name: plan.audio.name, track: audioTrack(plan.grid) },
  ];
  const sound = [...(life.renditions.get(plan.audio.name)?.inits.values() ?? [])].at(-1);
  return tracks.flatMap(({ name, track }): MediaFact[] => {
    const left = life.renditions.get(name);
    if (!left || left.changes.length === 0) return [];
    return plan.formats.map((format) => {
      const segments = windowOf(left, track, format, { from: first - windowSegments, to: first });
      const inits = [...left.inits.values()].map((init) => (format === 'mpegts' ? withSound(init, sound) : init));
      return { kind: 'history', rendition: name, format, history: { segments, inits: left.changes }, inits };
    });
  });
}

function isOfThisGrid({ segment, writtenAtMs }: HighestSegment, track: TrackGrid): boolean {
  return Math.abs(writtenAtMs - unixMsOf(track, firstUnitOf(track, segment))) < SAME_GRID_WITHIN_MS;
}

/**
 * Consecutive numbers from the first file within the range to its end. What is missing is a gap, and so is what was
 * begun and never finished: the part hinted next is one whose name nobody has seen.
 */
function windowOf(
  { changes, segments, inits }: EarlierRendition,
  track: TrackGrid,
  format: SegmentFormat,
  { from, to }: { readonly from: number; readonly to: number },
): ClosedSegment[] {
  const initOf = (number: number): string => changes.findLast(({ segment }) => segment <= number)?.init ?? '';
  const there = new Map(
    segments
      .filter((file) => file.format === format && file.segment >= from && file.segment < to)
      .filter(({ segment }) => inits.has(initOf(segment)))
      .map(({ segment, bytes }) => [segment, bytes]),
  );
  if (there.size === 0) return [];
  const head = Math.min(...there.keys());
  return Array.from({ length: to - head }, (_, index) => {
    const number = head + index;
    const startTicks = decodeTimeOf(track, firstUnitOf(track, number));
    return {
      ...{ number, startTicks, init: initOf(number) },
      durationTicks: decodeTimeOf(track, firstUnitOf(track, number + 1)) - startTicks,
      bytes: there.get(number) ?? 0,
      gap: !there.has(number),
    };
  });
}

function withSound(picture: TrackDescription, sound: TrackDescription | undefined): TrackDescription {
  if (!sound || picture.width === undefined) return picture;
  return { ...picture, codec: `${picture.codec},${sound.codec}` };
}
