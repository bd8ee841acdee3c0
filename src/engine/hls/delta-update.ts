/** Delta updates (rfc8216bis 4.4.5.2, 6.2.5.1): how many segments a client that knows the last playlist may skip. PURE. */
import type { DeliveryTerms, Timeline } from '../timeline/index.js';

/** Segments further than the Skip Boundary from the end of the last complete segment; 0: send the full playlist. */
export function skippableSegments(timeline: Timeline, terms: DeliveryTerms): number {
  if (timeline.ended) return 0;
  const finished = timeline.segments.filter(({ state }) => state !== 'open');
  let distance = 0;
  for (let index = finished.length - 1; index >= 0; index -= 1) {
    distance += finished[index]!.durationTicks / timeline.timescale;
    // The segment begins `distance` before the end: all before it are older still.
    if (distance > terms.canSkipUntil) return index;
  }
  return 0;
}
