/** Raw pictures whose memory is used again: a ladder moves hundreds of megabytes of them a second. PURE. */

/**
 * One raw picture. Whoever is given one and wants it beyond the call says `keep`, and `release` when done with it; when the
 * last user has released it, its memory may become another picture. One that is never released is merely forgotten.
 */
export class Frame {
  private users = 1;

  /** `giveBack` takes the memory once nobody uses it; without it, the frame is anybody's for ever. */
  constructor(
    readonly bytes: Buffer,
    private readonly giveBack?: (bytes: Buffer) => void,
  ) {}

  keep(): this {
    this.users += 1;
    return this;
  }

  release(): void {
    this.users -= 1;
    if (this.users === 0) this.giveBack?.(this.bytes);
  }
}

/** Free memory kept for frames to come: what one second of them needs at most. */
const MOST_FREE = 30;

/** Makes frames of one size of a stream of bytes that is put where it says. */
export class FrameFiller {
  private readonly free: Buffer[] = [];
  private bytes: Buffer;
  private filled = 0;

  constructor(private readonly frameBytes: number) {
    this.bytes = this.memory();
  }

  /** Where the next bytes belong; never empty. */
  get room(): Buffer {
    return this.bytes.subarray(this.filled);
  }

  /** So many bytes, no more than there was room for, have been put there. Gives the frame they complete. */
  took(bytes: number): Frame | undefined {
    this.filled += bytes;
    if (this.filled < this.frameBytes) return undefined;
    const frame = new Frame(this.bytes, (memory) => {
      if (this.free.length < MOST_FREE) this.free.push(memory);
    });
    this.bytes = this.memory();
    this.filled = 0;
    return frame;
  }

  /** Not from the pool of small buffers: what is kept of that would keep its neighbours. */
  private memory(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(this.frameBytes);
  }
}

/** Bytes of one yuv420p picture. Both sides are even. */
export const yuv420Bytes = (width: number, height: number): number => (width * height * 3) / 2;

/** A black picture in video range, for when there is nothing to repeat. */
export function blackFrame(width: number, height: number): Frame {
  return new Frame(Buffer.alloc(yuv420Bytes(width, height), 16).fill(128, width * height));
}
