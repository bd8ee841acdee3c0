/** Cuts a byte stream into whole top-level boxes (ISO/IEC 14496-12 4.2), however the bytes arrive. */

export interface Box {
  /** Four-character code, e.g. `moof`. */
  readonly type: string;
  /** The whole box, header included. */
  readonly bytes: Buffer;
}

const HEADER_BYTES = 8;
/** Larger than any fragment of one frame; a length beyond it means the stream is not what we think it is. */
const MAX_BOX_BYTES = 64 * 1024 * 1024;

export class BoxSplitter {
  private chunks: Buffer[] = [];
  private available = 0;

  /** Takes the next bytes, gives every box they complete. Throws RangeError on a length no encoder writes. */
  push(bytes: Buffer): Box[] {
    this.chunks.push(bytes);
    this.available += bytes.length;
    const boxes: Box[] = [];
    for (;;) {
      const size = this.nextBoxSize();
      if (size === undefined || size > this.available) return boxes;
      const box = this.take(size);
      boxes.push({ type: box.toString('latin1', 4, 8), bytes: box });
    }
  }

  private nextBoxSize(): number | undefined {
    if (this.available < HEADER_BYTES) return undefined;
    const size = this.peek(4).readUInt32BE(0);
    // Sizes 0 (to the end of the file) and 1 (64-bit) never occur in a fragment stream of small frames.
    if (size < HEADER_BYTES || size > MAX_BOX_BYTES) throw new RangeError(`box of ${size} bytes in a fragment stream`);
    return size;
  }

  private peek(length: number): Buffer {
    const first = this.chunks[0];
    if (first && first.length >= length) return first;
    this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0]!;
  }

  private take(length: number): Buffer {
    const taken: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const chunk = this.chunks[0]!;
      if (chunk.length <= missing) {
        taken.push(chunk);
        missing -= chunk.length;
        this.chunks.shift();
      } else {
        taken.push(chunk.subarray(0, missing));
        this.chunks[0] = chunk.subarray(missing);
        missing = 0;
      }
    }
    this.available -= length;
    return taken.length === 1 ? taken[0]! : Buffer.concat(taken, length);
  }
}
