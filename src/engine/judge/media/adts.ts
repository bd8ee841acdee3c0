/** AAC frames in ADTS (ISO/IEC 13818-7 6.2), one after the other. PURE. */

export interface AdtsFrames {
  readonly count: number;
  /** Hz; of the core where SBR doubles it. */
  readonly sampleRate: number | undefined;
  readonly channels: number | undefined;
  /** MPEG-4 audio object type: 2 is AAC-LC. */
  readonly objectType: number | undefined;
  /** Why reading ended before the bytes did. */
  readonly fault: string | undefined;
}

const RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const HEADER_BYTES = 7;
export const SAMPLES_PER_FRAME = 1024;

export const isAdts = (bytes: Buffer): boolean => bytes.length >= 2 && (bytes.readUInt16BE(0) & 0xfff6) === 0xfff0;

export function readAdts(bytes: Buffer): AdtsFrames {
  let count = 0;
  let at = 0;
  let fault: string | undefined;
  while (at < bytes.length && fault === undefined) {
    const frame = bytes.subarray(at);
    const length = frame.length >= HEADER_BYTES ? (frame.readUIntBE(3, 3) >> 5) & 0x1fff : undefined;
    if (!isAdts(frame)) fault = `no ADTS header at byte ${at}, where one is due`;
    else if (length === undefined || length > frame.length) fault = `the frame at byte ${at} is cut short`;
    else if (length < HEADER_BYTES) fault = `the frame at byte ${at} claims ${length} bytes`;
    else {
      // A header may stand before up to four frames (number_of_raw_data_blocks_in_frame).
      count += 1 + (frame[6]! & 3);
      at += length;
    }
  }
  const isFound = isAdts(bytes) && bytes.length >= HEADER_BYTES;
  return {
    count,
    sampleRate: isFound ? RATES[(bytes[2]! >> 2) & 0x0f] : undefined,
    channels: isFound ? ((bytes[2]! & 1) << 2) | (bytes[3]! >> 6) || undefined : undefined,
    objectType: isFound ? (bytes[2]! >> 6) + 1 : undefined,
    fault,
  };
}

/** Undefined where SBR may hide under the core, which ADTS does not tell. */
export const aacCodec = ({ objectType, sampleRate }: AdtsFrames): string | undefined =>
  objectType !== undefined && sampleRate !== undefined && sampleRate > 24_000 ? `mp4a.40.${objectType}` : undefined;
