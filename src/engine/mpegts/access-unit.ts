/** What a transport stream is made of: one picture, or one AAC frame, with its times on the 90 kHz clock. */
import { BoxSplitter, isSyncSample, readFragment, type Sample } from '../isobmff/index.js';
import { toTsTicks } from './ticks.js';

export interface AccessUnit {
  /** 90 kHz ticks, not wrapped. */
  readonly decodeTicks: number;
  /** 90 kHz ticks, not wrapped; never before `decodeTicks`. */
  readonly presentationTicks: number;
  /** Decoding can start here. */
  readonly sync: boolean;
  /** As MP4 stores it: length-prefixed NAL units, or one raw AAC frame. */
  readonly bytes: Buffer;
}

/** One sample of a track: `decodeTime` is in the track's own ticks. */
export function accessUnitOf(sample: Sample, decodeTime: number, timescale: number, bytes: Buffer): AccessUnit {
  return {
    decodeTicks: toTsTicks(decodeTime, timescale),
    presentationTicks: toTsTicks(decodeTime + sample.compositionOffset, timescale),
    sync: isSyncSample(sample),
    bytes,
  };
}

/**
 * The access units of a CMAF segment or of any run of its chunks; their bytes are views of it, not copies. Throws
 * RangeError when it ends within a box, or a sample lies outside its `mdat`.
 */
export function readAccessUnits(segment: Buffer, timescale: number): AccessUnit[] {
  const units: AccessUnit[] = [];
  let samples: readonly Sample[] = [];
  let decodeTime = 0;
  let whole = 0;
  for (const box of new BoxSplitter().push(segment)) {
    whole += box.bytes.length;
    if (box.type === 'moof') ({ samples, decodeTime } = readFragment(box.bytes));
    if (box.type !== 'mdat') continue;
    let at = 8;
    for (const sample of samples) {
      const end = at + sample.bytes;
      if (end > box.bytes.length) throw new RangeError(`a sample ends at byte ${end} of ${box.bytes.length} in mdat`);
      units.push(accessUnitOf(sample, decodeTime, timescale, box.bytes.subarray(at, end)));
      at = end;
      decodeTime += sample.durationTicks;
    }
    samples = [];
  }
  if (whole !== segment.length) throw new RangeError(`a segment of ${segment.length} bytes ends within a box`);
  return units;
}
