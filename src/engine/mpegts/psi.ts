/** Program specific information (ISO/IEC 13818-1 2.4.4): the one program of a segment, and its streams. */

export const PAT_PID = 0;
export const PMT_PID = 0x1000;
export const VIDEO_PID = 0x100;
export const AUDIO_PID = 0x101;

const PROGRAM_NUMBER = 1;
/** stream_type (table 2-34). */
const H264 = 0x1b;
const AAC_ADTS = 0x0f;

const TABLE_PAT = 0;
const TABLE_PMT = 2;

/** What the program is made of. The clock (PCR) rides on the video, on the sound when there is none. */
export interface ProgramStreams {
  readonly video: boolean;
  readonly audio: boolean;
}

export const clockPidOf = ({ video }: ProgramStreams): number => (video ? VIDEO_PID : AUDIO_PID);

/** Program association table: one program, and where its map is. */
export const programAssociation = (): Buffer =>
  section(TABLE_PAT, Buffer.from([...uint16(PROGRAM_NUMBER), ...pidBits(PMT_PID)]));

/** Program map table: which PID carries what. */
export function programMap(streams: ProgramStreams): Buffer {
  const stream = (type: number, pid: number): number[] => [type, ...pidBits(pid), 0xf0, 0]; // no descriptors
  return section(
    TABLE_PMT,
    Buffer.from([
      ...pidBits(clockPidOf(streams)),
      ...[0xf0, 0], // no descriptors of the program
      ...(streams.video ? stream(H264, VIDEO_PID) : []),
      ...(streams.audio ? stream(AAC_ADTS, AUDIO_PID) : []),
    ]),
  );
}

const uint16 = (value: number): number[] => [value >> 8, value & 0xff];

/** A PID after its three reserved bits. */
const pidBits = (pid: number): number[] => uint16(0xe000 | pid);

/** transport_stream_id or program_number, version 0, current, section 0 of 0; and the CRC over all of it. */
function section(tableId: number, body: Buffer): Buffer {
  const length = 5 + body.length + 4;
  const head = Buffer.from([tableId, ...uint16(0xb000 | length), ...uint16(PROGRAM_NUMBER), 0xc1, 0, 0]);
  const bytes = Buffer.alloc(head.length + body.length + 4);
  head.copy(bytes);
  body.copy(bytes, head.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
  return bytes;
}

const POLYNOMIAL = 0x04c1_1db7;

/** The CRC of PSI sections (annex A): over a section with its CRC it gives 0. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000_0000 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  }
  return crc >>> 0;
}
