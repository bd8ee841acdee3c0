export type { MediaExpectation, TrackFacts } from './expectation.js';
export { MediaJudge, type SegmentSpan } from './media-judge.js';
export { SegmentAlignment, type AlignedSegment } from './alignment.js';
