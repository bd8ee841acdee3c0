/** AAC from the way MP4 stores it (raw frames, one configuration) to the way a transport stream does (ADTS). */
import { readSampleEntry } from './header-boxes.js';
import { TS_CLOCK_HZ } from './ticks.js';

/** What the AudioSpecificConfig of a header says (ISO/IEC 14496-3 1.6.2.1), in ADTS's own terms. */
export interface AacConfig {
  /** Ticks per second of the track. */
  readonly timescale: number;
  /** Audio object type of the core: 2 is AAC-LC, also under SBR and PS, which ADTS leaves to the decoder to find. */
  readonly objectType: number;
  /** Row of the table of sampling rates (ISO/IEC 14496-3 table 1.18); 3 is 48 kHz. */
  readonly samplingIndex: number;
  /** channel_configuration, 1 to 7; 2 is stereo. */
  readonly channels: number;
}

const SAMPLING_RATES = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const SAMPLES_PER_FRAME = 1024;

export const ADTS_HEADER_BYTES = 7;
/** aac_frame_length has 13 bits. */
const MAX_FRAME_BYTES = 0x1fff;

/** Object types that only announce an extension: the core's own type follows (ISO/IEC 14496-3 1.6.2.1). */
const SBR = 5;
const PS = 29;

/** Reads a sound header (ftyp + moov). Throws RangeError when it is not AAC, or a kind ADTS has no words for. */
export function readAacConfig(init: Buffer): AacConfig {
  const entry = readSampleEntry(init);
  if (entry.type !== 'mp4a') throw new RangeError('expected the header of a sound track, this is video');
  const bits = bitReader(audioSpecificConfig(entry.child('esds')));
  const announced = bits(5);
  const samplingIndex = bits(4);
  const channels = bits(4);
  const extended = announced === SBR || announced === PS;
  if (extended) bits(4); // the rate after SBR: decoders find it by themselves
  const objectType = extended ? bits(5) : announced;
  const shortFrames = bits(1) === 1; // frameLengthFlag: 960 samples
  if (objectType < 1 || objectType > 4 || SAMPLING_RATES[samplingIndex] === undefined || shortFrames)
    throw new RangeError(`ADTS cannot say AAC object type ${objectType}, sampling index ${samplingIndex}`);
  if (channels < 1 || channels > 7) throw new RangeError(`ADTS cannot say AAC channel configuration ${channels}`);
  return { timescale: entry.timescale, objectType, samplingIndex, channels };
}

/** How long one AAC frame lasts, in 90 kHz ticks; a fraction for 44.1 kHz and its kin. */
export const aacFrameTicks = ({ samplingIndex }: AacConfig): number =>
  (SAMPLES_PER_FRAME * TS_CLOCK_HZ) / SAMPLING_RATES[samplingIndex]!;

/** The header before one raw frame, no CRC (ISO/IEC 13818-7 6.2). Throws RangeError when the frame is too long. */
export function adtsHeader({ objectType, samplingIndex, channels }: AacConfig, frameBytes: number): Buffer {
  const length = frameBytes + ADTS_HEADER_BYTES;
  if (length > MAX_FRAME_BYTES) throw new RangeError(`an AAC frame of ${frameBytes} bytes does not fit ADTS`);
  return Buffer.from([
    0xff,
    0xf1, // the rest of the syncword, MPEG-4, layer 0, no CRC
    ((objectType - 1) << 6) | (samplingIndex << 2) | (channels >> 2),
    ((channels & 3) << 6) | (length >> 11),
    (length >> 3) & 0xff,
    ((length & 7) << 5) | 0x1f, // adts_buffer_fullness 0x7ff: variable rate
    0xfc, // one raw_data_block
  ]);
}

/** MPEG-4 descriptor tags (ISO/IEC 14496-1 7.2.2.1). */
const ES_DESCRIPTOR = 3;
const DECODER_CONFIG = 4;
const DECODER_SPECIFIC_INFO = 5;
const DECODER_CONFIG_BYTES = 13;

function audioSpecificConfig(esds: Buffer): Buffer {
  const es = descriptor(esds.subarray(4), ES_DESCRIPTOR);
  const flags = es.readUInt8(2);
  let at = 3;
  if (flags & 0x80) at += 2; // dependsOn_ES_ID
  if (flags & 0x40) at += 1 + es.readUInt8(at); // URL
  if (flags & 0x20) at += 2; // OCR_ES_Id
  const decoderConfig = descriptor(es.subarray(at), DECODER_CONFIG);
  return descriptor(decoderConfig.subarray(DECODER_CONFIG_BYTES), DECODER_SPECIFIC_INFO);
}

/** The payload of the descriptor at the front; its length comes in groups of seven bits. */
function descriptor(bytes: Buffer, tag: number): Buffer {
  if (bytes[0] !== tag) throw new RangeError(`expected MPEG-4 descriptor ${tag}, found ${bytes[0] ?? 'nothing'}`);
  let at = 1;
  let length = 0;
  for (let more = true; more; at += 1) {
    const byte = bytes.readUInt8(at);
    length = length * 128 + (byte & 0x7f);
    more = (byte & 0x80) !== 0;
  }
  return bytes.subarray(at, at + length);
}

function bitReader(bytes: Buffer): (count: number) => number {
  let position = 0;
  return (count) => {
    let value = 0;
    for (let index = 0; index < count; index += 1, position += 1)
      value = value * 2 + ((bytes.readUInt8(position >> 3) >> (7 - (position & 7))) & 1);
    return value;
  };
}
