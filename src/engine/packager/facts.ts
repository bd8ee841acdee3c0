/** What a packager tells the rest of the house: small facts, each true on disk before it is told. */
import type { SegmentFormat } from '../storage/index.js';
import type { ClosedSegment, NewPart, TimelineHistory, TrackDescription } from '../timeline/index.js';

export type MediaFact =
  /** What an earlier life left on disk; told once, before any media of this one. */
  | {
      readonly kind: 'history';
      readonly rendition: string;
      readonly format: SegmentFormat;
      readonly history: TimelineHistory;
      readonly inits: readonly TrackDescription[];
    }
  | { readonly kind: 'init'; readonly rendition: string; readonly init: TrackDescription }
  | { readonly kind: 'part'; readonly rendition: string; readonly part: NewPart }
  | {
      readonly kind: 'segment';
      readonly rendition: string;
      readonly format: SegmentFormat;
      readonly segment: ClosedSegment;
      /** Of a transport stream, which has no init segment: what its own bytes say. */
      readonly track?: TrackDescription;
    };

/** A finished CMAF segment, still in memory. */
export interface FinishedSegment {
  readonly rendition: string;
  readonly number: number;
  readonly startTicks: number;
  readonly durationTicks: number;
  /** Name of the init segment it needs, '' where its encoder never said a word. */
  readonly init: string;
  readonly header: { readonly description: TrackDescription; readonly bytes: Buffer } | undefined;
  /** Its bytes in order; none where it is a gap. */
  readonly pieces: readonly Buffer[];
}
