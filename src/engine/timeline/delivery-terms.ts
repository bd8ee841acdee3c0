/** The promises a stream makes to its players, derived once and constant for its life. PURE. */
import {
  longestPartTicks,
  longestSegmentTicks,
  partSeconds,
  segmentSeconds,
  type HouseGrid,
  type TrackGrid,
} from './house-clock.js';
import type { DeliveryTerms } from './presentation-view.js';

export interface TermsInput {
  readonly grid: HouseGrid;
  readonly tracks: readonly TrackGrid[];
  readonly lowLatency: boolean;
  readonly windowSegments: number;
  /** From the instant a frame stands for until its part can be fetched: playout allowance and encoding, seconds. */
  readonly pipelineDelay: number;
}

/**
 * How far DASH players are told to stay behind what is published, in parts: one that is being made, and one in hand.
 * They read a segment as it is made, so they need less in hand than HLS players, who fetch whole parts.
 */
const PARTS_BEHIND = 2;

export function deliveryTerms({ grid, tracks, lowLatency, windowSegments, pipelineDelay }: TermsInput): DeliveryTerms {
  const longest = (ticksOf: (track: TrackGrid) => number): number =>
    Math.max(...tracks.map((track) => ticksOf(track) / track.timescale));
  // rfc8216bis 4.4.3.1: every EXTINF rounded to an integer must not exceed it, in any playlist.
  const targetDuration = Math.max(1, Math.round(longest(longestSegmentTicks)));
  const partTarget = longest(longestPartTicks);
  const segment = segmentSeconds(grid);
  const part = partSeconds(grid);
  // Apple 14.3: three part targets, of the longest part in any rendition, as it is printed (rounded up to 10 µs).
  const partHoldBack = ceilTo(3 * ceilTo(partTarget, 5), 3);
  return {
    lowLatency,
    targetDuration,
    holdBack: 3 * targetDuration,
    partHoldBack,
    canSkipUntil: 6 * targetDuration,
    holdLimit: 3 * targetDuration,
    // A chunk is there one chunk's length and our own delay after its first frame's instant; no earlier is promised.
    availabilityTimeOffset: lowLatency ? floorTo(Math.max(0, segment - part - pipelineDelay), 3) : 0,
    targetLatencyMs: Math.round(1000 * (lowLatency ? PARTS_BEHIND * part + pipelineDelay : 3 * targetDuration)),
    timeShiftBufferDepth: windowSegments * segment,
  };
}

const ceilTo = (value: number, digits: number): number => Math.ceil(value * 10 ** digits - 1e-6) / 10 ** digits;
const floorTo = (value: number, digits: number): number => Math.floor(value * 10 ** digits + 1e-6) / 10 ** digits;
