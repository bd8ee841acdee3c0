/** Holds a source's decoded sound and gives it out in house AAC frames: stereo s16le, 4 bytes a sample. PURE. */
import { AAC_FRAME_SAMPLES } from '../timeline/index.js';

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

  /** A new connection: its sound counts from 0 again. */
  restart(): void {
    this.pieces = [];
    this.spare = Buffer.alloc(0);
    this.start = 0;
    this.heldBytes = 0;
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

  /** The AAC frame that begins at source sample `from`; samples before the source's beginning are silence. */
  read(from: number): Buffer {
    this.forgetBefore(from);
    const block = Buffer.alloc(BLOCK_BYTES);
    let at = Math.max(0, this.start - from) * BYTES_PER_SAMPLE;
    for (const piece of this.pieces) {
      if (at >= BLOCK_BYTES) break;
      at += piece.copy(block, at, 0, Math.min(piece.length, BLOCK_BYTES - at));
    }
    if (this.silent) fadeIn(block);
    this.rememberEnd(block);
    return block;
  }

  /** An AAC frame of silence; the first one after sound decays from the last sample instead of cutting it off. */
  silence(): Buffer {
    const block = Buffer.alloc(BLOCK_BYTES);
    if (!this.silent) {
      for (let sample = 0; sample < FADE_SAMPLES; sample += 1) {
        const gain = 1 - (sample + 1) / FADE_SAMPLES;
        block.writeInt16LE(Math.trunc(this.lastLeft * gain), sample * BYTES_PER_SAMPLE);
        block.writeInt16LE(Math.trunc(this.lastRight * gain), sample * BYTES_PER_SAMPLE + 2);
      }
    }
    this.silent = true;
    return block;
  }

  /** Sound whose time has passed is not kept. */
  forgetBefore(sample: number): void {
    while (this.pieces.length > 0) {
      const first = this.pieces[0]!;
      const surplus = (sample - this.start) * BYTES_PER_SAMPLE;
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

function fadeIn(block: Buffer): void {
  for (let sample = 0; sample < FADE_SAMPLES; sample += 1) {
    const gain = sample / FADE_SAMPLES;
    for (const at of [sample * BYTES_PER_SAMPLE, sample * BYTES_PER_SAMPLE + 2]) {
      block.writeInt16LE(Math.trunc(block.readInt16LE(at) * gain), at);
    }
  }
}
