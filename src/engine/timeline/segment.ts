/** Segments and their parts as the printers see them: immutable values, no bytes, times in track ticks since the house epoch. */

/** One partial segment (HLS) or CMAF chunk run: it exists on disk under its own name before it exists here. */
export interface Part {
  /** Part index within its segment, from 0. */
  readonly index: number;
  readonly startTicks: number;
  readonly durationTicks: number;
  /** Starts with a sync sample. */
  readonly independent: boolean;
  /** The media is missing: listed with GAP=YES, never fetchable. */
  readonly gap: boolean;
  /** Size of the file, 0 for a gap. */
  readonly bytes: number;
}

/** A segment in progress has state `open`; it becomes `complete` (one file on disk) or `gap` (no file). */
export interface Segment {
  /** Media sequence number = DASH $Number$ = file name. */
  readonly number: number;
  readonly state: 'open' | 'complete' | 'gap';
  readonly startTicks: number;
  /** Sum of its parts so far; final once the segment is not open. */
  readonly durationTicks: number;
  /** Size of the segment's file (sum of its parts' sizes while open). */
  readonly bytes: number;
  readonly parts: readonly Part[];
  /** Name of the init segment these samples need. */
  readonly init: string;
  /** The first segment after a change of init (HLS EXT-X-DISCONTINUITY). */
  readonly discontinuity: boolean;
}
