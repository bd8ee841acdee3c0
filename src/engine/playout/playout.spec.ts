import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  firstUnitOf,
  houseGrid,
  ratio,
  segmentAt,
  unitAt,
  unixMsOf,
  videoTrack,
  audioTrack,
} from '../timeline/index.js';
import { Frame } from './frame.js';
import { Lane } from './lane.js';
import { Playout } from './playout.js';
import { Slots } from './slots.js';
import { BYTES_PER_SAMPLE, SoundBuffer } from './sound-buffer.js';
import { Staircase } from './staircase.js';

const GRID = houseGrid(ratio(30), 2, 1 / 3);
const VIDEO = videoTrack(GRID);
const AUDIO = audioTrack(GRID);
const FRAME_MS = 1000 / 30;
const START = Date.UTC(2026, 0, 1, 12) + 500;
const JITTER_MS = 100;

describe('slots', () => {
  it('let every unit go exactly once, in order, by its due time, whatever the source has', () => {
    const availability = fc.array(
      fc.record({ afterMs: fc.integer({ min: 1, max: 400 }), ahead: fc.integer({ min: -20, max: 20 }) }),
      {
        minLength: 1,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(availability, (steps) => {
        const first = unitAt(VIDEO, START);
        const slots = new Slots(VIDEO, first, JITTER_MS);
        let now = START;
        let expected = first;
        for (const { afterMs, ahead } of steps) {
          now += afterMs;
          const current = unitAt(VIDEO, now);
          for (const { unit, filled } of slots.decide({ first, last: current + ahead }, now)) {
            expect(unit).toBe(expected);
            expected += 1;
            // The source's unit never leaves more than one unit early, the filled one never before it is due.
            if (filled) expect(unixMsOf(VIDEO, unit) + JITTER_MS).toBeLessThanOrEqual(now + 0.01);
            else expect(unixMsOf(VIDEO, unit - 1)).toBeLessThanOrEqual(now + 0.01);
          }
          // Nothing that is due is left behind.
          expect(unixMsOf(VIDEO, expected) + JITTER_MS).toBeGreaterThan(now - 0.01);
        }
      }),
    );
  });
});

describe('a lane', () => {
  const frame = (index: number): Frame => new Frame(Buffer.from([index]));

  it('shows the frame that was assigned, waits for one that is late, and repeats one that never comes', () => {
    const shown: [number, number][] = [];
    const lane = new Lane(frame(99), (unit, { bytes }) => shown.push([unit, bytes[0]!]));
    lane.arrive(frame(0));
    lane.assign({ unit: 10, filling: { sourceFrame: 0 }, giveUpAtMs: 100 });
    lane.assign({ unit: 11, filling: { sourceFrame: 1 }, giveUpAtMs: 100 });
    lane.assign({ unit: 12, filling: 'repeat', giveUpAtMs: 100 });
    lane.advance(50);
    expect(shown).toEqual([[10, 0]]);
    lane.advance(101);
    expect(shown).toEqual([
      [10, 0],
      [11, 0],
      [12, 0],
    ]);
  });

  it('repeats what an ended connection still owes, and takes the new one from its beginning', () => {
    const shown: number[] = [];
    const lane = new Lane(frame(99), (_, { bytes }) => shown.push(bytes[0]!));
    lane.arrive(frame(7));
    lane.assign({ unit: 1, filling: { sourceFrame: 0 }, giveUpAtMs: 100 });
    lane.assign({ unit: 2, filling: { sourceFrame: 1 }, giveUpAtMs: 1e9 });
    lane.advance(0);
    lane.restart();
    lane.arrive(frame(8));
    lane.assign({ unit: 3, filling: { sourceFrame: 0 }, giveUpAtMs: 100 });
    lane.advance(0);
    expect(shown).toEqual([7, 7, 8]);
  });

  it('counts the frames that came and were never shown', () => {
    const lane = new Lane(frame(99), () => undefined);
    for (let index = 0; index < 5; index += 1) lane.arrive(frame(index));
    lane.assign({ unit: 1, filling: { sourceFrame: 0 }, giveUpAtMs: 100 });
    lane.assign({ unit: 2, filling: { sourceFrame: 3 }, giveUpAtMs: 100 });
    lane.advance(0);
    expect(lane.dropped).toBe(2);
    // What is shown again and again, or waits still, was not dropped; what an ended connection leaves is.
    lane.assign({ unit: 3, filling: { sourceFrame: 3 }, giveUpAtMs: 100 });
    lane.advance(0);
    expect(lane.dropped).toBe(2);
    lane.restart();
    expect(lane.dropped).toBe(3);
  });

  it('shows the slate once it has been made, and the last frame until then', () => {
    const shown: number[] = [];
    const lane = new Lane(frame(99), (_, { bytes }) => shown.push(bytes[0]!));
    lane.arrive(frame(7));
    lane.assign({ unit: 1, filling: { sourceFrame: 0 }, giveUpAtMs: 100 });
    lane.assign({ unit: 2, filling: 'slate', giveUpAtMs: 100 });
    lane.advance(0);
    lane.slate = frame(50);
    lane.assign({ unit: 3, filling: 'slate', giveUpAtMs: 100 });
    lane.assign({ unit: 4, filling: 'repeat', giveUpAtMs: 100 });
    lane.advance(0);
    expect(shown).toEqual([7, 7, 50, 7]);
  });
});

describe('a sound buffer', () => {
  const tone = (samples: number, from = 0): Buffer => {
    const bytes = Buffer.alloc(samples * BYTES_PER_SAMPLE);
    for (let sample = 0; sample < samples; sample += 1) {
      for (const at of [0, 2])
        bytes.writeInt16LE(Math.round(10_000 * Math.sin((from + sample) / 20)), sample * BYTES_PER_SAMPLE + at);
    }
    return bytes;
  };

  it('gives exactly the samples asked for, however they arrived', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 3, maxLength: 12 }),
        fc.integer({ min: 0, max: 2_000 }),
        (pieces, from) => {
          const buffer = new SoundBuffer();
          const all = tone(20_000);
          let at = 0;
          for (const bytes of pieces) {
            buffer.push(all.subarray(at, at + bytes));
            at += bytes;
          }
          expect(buffer.end).toBe(Math.floor(at / BYTES_PER_SAMPLE));
          buffer.read(from - 1024);
          const block = buffer.read(from);
          const available = Math.max(0, Math.min(1024, buffer.end - from));
          const expected = all.subarray(from * BYTES_PER_SAMPLE, (from + available) * BYTES_PER_SAMPLE);
          expect(block.subarray(0, available * BYTES_PER_SAMPLE).equals(expected)).toBe(true);
        },
      ),
    );
  });

  it('neither begins nor ends with a click', () => {
    const buffer = new SoundBuffer();
    buffer.push(tone(4_096));
    const blocks = [
      buffer.silence(),
      buffer.read(0),
      buffer.read(1024),
      buffer.silence(),
      buffer.silence(),
      buffer.read(3_000),
    ];
    const samples = blocks.flatMap((block) =>
      Array.from({ length: 1024 }, (_, index) => block.readInt16LE(index * BYTES_PER_SAMPLE)),
    );
    const largest = Math.max(...samples.slice(1).map((sample, index) => Math.abs(sample - samples[index]!)));
    // The tone itself moves by 500 from one sample to the next.
    expect(largest).toBeLessThan(600);
  });

  it('is slowed down and sped up without a click, and without losing its place', () => {
    for (const moved of [-4, 4]) {
      const buffer = new SoundBuffer();
      buffer.push(tone(60_000));
      let from = 0;
      const blocks = Array.from({ length: 40 }, () => {
        const block = buffer.read(from, 1024 - moved);
        from += 1024 - moved;
        return block;
      });
      const samples = Array.from({ length: 40 * 1024 }, (_, index) =>
        blocks[Math.floor(index / 1024)]!.readInt16LE((index % 1024) * BYTES_PER_SAMPLE),
      );
      const largest = Math.max(...samples.slice(1).map((sample, index) => Math.abs(sample - samples[index]!)));
      expect(largest).toBeLessThan(510);
      // Past the fade-in, it is the tone, at the place the reading has got to.
      const expected = (index: number): number => 10_000 * Math.sin((index * (1024 - moved)) / 1024 / 20);
      for (let index = 1_000; index < samples.length; index += 97) {
        expect(Math.abs(samples[index]! - expected(index))).toBeLessThan(20);
      }
    }
  });
});

