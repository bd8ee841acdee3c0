import { describe, expect, it } from 'vitest';
import { chunkBytes, type Sample } from '../isobmff/index.js';
import { readAccessUnits } from './access-unit.js';

const SYNC = 0x0200_0000;
const NON_SYNC = 0x0101_0000;

function chunk(decodeTime: number, samples: readonly Sample[], payload: string): Buffer {
  return Buffer.concat(chunkBytes({ sequence: 1, trackId: 1, decodeTime, samples, payload: [Buffer.from(payload)] }));
}

const segment = Buffer.concat([
  chunk(
    96_000,
    [
      { durationTicks: 1024, bytes: 3, flags: SYNC, compositionOffset: 0 },
      { durationTicks: 1024, bytes: 2, flags: NON_SYNC, compositionOffset: 480 },
    ],
    'abcde',
  ),
  chunk(98_048, [{ durationTicks: 1024, bytes: 1, flags: SYNC, compositionOffset: 0 }], 'f'),
]);

describe('a CMAF segment', () => {
  it('gives its samples with their times at 90 kHz, chunk after chunk', () => {
    const units = readAccessUnits(segment, 48_000);
    expect(units.map(({ bytes, ...times }) => ({ ...times, text: bytes.toString() }))).toEqual([
      { decodeTicks: 180_000, presentationTicks: 180_000, sync: true, text: 'abc' },
      { decodeTicks: 181_920, presentationTicks: 182_820, sync: false, text: 'de' },
      { decodeTicks: 183_840, presentationTicks: 183_840, sync: true, text: 'f' },
    ]);
  });

  it('is refused when it was cut short', () => {
    expect(() => readAccessUnits(segment.subarray(0, -1), 48_000)).toThrow(/ends within a box/);
  });

  it('is refused when a sample is longer than what is there', () => {
    const lying = chunk(0, [{ durationTicks: 1024, bytes: 9, flags: SYNC, compositionOffset: 0 }], 'abc');
    expect(() => readAccessUnits(lying, 48_000)).toThrow(/a sample ends at byte/);
  });
});
