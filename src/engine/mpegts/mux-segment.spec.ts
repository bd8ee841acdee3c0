import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUDIO_INIT, VIDEO_INIT } from '../packager/testing.js';
import type { AccessUnit } from './access-unit.js';
import { readAacConfig } from './adts.js';
import { readAvcConfig } from './annex-b.js';
import { muxSegment, type TsSegment } from './mux-segment.js';
import { adtsFramesOf, counterBreaks, nalsOf, readPackets, readPes, ticksBetween, type DemuxedPes } from './testing.js';
import { TS_WRAP_TICKS, wrapTicks } from './ticks.js';

const VIDEO = 0x100;
const AUDIO = 0x101;
const VIDEO_CONFIG = readAvcConfig(VIDEO_INIT);
const AUDIO_CONFIG = readAacConfig(AUDIO_INIT);
const AAC_FRAME_TICKS = 1920;

/** No two neighbours are alike, so a byte out of place is seen; none is 0, so none looks like a start code. */
const PATTERN = Buffer.from(Array.from({ length: 200_001 }, (_, index) => (index % 251) + 1));

/** A picture of one slice. */
function picture(decodeTicks: number, sync: boolean, sliceBytes: number, offset = 0): AccessUnit {
  const bytes = Buffer.concat([Buffer.alloc(5), PATTERN.subarray(0, sliceBytes)]);
  bytes.writeUInt32BE(1 + sliceBytes);
  bytes[4] = sync ? 0x65 : 0x41;
  return { decodeTicks, presentationTicks: decodeTicks + offset, sync, bytes };
}

const frame = (decodeTicks: number, bytes: number): AccessUnit => ({
  ...{ decodeTicks, presentationTicks: decodeTicks, sync: true },
  bytes: PATTERN.subarray(0, bytes),
});

interface Shape {
  readonly number: number;
  readonly start: number;
  readonly frameTicks: number;
  readonly slices: readonly { bytes: number; offset: number }[];
  readonly audioOffset: number;
  readonly frames: readonly number[];
}

function segmentOf(shape: Shape): TsSegment {
  const { number, start, frameTicks, slices, audioOffset, frames } = shape;
  const pictures = slices.map(({ bytes, offset }, index) =>
    picture(start + index * frameTicks, index === 0, bytes, offset),
  );
  const sound = frames.map((bytes, index) => frame(start + audioOffset + index * AAC_FRAME_TICKS, bytes));
  return {
    number,
    ...(slices.length > 0 && { video: { config: VIDEO_CONFIG, units: pictures } }),
    ...(frames.length > 0 && { audio: { config: AUDIO_CONFIG, units: sound } }),
  };
}

/** House times of this century, and times so near the wrap that it falls into the segment or its clock's lead. */
const start = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 45 }),
  fc
    .tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: -200_000, max: 20_000 }))
    .map(([wraps, near]) => wraps * TS_WRAP_TICKS + near),
);

const sliceBytes = fc.oneof(
  fc.integer({ min: 0, max: 400 }),
  fc.integer({ min: 0, max: 5000 }),
  fc.constantFrom(65_500, 65_536, 200_000),
);

/** Segments of 10 pictures a second and more, or of less than one; picture, sound or both. */
const shape = fc
  .record({
    number: fc.integer({ min: 0, max: 2 ** 40 }),
    start,
    frameTicks: fc.constantFrom(1500, 3000, 3003, 3754, 9000, 9001, 40_000, 100_000),
    slices: fc.array(fc.record({ bytes: sliceBytes, offset: fc.constantFrom(0, 0, 6000) }), { maxLength: 40 }),
    audioOffset: fc.integer({ min: 0, max: AAC_FRAME_TICKS }),
    frames: fc.array(fc.integer({ min: 0, max: 800 }), { maxLength: 120 }),
  })
  .filter(({ slices, frames }) => slices.length + frames.length > 0);

const demux = (segment: TsSegment): { packets: ReturnType<typeof readPackets>; pes: DemuxedPes[] } => {
  const packets = readPackets(muxSegment(segment));
  return { packets, pes: readPes(packets) };
};

const every = (claim: (shape: Shape) => void): void => fc.assert(fc.property(shape, claim), { numRuns: 150 });

