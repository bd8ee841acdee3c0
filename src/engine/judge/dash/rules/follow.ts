/** The rules of an MPD that is asked for again and again (ISO/IEC 23009-1 5.4, DASH-IF timing model; D8, D24). PURE. */
import type { Rule } from '../../rule.js';
import type { Mpd } from '../mpd.js';

/** One SegmentTimeline as it was seen at some time. */
export interface ListedEdge {
  readonly mpd: Mpd;
  readonly path: string;
  /** Seconds from the end of the last segment that is listed to now, by the server's clock; negative: it lies ahead. */
  readonly ageSeconds: number;
  /** Seconds; of the longest segment that is listed. */
  readonly longestSeconds: number;
  /** Seconds by which segments are offered before they end. */
  readonly offsetSeconds: number;
}

/** Clocks, caches and encoders: less is nobody's fault. */
const PATIENCE_SECONDS = 3;
const AHEAD_SECONDS = 1;

export const LISTED_EDGE_RULES: readonly Rule<ListedEdge>[] = [
  {
    id: 'dash.edge-moves',
    clause: 'DASH-IF timing model',
    severity: 'warning',
    text: 'A live SegmentTimeline keeps up with the clock.',
    check: ({ path, ageSeconds, longestSeconds, mpd }) => {
      const allowed = 2 * longestSeconds + (mpd.minimumUpdatePeriod ?? 0) + PATIENCE_SECONDS;
      return ageSeconds > allowed
        ? [`${path}: the last segment ended ${round(ageSeconds)} s ago, ${round(allowed)} s at most`]
        : [];
    },
  },
  {
    id: 'dash.edge-not-ahead',
    clause: 'ISO/IEC 23009-1 A.3.2',
    severity: 'warning',
    text: 'A live SegmentTimeline lists what has been made, by the clock that the MPD names.',
    check: ({ path, ageSeconds, offsetSeconds }) =>
      -ageSeconds > offsetSeconds + AHEAD_SECONDS ? [`${path}: the last segment ends in ${round(-ageSeconds)} s`] : [],
  },
];

const round = (seconds: number): number => Number(seconds.toFixed(2));
