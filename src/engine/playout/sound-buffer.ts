/** Holds a source's decoded sound and gives it out in house AAC frames: stereo s16le, 4 bytes a sample. PURE. */
import { AAC_FRAME_SAMPLES } from '../timeline/index.js';
import { resample, RESAMPLE_MARGIN } from './resample.js';

export const BYTES_PER_SAMPLE = 4;
const BLOCK_BYTES = AAC_FRAME_SAMPLES * BYTES_PER_SAMPLE;
/** 10 ms: long enough not to click, too short to hear. */
const FADE_SAMPLES = 480;

export class SoundBuffer {
  private pieces: Buffer[] = [];
  /** Source sample number of the first byte held. */
  private start = 0;
  private heldBytes = 0;
  private spare: Buffer = Buffer.alloc(0);
  private lastLeft = 0;
  private lastRight = 0;
  private silent = true;
  private broken = false;

  /** A new connection: its sound counts from 0 again, or from `at` where what came before was not taken. */
  restart(at = 0): void {
    this.pieces = [];
    this.spare = Buffer.alloc(0);
    this.start = at;
    this.heldBytes = 0;
    this.breakHere();
  }

  /** What is read next does not continue what was read last: it is faded over. */
  breakHere(): void {
    this.broken = !this.silent;
  }

  push(bytes: Buffer): void {
    const joined = this.spare.length > 0 ? Buffer.concat([this.spare, bytes]) : bytes;
    const whole = joined.length - (joined.length % BYTES_PER_SAMPLE);
    this.spare = joined.subarray(whole);
    if (whole === 0) return;
    this.pieces.push(joined.subarray(0, whole));
    this.heldBytes += whole;
  }

  /** One past the last source sample held. */
  get end(): number {
    return this.start + this.heldBytes / BYTES_PER_SAMPLE;
  }

  /**
   * The AAC frame that begins at source sample `from`; samples before the source's beginning are silence. Where
   * `consumed` is not an AAC frame's length, that many samples are stretched or squeezed into one.
   */
  read(from: number, consumed = AAC_FRAME_SAMPLES): Buffer {
    const block =
      consumed === AAC_FRAME_SAMPLES
        ? this.copy(from, AAC_FRAME_SAMPLES)
        : resample(this.copy(from - RESAMPLE_MARGIN, consumed + 2 * RESAMPLE_MARGIN), consumed, AAC_FRAME_SAMPLES);
    this.forgetBefore(from);
    if (this.silent || this.broken) fadeIn(block);
    if (this.broken) this.fadeOutOver(block);
    this.broken = false;
    this.rememberEnd(block);
    return block;
  }

  /** An AAC frame of silence; the first one after sound decays from the last sample instead of cutting it off. */
  silence(): Buffer {
    const block = Buffer.alloc(BLOCK_BYTES);
    if (!this.silent) this.fadeOutOver(block);
    this.silent = true;
    this.broken = false;
    return block;
  }

  /** Samples `from` to `from + count`, silence where there are none. */
  private copy(from: number, count: number): Buffer {
    const bytes = Buffer.alloc(count * BYTES_PER_SAMPLE);
    // Where in `bytes` the first piece begins; negative where it began before them.
    let at = (this.start - from) * BYTES_PER_SAMPLE;
    for (const piece of this.pieces) {
      if (at >= bytes.length) break;
      if (at + piece.length > 0) piece.copy(bytes, Math.max(0, at), Math.max(0, -at));
      at += piece.length;
    }
    return bytes;
  }

  private fadeOutOver(block: Buffer): void {
    for (let sample = 0; sample < FADE_SAMPLES; sample += 1) {
      const gain = 1 - (sample + 1) / FADE_SAMPLES;
      add(block, sample * BYTES_PER_SAMPLE, this.lastLeft * gain);
      add(block, sample * BYTES_PER_SAMPLE + 2, this.lastRight * gain);
    }
  }

  /** Sound whose time has passed is not kept. */
  forgetBefore(sample: number): void {
    const keptFrom = sample - RESAMPLE_MARGIN;
    while (this.pieces.length > 0) {
      const first = this.pieces[0]!;
      const surplus = (keptFrom - this.start) * BYTES_PER_SAMPLE;
      if (surplus <= 0) return;
      const dropped = Math.min(surplus, first.length);
      if (dropped === first.length) this.pieces.shift();
      else this.pieces[0] = first.subarray(dropped);
      this.start += dropped / BYTES_PER_SAMPLE;
      this.heldBytes -= dropped;
    }
  }

  private rememberEnd(block: Buffer): void {
    this.lastLeft = block.readInt16LE(BLOCK_BYTES - 4);
    this.lastRight = block.readInt16LE(BLOCK_BYTES - 2);
    this.silent = false;
  }
}

function add(block: Buffer, at: number, value: number): void {
  block.writeInt16LE(Math.max(-32_768, Math.min(32_767, block.readInt16LE(at) + Math.trunc(value))), at);
}

function fadeIn(block: Buffer): void {
  for (let sample = 0; sample < FADE_SAMPLES; sample += 1) {
    const gain = sample / FADE_SAMPLES;
    for (const at of [sample * BYTES_PER_SAMPLE, sample * BYTES_PER_SAMPLE + 2]) {
      block.writeInt16LE(Math.trunc(block.readInt16LE(at) * gain), at);
    }
  }
}
