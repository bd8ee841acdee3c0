/**
 * Follows the CMAF chunks of a segment while it arrives: when the mdat of a chunk is complete its samples can be played.
 * Media itself is skipped, only a moof (ISO/IEC 14496-12) is looked into.
 */

/** A moof is a few hundred bytes; whatever claims more is not read. */
const MAX_MOOF_BYTES = 256 * 1024;
const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;

const boxType = (name: string): number => Buffer.from(name, 'latin1').readUInt32BE(0);
const [MOOF, MDAT, TRAF, TFHD, TRUN] = ['moof', 'mdat', 'traf', 'tfhd', 'trun'].map(boxType) as [
  number,
  number,
  number,
  number,
  number,
];

export class ChunkReader {
  /** Bytes of the box that is put together: a header, or a whole moof. */
  private held: Buffer[] = [];
  private heldBytes = 0;
  private wanted = HEADER_BYTES;
  /** Bytes of the current box still to skip. */
  private skip = 0;
  private type = 0;
  private pendingTicks = 0;

  /** `onChunk` is told the duration of each complete chunk in ticks of the track's timescale. */
  constructor(private readonly onChunk: (ticks: number) => void) {}

  push(bytes: Buffer, from: number, to: number): void {
    let at = from;
    while (at < to) {
      if (this.skip > 0) {
        const step = Math.min(this.skip, to - at);
        at += step;
        this.skip -= step;
        if (this.skip === 0) this.passed();
        continue;
      }
      const step = Math.min(this.wanted - this.heldBytes, to - at);
      this.held.push(Buffer.from(bytes.subarray(at, at + step)));
      this.heldBytes += step;
      at += step;
      if (this.heldBytes === this.wanted) this.assembled(Buffer.concat(this.held));
    }
  }

  private assembled(box: Buffer): void {
    let size = box.readUInt32BE(0);
    this.type = box.readUInt32BE(4);
    if (size === 1) {
      if (box.length < LARGE_HEADER_BYTES) return void (this.wanted = LARGE_HEADER_BYTES);
      size = Number(box.readBigUInt64BE(8));
    }
    if (this.type === MOOF && box.length < size && size <= MAX_MOOF_BYTES) return void (this.wanted = size);
    if (this.type === MOOF) this.pendingTicks = durationOf(box);
    // Size 0 means up to the end of the file, and anything below a header is nonsense: skip what comes.
    this.skip = size < box.length ? Number.MAX_SAFE_INTEGER : size - box.length;
    this.held = [];
    this.heldBytes = 0;
    this.wanted = HEADER_BYTES;
    if (this.skip === 0) this.passed();
  }

  private passed(): void {
    if (this.type !== MDAT || this.pendingTicks === 0) return;
    const ticks = this.pendingTicks;
    this.pendingTicks = 0;
    this.onChunk(ticks);
  }
}

/** Sum of the sample durations of a moof's first traf; 0 when they are left to the init segment's defaults. */
function durationOf(moof: Buffer): number {
  const traf = boxesIn(moof, HEADER_BYTES, moof.length).find(({ type }) => type === TRAF);
  if (!traf) return 0;
  let fallback = 0;
  let ticks = 0;
  for (const { type, from, to } of boxesIn(moof, traf.from, traf.to)) {
    const body = moof.subarray(from, to);
    if (type === TFHD) fallback = defaultSampleDuration(body);
    if (type === TRUN) ticks += runDuration(body, fallback);
  }
  return ticks;
}

/** tfhd: after flags and track_ID come the fields that its flags announce, in this order. */
function defaultSampleDuration(tfhd: Buffer): number {
  const flags = tfhd.readUIntBE(1, 3);
  if ((flags & 0x08) === 0) return 0;
  return tfhd.readUInt32BE(8 + (flags & 0x01 ? 8 : 0) + (flags & 0x02 ? 4 : 0));
}

function runDuration(trun: Buffer, fallback: number): number {
  const flags = trun.readUIntBE(1, 3);
  const samples = trun.readUInt32BE(4);
  if ((flags & 0x100) === 0) return samples * fallback;
  const entryBytes = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  let at = 8 + (flags & 0x01 ? 4 : 0) + (flags & 0x04 ? 4 : 0);
  let ticks = 0;
  for (let sample = 0; sample < samples && at + 4 <= trun.length; sample += 1, at += entryBytes)
    ticks += trun.readUInt32BE(at);
  return ticks;
}

function boxesIn(bytes: Buffer, from: number, to: number): { type: number; from: number; to: number }[] {
  const boxes = [];
  for (let at = from; at + HEADER_BYTES <= to;) {
    const size = bytes.readUInt32BE(at);
    if (size < HEADER_BYTES || at + size > to) break;
    boxes.push({ type: bytes.readUInt32BE(at + 4), from: at + HEADER_BYTES, to: at + size });
    at += size;
  }
  return boxes;
}
