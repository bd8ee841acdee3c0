/** Which segment a stream begins with. PURE. */
import { Problem } from '../problem.js';
import type { HighestSegment } from '../storage/index.js';
import { segmentAt } from '../timeline/index.js';
import type { StreamPlan } from './stream-plan.js';

/** After a quick restart the next free segment may lie this far ahead of the clock, no further. */
const MAX_SEGMENTS_AHEAD = 5;

/**
 * A segment boundary already passed, so that the stream is playable as soon as its padding is encoded, but after every
 * number that was ever begun (`highest` on disk). Throws `clock-behind` when the clock was set back behind those.
 */
export function firstSegment({ grid, terms }: StreamPlan, highest: HighestSegment | undefined, nowMs: number): number {
  const current = segmentAt(grid, nowMs);
  // One whole segment for players that know no parts, and enough parts for those that do.
  const wanted = Math.min(current - 1, segmentAt(grid, nowMs - terms.partHoldBack * 1000));
  if (!highest || highest.segment < wanted) return wanted;
  if (highest.segment < current + MAX_SEGMENTS_AHEAD) return highest.segment + 1;
  // Far ahead of the clock, yet written in the past: numbers of another segment length, which these can never meet.
  if (highest.writtenAtMs <= nowMs) return wanted;
  throw new Problem('clock-behind', { highestSegmentOnDisk: highest.segment, segmentByTheClock: wanted });
}