describe('a segment in MPEG-TS', () => {
  it('gives back every picture and every frame of sound, with its times on 33 bits', () => {
    every((shape) => {
      const segment = segmentOf(shape);
      const { pes } = demux(segment);
      const pictures = pes.filter(({ pid }) => pid === VIDEO);
      expect(pictures.map(({ pts, dts, hasDts }) => ({ pts, dts, hasDts }))).toEqual(
        (segment.video?.units ?? []).map(({ presentationTicks, decodeTicks }) => ({
          ...{ pts: wrapTicks(presentationTicks), dts: wrapTicks(decodeTicks) },
          hasDts: presentationTicks !== decodeTicks,
        })),
      );
      for (const [index, { payload }] of pictures.entries())
        expect(nalsOf(payload).at(-1)!.equals(segment.video!.units[index]!.bytes.subarray(4))).toBe(true);
      const sound = pes.filter(({ pid }) => pid === AUDIO);
      const frames = sound.flatMap(({ pts, payload }) =>
        adtsFramesOf(payload).map((bytes, index) => ({ pts: wrapTicks(pts + index * AAC_FRAME_TICKS), bytes })),
      );
      expect(frames.map(({ pts, bytes }) => ({ pts, hex: bytes.toString('hex') }))).toEqual(
        (segment.audio?.units ?? []).map(({ presentationTicks, bytes }) => ({
          ...{ pts: wrapTicks(presentationTicks), hex: bytes.toString('hex') },
        })),
      );
    });
  });

  it('begins with its tables, then the picture a player can join at, and its clock', () => {
    every((shape) => {
      const [pat, pmt, first] = readPackets(muxSegment(segmentOf(shape)));
      expect([pat!.pid, pmt!.pid]).toEqual([0, 0x1000]);
      expect(first).toMatchObject({
        pid: shape.slices.length > 0 ? VIDEO : AUDIO,
        unitStart: true,
        randomAccess: true,
      });
      expect(first!.pcr).toBe(wrapTicks(shape.start + (shape.slices.length > 0 ? 0 : shape.audioOffset) - 9000));
    });
  });

  it('continues the counters of the segment before it, though neither knows of the other', () => {
    every((shape) => {
      const before = new Map<number, number>();
      const segments = [shape, { ...shape, number: shape.number + 1, slices: shape.slices.slice(0, 3) }];
      expect(segments.flatMap((each) => counterBreaks(readPackets(muxSegment(segmentOf(each))), before))).toEqual([]);
    });
  });

  it('tells its clock every 100 ms, always forward, and has every access unit there in time', () => {
    every((shape) => {
      const { packets, pes } = demux(segmentOf(shape));
      const clock = packets.flatMap(({ pid, pcr }, index) => (pcr === undefined ? [] : [{ pid, pcr, index }]));
      expect(new Set(clock.map(({ pid }) => pid))).toEqual(new Set([shape.slices.length > 0 ? VIDEO : AUDIO]));
      for (const [index, { pcr }] of clock.slice(1).entries()) {
        const step = ticksBetween(clock[index]!.pcr, pcr);
        expect(step).toBeGreaterThan(0);
        expect(step).toBeLessThanOrEqual(9000);
      }
      for (const { dts, pts, firstPacket, lastPacket } of pes) {
        const begun = clock.findLast(({ index }) => index <= firstPacket)!;
        const arrived = clock.find(({ index }) => index > lastPacket) ?? begun;
        expect(ticksBetween(arrived.pcr, dts)).toBeGreaterThanOrEqual(0);
        expect(ticksBetween(dts, pts)).toBeGreaterThanOrEqual(0);
      }
    });
  });

  it('is the same bytes 26.5 hours later: the wrap of the clock is no event', () => {
    every((shape) => {
      const later = { ...shape, start: shape.start + TS_WRAP_TICKS };
      expect(muxSegment(segmentOf(later)).equals(muxSegment(segmentOf(shape)))).toBe(true);
    });
  });

  it('keeps sound within half a second of the picture beside it in the file', () => {
    const units = { pictures: 60, frames: 94 };
    const { pes } = demux(
      segmentOf({
        ...{ number: 7, start: 19_566_969_660_000, frameTicks: 3000, audioOffset: 400 },
        slices: Array.from({ length: units.pictures }, () => ({ bytes: 4000, offset: 0 })),
        frames: Array.from({ length: units.frames }, () => 340),
      }),
    );
    const distances = pes.slice(1).map(({ pts }, index) => Math.abs(ticksBetween(pes[index]!.pts, pts)));
    expect(Math.max(...distances)).toBeLessThan(45_000);
    expect(pes.filter(({ pid }) => pid === AUDIO)).toHaveLength(Math.ceil(units.frames / 6));
  });

  it('begins with the picture even when its sound begins a little earlier', () => {
    const units = [frame(90_000 - AAC_FRAME_TICKS, 100)];
    const video = { config: VIDEO_CONFIG, units: [picture(90_000, true, 100)] };
    const { pes } = demux({ number: 1, video, audio: { config: AUDIO_CONFIG, units } });
    expect(pes.map(({ pid }) => pid)).toEqual([VIDEO, AUDIO]);
  });

  it('gives sound after a hole a time stamp of its own', () => {
    const units = [0, 1, 2, 8, 9].map((index) => frame(index * AAC_FRAME_TICKS, 100));
    const { pes } = demux({ number: 1, audio: { config: AUDIO_CONFIG, units } });
    expect(pes.map(({ pts, payload }) => [pts, adtsFramesOf(payload).length])).toEqual([
      [0, 3],
      [8 * AAC_FRAME_TICKS, 2],
    ]);
  });

  it('is refused without pictures or sound, and when times run backwards', () => {
    const video = (...units: AccessUnit[]): TsSegment => ({ number: 1, video: { config: VIDEO_CONFIG, units } });
    expect(() => muxSegment({ number: 1 })).toThrow(/needs pictures or sound/);
    expect(() => muxSegment(video())).toThrow(/needs pictures or sound/);
    expect(() => muxSegment(video(picture(9000, true, 9), picture(9000, false, 9)))).toThrow(/follows/);
    expect(() => muxSegment(video(picture(9000, true, 9, -1)))).toThrow(/shown at 8999/);
  });
});
