/**
 * What happens when a source is silent, step by step: its last picture, then the slate, then the next source, and at
 * last, if the stream is told so, its end. PURE.
 */

/** Milliseconds without a picture (sound, where there is no picture) after which a step is taken; null: never. */
export interface StaircaseTimes {
  readonly slateAfterMs: number | null;
  readonly nextSourceAfterMs: number | null;
  readonly giveUpAfterMs: number | null;
}

/** What viewers see: the source, its last picture, or the slate. */
export type StaircaseStep = 'source' | 'repeat' | 'slate';

/** Fewer repeated pictures than this are jitter, not a loss. */
const NOTICED_AFTER_MS = 300;

export class Staircase {
  private lastPlayedMs: number;
  private lastSourceMs: number;

  /** `nowMs`: the stream begins, with its first source still to come. */
  constructor(
    private times: StaircaseTimes,
    nowMs: number,
  ) {
    this.lastPlayedMs = this.lastSourceMs = nowMs;
  }

  /** Counts by these times from now on, from when the source was seen last. */
  useTimes(times: StaircaseTimes): void {
    this.times = times;
  }

  /** A unit of the source went to the encoders. */
  played(nowMs: number): void {
    this.lastPlayedMs = this.lastSourceMs = nowMs;
  }

  /** Another source is being tried: it gets the same patience. */
  triedNext(nowMs: number): void {
    this.lastSourceMs = nowMs;
  }

  /** How long nothing of a source has been seen, ms. */
  absentMs(nowMs: number): number {
    return nowMs - this.lastPlayedMs;
  }

  step(nowMs: number): StaircaseStep {
    const absent = this.absentMs(nowMs);
    const { slateAfterMs } = this.times;
    if (slateAfterMs !== null && absent >= Math.max(slateAfterMs, NOTICED_AFTER_MS)) return 'slate';
    return absent >= NOTICED_AFTER_MS ? 'repeat' : 'source';
  }

  /** The patience with the source that is being tried has run out. */
  wantsNextSource(nowMs: number): boolean {
    const { nextSourceAfterMs } = this.times;
    return nextSourceAfterMs !== null && nowMs - this.lastSourceMs >= nextSourceAfterMs;
  }

  givesUp(nowMs: number): boolean {
    const { giveUpAfterMs } = this.times;
    return giveUpAfterMs !== null && this.absentMs(nowMs) >= giveUpAfterMs;
  }
}
