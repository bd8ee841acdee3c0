/**
 * What an earlier life of the stream left on disk, as a timeline remembers it: the window goes on after a restart, and
 * so do discontinuities and periods. Nothing was written down for this but the changes of init segments; the rest is
 * file names and arithmetic.
 */
import { describeTrack, type MediaFact } from '../packager/index.js';
import type { HighestSegment, InitChange, MediaStore, SegmentFormat, StoredSegment } from '../storage/index.js';
import {
  audioTrack,
  decodeTimeOf,
  firstUnitOf,
  unixMsOf,
  videoTrack,
  type ClosedSegment,
  type TrackDescription,
  type TrackGrid,
} from '../timeline/index.js';
import type { StreamPlan } from './stream-plan.js';

export interface EarlierLife {
  readonly highest: HighestSegment | undefined;
  readonly renditions: ReadonlyMap<string, EarlierRendition>;
}

export interface EarlierRendition {
  readonly changes: readonly InitChange[];
  readonly segments: readonly StoredSegment[];
  /** Of the init segments that are still there, by name. */
  readonly inits: ReadonlyMap<string, TrackDescription>;
}

/** A file written this long after the instant it stands for is of this grid; anything else has other numbers. */
const SAME_GRID_WITHIN_MS = 60_000;

/** Reads the stream's folder; also removes what was left half written. */
export async function readEarlierLife(store: MediaStore): Promise<EarlierLife> {
  const highest = await store.highestSegment();
  await store.removeTemporary();
  const renditions = new Map<string, EarlierRendition>();
  for (const rendition of await store.renditions()) {
    const changes = await store.initChanges(rendition);
    const inits = new Map<string, TrackDescription>();
    for (const name of new Set(changes.map(({ init }) => init))) {
      const bytes = await store.read(rendition, name).catch(() => undefined);
      if (bytes) inits.set(name, describeTrack(bytes));
    }
    renditions.set(rendition, { changes, segments: await store.segments(rendition), inits });
  }
  return { highest, renditions };
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
