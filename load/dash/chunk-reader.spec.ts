import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkReader } from './chunk-reader.js';

const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32BE(value, index * 4));
  return bytes;
};
const box = (type: string, ...content: Buffer[]) => {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
};
/** Durations of its own for each sample, sizes beside them. */
const sampledRun = (...durations: number[]) =>
  box(
    'trun',
    u32(0x0301 /* data offset, durations, sizes */, durations.length, 0, ...durations.flatMap((d) => [d, 999])),
  );
const chunk = (tfhd: Buffer, trun: Buffer, mdatBytes = 300) =>
  Buffer.concat([
    box('styp', Buffer.alloc(12)),
    box('prft', Buffer.alloc(20)),
    box('moof', box('mfhd', u32(0, 1)), box('traf', tfhd, box('tfdt', u32(0, 0)), trun)),
    box('mdat', Buffer.alloc(mdatBytes)),
  ]);
const BY_DEFAULT = chunk(
  box('tfhd', u32(0x020028 /* default duration and flags */, 1, 3000, 0)),
  box('trun', u32(0x01, 10, 0)),
);
const BY_SAMPLE = chunk(box('tfhd', u32(0x020000, 1)), sampledRun(1024, 1024, 500));

function read(bytes: Buffer, cuts: readonly number[] = []): number[] {
  const chunks: number[] = [];
  const reader = new ChunkReader((ticks) => chunks.push(ticks));
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < edges.length; i += 1) reader.push(bytes, edges[i - 1]!, edges[i]!);
  return chunks;
}

describe('following the chunks of a segment', () => {
  it('tells the duration of each chunk, however the network cuts the segment', () => {
    const segment = Buffer.concat([BY_DEFAULT, BY_SAMPLE, BY_DEFAULT]);
    fc.assert(
      fc.property(fc.array(fc.nat(segment.length), { maxLength: 20 }), (cuts) => {
        expect(read(segment, cuts)).toEqual([30_000, 2548, 30_000]);
      }),
    );
  });

  it('waits for the last byte of the media before it calls a chunk complete', () => {
    expect(read(BY_DEFAULT.subarray(0, -1))).toEqual([]);
    expect(read(BY_DEFAULT)).toEqual([30_000]);
  });

  it('reads media boxes with a 64-bit size', () => {
    const moof = BY_DEFAULT.subarray(0, BY_DEFAULT.length - 308);
    const large = Buffer.concat([u32(1), Buffer.from('mdat'), u32(0, 16 + 50), Buffer.alloc(50)]);
    expect(read(Buffer.concat([moof, large, BY_SAMPLE]))).toEqual([30_000, 2548]);
  });

  it('makes nothing of bytes that are no boxes, and does not keep them', () => {
    expect(read(Buffer.alloc(100_000, 0))).toEqual([]);
    expect(read(Buffer.from('<html>there is nothing at this address</html>'))).toEqual([]);
  });
});
