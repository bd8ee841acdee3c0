/**
 * What a rendition has shown so far. Segments and the parts of segments tell the same time twice, so they are kept as
 * two sequences, and each object is compared with the one before it in its own.
 */
import type { MediaExpectation } from './expectation.js';
import { leadingSpan, secondsOf, ticksBetween, type TrackSpan } from './track-span.js';

interface Shown {
  readonly expected: MediaExpectation;
  readonly spans: readonly TrackSpan[];
}

/** Told and true duration of a run of segments without a break, seconds. */
export interface Elapsed {
  readonly told: number;
  readonly real: number;
}

export class Continuity {
  private segment: Shown | undefined;
  private part: Shown | undefined;
  /** Part 0 of the segment that is being told in parts. */
  private firstPart: Shown | undefined;
  private elapsed: Elapsed | undefined;

  /** What the object may continue; any of them will do. None: nothing is known of what comes before. */
  before(expected: MediaExpectation): readonly (readonly TrackSpan[])[] {
    if (expected.discontinuity) return [];
    const { segment, part } = this;
    const segmentBefore = segment && follows(segment.expected, expected) ? [segment.spans] : [];
    if (expected.kind === 'segment') return segmentBefore;
    const partBefore = part && partFollows(part.expected, expected) ? [part.spans] : [];
    // The last part of a segment may not have been fetched: its segment then tells where it ended.
    return partBefore.length > 0 && expected.part === 0 ? [...partBefore, ...segmentBefore] : partBefore;
  }

  /** Part 0 of this very segment, where it was seen. */
  firstPartOf({ kind, sequence }: MediaExpectation): readonly TrackSpan[] {
    const isItsOwn = kind === 'segment' && sequence !== undefined && this.firstPart?.expected.sequence === sequence;
    return isItsOwn ? (this.firstPart?.spans ?? []) : [];
  }

  /** Told and true durations since the last break, this segment included. */
  elapsedWith(expected: MediaExpectation, spans: readonly TrackSpan[]): Elapsed | undefined {
    const lead = leadingSpan(spans);
    if (expected.kind !== 'segment' || expected.durationSeconds === undefined || !lead) return undefined;
    const [before] = this.before(expected);
    const last = before?.find(({ name }) => name === lead.name);
    // Where it begins anew, or cannot be compared, the sum does too.
    const known = last && this.elapsed;
    const real = known
      ? known.real + secondsOf(ticksBetween(lead, last.endTicks, lead.endTicks), lead)
      : secondsOf(lead.durationTicks, lead);
    return { told: (known?.told ?? 0) + expected.durationSeconds, real };
  }

  add(expected: MediaExpectation, spans: readonly TrackSpan[]): void {
    const shown = { expected, spans };
    if (expected.kind === 'part') {
      this.part = shown;
      if (expected.part === 0) this.firstPart = shown;
      return;
    }
    this.elapsed = this.elapsedWith(expected, spans);
    this.segment = shown;
  }
}

function follows(before: MediaExpectation, now: MediaExpectation): boolean {
  return before.sequence === undefined || now.sequence === undefined || now.sequence === before.sequence + 1;
}

function partFollows(before: MediaExpectation, now: MediaExpectation): boolean {
  if (now.part === undefined || before.part === undefined) return follows(before, now);
  if (now.part === 0) return follows(before, now);
  return now.sequence === before.sequence && now.part === before.part + 1;
}
