/** What a packager tells the rest of the house: small facts, each true on disk before it is told. */
import type { TrackDescription, NewPart, ClosedSegment } from '../timeline/index.js';

export type MediaFact =
  | { readonly kind: 'init'; readonly rendition: string; readonly init: TrackDescription }
  | { readonly kind: 'part'; readonly rendition: string; readonly part: NewPart }
  | { readonly kind: 'segment'; readonly rendition: string; readonly segment: ClosedSegment };