/** A source told as arrivals: `undefined` for what never comes. */
interface Arrival {
  readonly lateMs: number;
}

describe('the playout', () => {
  const lossy = fc.array(fc.record({ lateMs: fc.integer({ min: 0, max: 1_500 }), lost: fc.boolean() }), {
    minLength: 120,
    maxLength: 200,
  });

  function play(arrivals: readonly (Arrival & { lost?: boolean })[], reconnectAt?: number) {
    const units: number[][] = [[], []];
    const audio: number[] = [];
    const emittedAt: number[] = [];
    let now = START;
    const playout = new Playout({
      ...{
        grid: GRID,
        jitterMs: JITTER_MS,
        lanes: [
          { width: 4, height: 4 },
          { width: 2, height: 2 },
        ],
      },
      onVideo: (lane, unit) => {
        units[lane]!.push(unit);
        if (lane === 1) emittedAt.push(now - unixMsOf(VIDEO, unit));
      },
      onAudio: (unit) => audio.push(unit),
      chooseFirstSegment: (nowMs) => segmentAt(GRID, nowMs) - 1,
      staircase: new Staircase({ slateAfterMs: 1_000, nextSourceAfterMs: null, giveUpAfterMs: null }, START),
      onBroken: () => undefined,
    });
    playout.beginConnection();
    const events = arrivals.flatMap(({ lateMs, lost }, index) =>
      lost ? [] : [{ at: START + index * FRAME_MS + lateMs, index }],
    );
    // A pipe keeps its order: a frame never overtakes the one before it.
    let latest = 0;
    const ordered = events.map(({ at }) => (latest = Math.max(latest, at)));
    const end = START + arrivals.length * FRAME_MS + 2_000;
    for (let next = 0; now < end; now += 5) {
      while (next < ordered.length && ordered[next]! <= now) {
        if (next === reconnectAt) playout.beginConnection();
        for (const lane of [0, 1]) playout.pushVideo(lane, new Frame(Buffer.from([next % 256])), now);
        playout.pushAudio(Buffer.alloc(1600 * BYTES_PER_SAMPLE, 1), now);
        next += 1;
      }
      playout.tick(now);
    }
    return { units, audio, emittedAt, playout, now };
  }

  const consecutive = (units: readonly number[]): boolean =>
    units.every((unit, index) => index === 0 || unit === units[index - 1]! + 1);

  it('gives every rung and the sound every house unit exactly once, in order and in time, whatever arrives', () => {
    fc.assert(
      fc.property(lossy, fc.option(fc.integer({ min: 10, max: 60 }), { nil: undefined }), (arrivals, reconnectAt) => {
        const { units, audio, emittedAt, now } = play([{ lateMs: 0 }, ...arrivals], reconnectAt);
        const first = firstUnitOf(VIDEO, segmentAt(GRID, START) - 1);
        for (const lane of units) {
          expect(lane[0]).toBe(first);
          expect(consecutive(lane)).toBe(true);
        }
        expect(units[0]).toEqual(units[1]);
        expect(audio[0]).toBe(firstUnitOf(AUDIO, segmentAt(GRID, START) - 1) - 1);
        expect(consecutive(audio)).toBe(true);
        // Up to the last due unit, and none later than its allowance, the lanes' patience and a tick.
        expect(unixMsOf(VIDEO, units[0]!.at(-1)!)).toBeGreaterThan(now - JITTER_MS - 500);
        const afterPadding = emittedAt.slice(100);
        for (const delay of afterPadding) expect(delay).toBeLessThanOrEqual(JITTER_MS + 400 + 10);
      }),
      { numRuns: 30 },
    );
  });

  it('repeats nothing when frames come on time', () => {
    const { playout } = play(Array.from({ length: 150 }, () => ({ lateMs: 0 })));
    // What is filled at the end is only the time after the last frame.
    expect(playout.counts.filledVideo).toBeLessThanOrEqual(Math.ceil(2_000 / FRAME_MS) + 1);
    expect(playout.counts.anchorMoves).toBe(0);
  });

  it('begins with the first picture in every rung, whichever gets it first', () => {
    const shown: number[][] = [[], []];
    const playout = new Playout({
      ...{
        grid: GRID,
        jitterMs: JITTER_MS,
        lanes: [
          { width: 4, height: 4 },
          { width: 2, height: 2 },
        ],
      },
      onVideo: (lane, _, { bytes }) => shown[lane]!.push(bytes[0]!),
      onAudio: () => undefined,
      chooseFirstSegment: (nowMs) => segmentAt(GRID, nowMs) - 1,
      staircase: new Staircase({ slateAfterMs: null, nextSourceAfterMs: null, giveUpAfterMs: null }, START),
      onBroken: () => undefined,
    });
    playout.beginConnection();
    playout.pushVideo(1, new Frame(Buffer.from([77])), START);
    playout.tick(START + 20);
    playout.pushVideo(0, new Frame(Buffer.from([77])), START + 25);
    expect(shown[0]!.length).toBeGreaterThan(60);
    expect(new Set(shown.flat())).toEqual(new Set([77]));
  });

  it('does not freeze for ever when everything becomes 700 ms late', () => {
    const { playout } = play(Array.from({ length: 400 }, (_, index) => ({ lateMs: index < 100 ? 0 : 700 })));
    expect(playout.counts.anchorMoves).toBeGreaterThan(0);
    expect(playout.counts.filledVideo).toBeLessThan(60 + 160);
  });
});
