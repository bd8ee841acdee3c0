/** Reads packed audio (rfc8216bis 3.1.3): an ID3 tag that tells the time, then frames. PURE. */
import { aacCodec, isAdts, readAdts, SAMPLES_PER_FRAME, type AdtsFrames } from '../adts.js';
import type { TrackFacts } from '../expectation.js';
import type { TrackSpan } from '../track-span.js';

export interface PackedAudio {
  /** Of ID3 tags before the first frame. */
  readonly tagBytes: number;
  /** Payload of the PRIV frame that tells the time of the first sample. */
  readonly timestamp: Buffer | undefined;
  /** Undefined where the sound is something other than AAC. */
  readonly adts: AdtsFrames | undefined;
}

export const TIMESTAMP_OWNER = 'com.apple.streaming.transportStreamTimestamp';
const CLOCK_HZ = 90_000;
const TAG_HEADER_BYTES = 10;
const FRAME_HEADER_BYTES = 10;

/** ID3, or the syncword of ADTS, MPEG audio or AC-3. */
export function isPackedAudio(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 0, 3) === 'ID3') return true;
  return bytes.length >= 2 && ((bytes.readUInt16BE(0) & 0xffe0) === 0xffe0 || bytes.readUInt16BE(0) === 0x0b77);
}

export function readPackedAudio(bytes: Buffer): PackedAudio {
  let timestamp: Buffer | undefined;
  let at = 0;
  while (bytes.toString('latin1', at, at + 3) === 'ID3' && at + TAG_HEADER_BYTES <= bytes.length) {
    const end = at + TAG_HEADER_BYTES + sevenBits(bytes, at + 6);
    timestamp ??= timestampIn(bytes.subarray(at + TAG_HEADER_BYTES, end), bytes[at + 3]!);
    at = end;
  }
  const sound = bytes.subarray(at);
  return { tagBytes: at, timestamp, adts: isAdts(sound) ? readAdts(sound) : undefined };
}

/** Four bytes of seven bits each. */
const sevenBits = (bytes: Buffer, at: number): number =>
  [0, 1, 2, 3].reduce((value, index) => value * 128 + (bytes[at + index]! & 0x7f), 0);

function timestampIn(frames: Buffer, version: number): Buffer | undefined {
  for (let at = 0; at + FRAME_HEADER_BYTES <= frames.length && frames[at] !== 0;) {
    const size = version >= 4 ? sevenBits(frames, at + 4) : frames.readUInt32BE(at + 4);
    const payload = frames.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + size);
    const isPrivate = frames.toString('latin1', at, at + 4) === 'PRIV';
    if (isPrivate && payload.toString('latin1').startsWith(`${TIMESTAMP_OWNER}\0`))
      return payload.subarray(TIMESTAMP_OWNER.length + 1);
    at += FRAME_HEADER_BYTES + size;
  }
  return undefined;
}

export function packedFacts({ adts }: PackedAudio): TrackFacts {
  return {
    codec: (adts && aacCodec(adts)) ?? '',
    timescale: CLOCK_HZ,
    ...(adts?.sampleRate !== undefined && { sampleRate: adts.sampleRate }),
    ...(adts?.channels !== undefined && { channels: adts.channels }),
    kind: 'audio',
  };
}

export function packedSpans({ adts, timestamp }: PackedAudio): TrackSpan[] {
  if (!adts?.sampleRate || timestamp?.length !== 8) return [];
  const frame = (SAMPLES_PER_FRAME * CLOCK_HZ) / adts.sampleRate;
  const start = Number(timestamp.readBigUInt64BE(0) & 0x1_ffff_ffffn);
  const duration = adts.count * frame;
  return [
    {
      ...{ name: 'packed audio', kind: 'audio', timescale: CLOCK_HZ },
      ...{ startTicks: start, endTicks: start + duration, earliestTicks: start, durationTicks: duration },
      ...{ frameTicks: frame, startsWithKey: true, hasKey: true, jitterTicks: frame / 2, toldFrames: 2 },
      wrapTicks: 2 ** 33,
    },
  ];
}
