/** Whether media that nginx did not find on disk is worth waiting for. PURE. */
import type { PresentationOutline } from '../engine/packager/index.js';
import type { MediaName } from '../engine/storage/index.js';
import { nextPartPosition, openSegmentOf, segmentStartingAt, type Timeline } from '../engine/timeline/index.js';

export type Availability = 'there' | 'next' | 'in-progress' | 'missing';

/**
 * How a media name stands at this moment:
 * - `there`: on disk, or old enough that only the disk knows.
 * - `next`: the hinted part, the first part of the segment after it, or the segment one ahead of a stream that publishes
 *   whole segments: worth holding (DASH clients prefetch one segment ahead).
 * - `in-progress`: a segment with parts so far, or the one right after it: sent as it comes.
 * - `missing`: a gap, or too far ahead.
 */
export function availabilityOf(
  timeline: Timeline,
  name: MediaName,
  { terms, renditions }: Pick<PresentationOutline, 'terms' | 'renditions'>,
): Availability {
  if (name.kind === 'init') return 'there';
  if (name.kind === 'timed') return availabilityByTime(timeline, name.ticks, { terms, renditions });
  const next = nextPartPosition(timeline, renditions[0]?.track.grid.partsPerSegment);
  if (!next) return name.kind === 'segment' && timeline.segments.length === 0 ? 'missing' : 'there';
  const known = timeline.segments.find(({ number }) => number === name.segment);
  const open = openSegmentOf(timeline)?.number ?? next.segment;
  if (name.kind === 'part') {
    const part = known?.parts[name.part];
    if (part) return part.gap ? 'missing' : 'there';
    // Of a segment that an earlier life began or finished nobody remembers the parts: the disk does.
    if (known && known.state !== 'open') return known.parts.length > 0 ? 'missing' : 'there';
    if (name.segment < open) return 'there';
    const hinted = name.segment === next.segment && name.part === next.part;
    return hinted || (name.segment === open + 1 && name.part === 0) ? 'next' : 'missing';
  }
  if (known && known.state !== 'open') return known.state === 'gap' ? 'missing' : 'there';
  if (name.segment < open) return 'there';
  if (name.segment > open + 1) return 'missing';
  return terms.lowLatency ? 'in-progress' : 'next';
}

/** A name by time is for readers of lists: whole segments, the one in progress and the one after it held. */
function availabilityByTime(
  timeline: Timeline,
  ticks: number,
  { terms, renditions }: Pick<PresentationOutline, 'terms' | 'renditions'>,
): Availability {
  const track = renditions.find(({ name }) => name === timeline.rendition)?.track;
  const segment = track && segmentStartingAt(track, ticks);
  if (segment === undefined) return 'missing';
  const asked = { kind: 'segment', segment, format: 'fmp4' } as const;
  return availabilityOf(timeline, asked, { terms: { ...terms, lowLatency: false }, renditions });
}
