/** The rules of packed audio (rfc8216bis 3.1.3). PURE. */
import type { Rule } from '../../rule.js';
import type { PackedAudio } from './packed-audio.js';

export const PACKED_RULES: readonly Rule<PackedAudio>[] = [
  {
    id: 'media.packed-timestamp',
    clause: 'rfc8216bis 3.1.3',
    severity: 'error',
    text: 'Packed audio begins with an ID3 PRIV frame that tells the time of its first sample.',
    check: ({ timestamp, tagBytes }) => {
      if (!timestamp) return [tagBytes > 0 ? 'its ID3 tag has no such frame' : 'no ID3 tag'];
      if (timestamp.length !== 8) return [`a timestamp of ${timestamp.length} bytes, 8 are due`];
      const isWide = timestamp.readBigUInt64BE(0) >> 33n !== 0n;
      return isWide ? [`timestamp 0x${timestamp.toString('hex')} has more than 33 bits`] : [];
    },
  },
  {
    id: 'media.packed-adts',
    clause: 'ISO/IEC 13818-7 6.2',
    severity: 'error',
    text: 'AAC is whole frames in ADTS.',
    check: ({ adts }) => (adts?.fault ? [adts.fault] : []),
  },
];
