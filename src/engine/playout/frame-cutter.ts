/** Cuts a raw byte stream into frames of one size without copying: a frame is the pieces it arrived in. PURE. */
export type Frame = readonly Buffer[];

export class FrameCutter {
  private pieces: Buffer[] = [];
  private missing: number;

  constructor(private readonly frameBytes: number) {
    this.missing = frameBytes;
  }

  /** Takes the next bytes, gives the frames they complete. */
  push(bytes: Buffer): Frame[] {
    const frames: Frame[] = [];
    let rest = bytes;
    while (rest.length >= this.missing) {
      this.pieces.push(rest.subarray(0, this.missing));
      frames.push(this.pieces);
      rest = rest.subarray(this.missing);
      this.pieces = [];
      this.missing = this.frameBytes;
    }
    if (rest.length > 0) {
      this.pieces.push(rest);
      this.missing -= rest.length;
    }
    return frames;
  }
}

/** Bytes of one yuv420p picture. Both sides are even. */
export const yuv420Bytes = (width: number, height: number): number => (width * height * 3) / 2;

/** A black picture in video range, for when there is nothing to repeat. */
export function blackFrame(width: number, height: number): Frame {
  return [Buffer.alloc(width * height, 16), Buffer.alloc((width * height) / 2, 128)];
}
