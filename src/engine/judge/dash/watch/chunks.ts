/** The CMAF chunks of a segment: where each begins, and how long it lasts. PURE. */
import { BoxSplitter, readFragment } from '../../../isobmff/index.js';

export interface SegmentChunk {
  /** Bytes from the beginning of the segment to the first box that belongs to the chunk. */
  readonly offset: number;
  readonly end: number;
  /** Ticks. */
  readonly decodeTime: number;
  readonly duration: number;
}

/** Empty where the bytes are no fragments; the media judge says what they are. */
export function chunksIn(segment: Buffer): SegmentChunk[] {
  try {
    const chunks: SegmentChunk[] = [];
    let at = 0;
    let begin = 0;
    let known: { decodeTime: number; duration: number } | undefined;
    for (const { type, bytes } of new BoxSplitter().push(segment)) {
      if (type === 'moof') {
        const { decodeTime, samples } = readFragment(bytes);
        known = { decodeTime, duration: samples.reduce((sum, { durationTicks }) => sum + durationTicks, 0) };
      }
      at += bytes.length;
      if (type !== 'mdat' || !known) continue;
      chunks.push({ offset: begin, end: at, ...known });
      begin = at;
      known = undefined;
    }
    return chunks;
  } catch {
    return [];
  }
}
