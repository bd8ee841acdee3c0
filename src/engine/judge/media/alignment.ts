/** Whether the renditions of a presentation are cut at the same places (ISO/IEC 23000-19 7.3.4, C15). PURE. */
import { violationsOf, type Place, type Rule, type Violation } from '../rule.js';

/** Where a segment of one rendition begins. */
export interface AlignedSegment {
  readonly rendition: string;
  readonly kind: 'video' | 'audio';
  readonly sequence: number;
  /** On the clock that all renditions share. */
  readonly startSeconds: number;
  /** Of sound: one frame. */
  readonly stepSeconds: number;
}

interface Pair {
  readonly segment: AlignedSegment;
  /** Of the same number: another rendition of its kind, and the picture beside a sound. */
  readonly peer: AlignedSegment | undefined;
  readonly picture: AlignedSegment | undefined;
}

/** A double holds seconds since an epoch this well, and no clock is finer. */
const SAME_SECONDS = 0.000_1;
/** Numbers that are remembered: renditions come in step, within a few segments. */
const KEPT = 20;

export const ALIGNMENT_RULES: readonly Rule<Pair>[] = [
  {
    id: 'media.boundaries-equal',
    clause: 'ISO/IEC 23000-19 7.3.4',
    severity: 'error',
    text: 'Segments of one number begin at the same time in all renditions of a kind.',
    check: ({ segment, peer }) =>
      peer && Math.abs(segment.startSeconds - peer.startSeconds) > SAME_SECONDS
        ? [
            `segment ${segment.sequence}: ${segment.rendition} begins at ${segment.startSeconds} s, ${peer.rendition} at ${peer.startSeconds} s`,
          ]
        : [],
  },
  {
    id: 'media.sound-cut-with-picture',
    clause: 'ISO/IEC 23000-19 7.3.4',
    severity: 'warning',
    text: 'Sound is cut within one of its frames of where the picture is cut.',
    check: ({ segment, picture }) => {
      if (!picture || segment.kind !== 'audio') return [];
      const off = segment.startSeconds - picture.startSeconds;
      return Math.abs(off) > segment.stepSeconds + SAME_SECONDS
        ? [`segment ${segment.sequence}: ${segment.rendition} begins ${(off * 1000).toFixed(1)} ms after the picture`]
        : [];
    },
  },
];

/** Takes the segments of all renditions as they come, and judges each against those of its number. */
export class SegmentAlignment {
  private readonly bySequence = new Map<number, AlignedSegment[]>();

  take(segment: AlignedSegment, place: Place): Violation[] {
    const others = this.bySequence.get(segment.sequence) ?? [];
    this.bySequence.set(segment.sequence, [...others, segment]);
    for (const oldest of this.bySequence.keys()) if (this.bySequence.size > KEPT) this.bySequence.delete(oldest);
    const peer = others.find(({ kind, rendition }) => kind === segment.kind && rendition !== segment.rendition);
    const picture = others.find(({ kind }) => kind === 'video');
    return violationsOf(ALIGNMENT_RULES, { segment, peer, picture }, place);
  }
}
