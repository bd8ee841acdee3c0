import { describe, expect, it } from 'vitest';
import { AUDIO_INIT, VIDEO_INIT } from '../packager/testing.js';
import { annexBPieces, readAvcConfig } from './annex-b.js';

const SPS = '6742c00ada11fe7c0440000003004000000f23c489a8';
const PPS = '68ce0fc8';

const config = readAvcConfig(VIDEO_INIT);

/** A sample of these NAL units (hex), each behind its length. */
function sample(...nals: string[]): Buffer {
  return Buffer.concat(
    nals.flatMap((nal) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(nal.length / 2);
      return [length, Buffer.from(nal, 'hex')];
    }),
  );
}

const inAnnexB = (sync: boolean, bytes: Buffer): string =>
  Buffer.concat(annexBPieces(config, { decodeTicks: 0, presentationTicks: 0, sync, bytes })).toString('hex');

describe('the picture of a CMAF header', () => {
  it('gives its parameter sets in Annex B, its length size and its timescale', () => {
    expect({ ...config, parameterSets: config.parameterSets.toString('hex') }).toEqual({
      timescale: 90_000,
      nalLengthBytes: 4,
      parameterSets: `00000001${SPS}00000001${PPS}`,
    });
  });

  it('is not looked for in sound, nor in a header cut off', () => {
    expect(() => readAvcConfig(AUDIO_INIT)).toThrow(/this is sound/);
    expect(() => readAvcConfig(VIDEO_INIT.subarray(0, 200))).toThrow(RangeError);
  });
});

describe('a picture in Annex B', () => {
  it('begins with a delimiter, and with the parameter sets when a player can join there', () => {
    expect(inAnnexB(true, sample('0605aa', '658801'))).toBe(
      `0000000109f000000001${SPS}00000001${PPS}000000010605aa00000001658801`,
    );
    expect(inAnnexB(false, sample('419a02'))).toBe('0000000109f000000001419a02');
  });

  it('keeps parameter sets of its own, and has one delimiter only', () => {
    expect(inAnnexB(true, sample('0910', '6742', '68ce', '6588'))).toBe(
      '0000000109f00000000167420000000168ce000000016588',
    );
  });

  it('leaves the bytes of a NAL unit alone, emulation prevention included', () => {
    expect(inAnnexB(false, sample('41000003010000030000'))).toBe('0000000109f00000000141000003010000030000');
  });

  it('is refused when a length leaves the sample', () => {
    expect(() => inAnnexB(false, Buffer.from('0000000541aa', 'hex'))).toThrow(/leaves its sample/);
    expect(() => inAnnexB(false, Buffer.from('000000', 'hex'))).toThrow(/leaves its sample/);
  });
});
