/**
 * Where a source's sample 0 sits on the house clock, in house samples of sound. Picture and sound both follow from it,
 * so they stay together; it slides slowly enough that nobody hears it. PURE.
 */
import { AUDIO_SAMPLE_RATE, mulDivFloor, type Ratio } from '../timeline/index.js';

/** Of the 1,024 samples of an AAC frame at most so many are left out or added: 0.4 %, a fourteenth of a semitone. */
const SLIDE_SAMPLES = 4;

export class SourceOrigin {
  private samples: number;
  private target: number;

  /** Source frame 0 is house frame `frame`. */
  constructor(
    frame: number,
    private readonly fps: Ratio,
  ) {
    this.samples = this.target = mulDivFloor(frame, AUDIO_SAMPLE_RATE * fps.den, fps.num);
  }

  /** The house sample of the source's sample 0. */
  get sample(): number {
    return this.samples;
  }

  /** The house frame of the source's frame 0: the one nearest to its sound, so they are never half a frame apart. */
  get frame(): number {
    const { num, den } = this.fps;
    const halfFrame = mulDivFloor(AUDIO_SAMPLE_RATE, den, 2 * num);
    return mulDivFloor(this.samples + halfFrame, num, AUDIO_SAMPLE_RATE * den);
  }

  jump(byMs: number): void {
    this.samples += Math.round((byMs * AUDIO_SAMPLE_RATE) / 1000);
    this.target = this.samples;
  }

  /** Where slides are heading, ms from where it is now. */
  get aheadMs(): number {
    return ((this.target - this.samples) * 1000) / AUDIO_SAMPLE_RATE;
  }

  slide(byMs: number): void {
    this.target += Math.round((byMs * AUDIO_SAMPLE_RATE) / 1000);
  }

  /** One AAC frame's worth of sliding; gives the samples moved by: positive, the source is played later. */
  step(): number {
    const moved = Math.max(-SLIDE_SAMPLES, Math.min(SLIDE_SAMPLES, this.target - this.samples));
    this.samples += moved;
    return moved;
  }
}
