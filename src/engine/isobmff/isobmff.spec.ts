import fc from 'fast-check';
import { createFile, MP4BoxBuffer } from 'mp4box';
import { describe, expect, it } from 'vitest';
import { AUDIO_INIT, VIDEO_INIT } from '../packager/testing.js';
import { BoxSplitter } from './box-splitter.js';
import { chunkBytes } from './chunk.js';
import { isSyncSample, readFragment, type Sample } from './fragment.js';
import { describeInit } from './init-segment.js';

const box = (type: string, size: number): Buffer => {
  const bytes = Buffer.alloc(size, type);
  bytes.writeUInt32BE(size, 0);
  bytes.write(type, 4, 'latin1');
  return bytes;
};

const aSample = fc.record({
  durationTicks: fc.integer({ min: 1, max: 2 ** 31 }),
  bytes: fc.integer({ min: 0, max: 50 }),
  flags: fc.constantFrom(0x0200_0000, 0x0101_0000),
  compositionOffset: fc.integer({ min: -9_000, max: 9_000 }),
});

describe('a box splitter', () => {
  it('gives whole boxes, however the bytes arrive', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 8, max: 200 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 97 }),
        (sizes, bite) => {
          const boxes = sizes.map((size, index) => box(index % 2 ? 'mdat' : 'moof', size));
          const stream = Buffer.concat(boxes);
          const splitter = new BoxSplitter();
          const found: Buffer[] = [];
          for (let at = 0; at < stream.length; at += bite)
            found.push(...splitter.push(stream.subarray(at, at + bite)).map(({ bytes }) => bytes));
          expect(found.map((bytes) => bytes.toString('hex'))).toEqual(boxes.map((bytes) => bytes.toString('hex')));
        },
      ),
    );
  });

  it('refuses lengths no encoder writes instead of waiting for ever', () => {
    const endless = Buffer.from('ffffffff6d646174', 'hex');
    expect(() => new BoxSplitter().push(endless)).toThrow(RangeError);
    expect(() => new BoxSplitter().push(Buffer.alloc(8))).toThrow(RangeError);
  });
});

describe('a chunk', () => {
  it('reads back as it was written, decode times of this century included', () => {
    const time = fc.integer({ min: 0, max: 2 ** 50 });
    fc.assert(
      fc.property(
        fc.array(aSample, { minLength: 1, maxLength: 20 }),
        time,
        fc.integer({ min: 0, max: 2 ** 33 }),
        (samples, decodeTime, sequence) => {
          const payload = samples.map(({ bytes }) => Buffer.alloc(bytes, 1));
          const [moof, mdat, ...more] = new BoxSplitter().push(
            Buffer.concat(chunkBytes({ sequence, trackId: 1, decodeTime, samples, payload })),
          );
          expect(more).toEqual([]);
          expect(readFragment(moof!.bytes)).toEqual({ sequence: sequence % 2 ** 32, decodeTime, samples });
          expect(mdat!.bytes.length - 8).toBe(samples.reduce((sum, { bytes }) => sum + bytes, 0));
        },
      ),
    );
  });

  it('is what an independent parser reads, with its data where the data offset says', () => {
    const samples: Sample[] = [
      { durationTicks: 3000, bytes: 4, flags: 0x0200_0000, compositionOffset: 0 },
      { durationTicks: 3000, bytes: 2, flags: 0x0101_0000, compositionOffset: -3000 },
    ];
    const chunk = chunkBytes({
      sequence: 9,
      trackId: 1,
      decodeTime: 19_566_969_660_000,
      samples,
      payload: [Buffer.from('abcdef')],
    });
    const bytes = Buffer.concat([VIDEO_INIT, ...chunk]);
    const file = createFile();
    file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(new Uint8Array(bytes).buffer, 0), true);
    const read = file.getTrackSamplesInfo(1);
    expect(
      read.map(({ dts, cts, size, is_sync, offset }) => ({
        dts,
        cts,
        size,
        is_sync,
        text: bytes.toString('latin1', offset, offset + size),
      })),
    ).toEqual([
      { dts: 19_566_969_660_000, cts: 19_566_969_660_000, size: 4, is_sync: true, text: 'abcd' },
      { dts: 19_566_969_663_000, cts: 19_566_969_660_000, size: 2, is_sync: false, text: 'ef' },
    ]);
    expect(samples.map(isSyncSample)).toEqual([true, false]);
  });
});

describe('an init segment', () => {
  it('tells its track by its real bytes', () => {
    expect(describeInit(VIDEO_INIT)).toEqual({
      trackId: 1,
      timescale: 90_000,
      codec: 'avc1.42c00a',
      width: 64,
      height: 36,
    });
    expect(describeInit(AUDIO_INIT)).toEqual({
      trackId: 1,
      timescale: 48_000,
      codec: 'mp4a.40.2',
      sampleRate: 48_000,
      channels: 2,
    });
  });

  it('is refused when it holds no track', () => {
    expect(() => describeInit(VIDEO_INIT.subarray(0, 28))).toThrow(RangeError);
  });
});
