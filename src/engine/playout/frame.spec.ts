import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { blackFrame, Frame, FrameFiller } from './frame.js';
import { Lane } from './lane.js';

/** Puts bytes where the filler wants them, as a pipe would. */
function fill(filler: FrameFiller, bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const copied = bytes.copy(filler.room, 0, at);
    const frame = filler.took(copied);
    if (frame) frames.push(frame);
    at += copied;
  }
  return frames;
}

describe('a frame filler', () => {
  it('gives the same frames however the bytes arrive', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const bytes = Buffer.from(Array.from({ length: total }, (_, index) => index % 251));
        const filler = new FrameFiller(24);
        let at = 0;
        const frames = sizes.flatMap((size) => fill(filler, bytes.subarray(at, (at += size))));
        expect(frames).toHaveLength(Math.floor(total / 24));
        expect(Buffer.concat(frames.map((frame) => frame.bytes)).equals(bytes.subarray(0, frames.length * 24))).toBe(
          true,
        );
      }),
    );
  });

  it('uses the memory of a frame again when the last of its users has released it, and no sooner', () => {
    const filler = new FrameFiller(2);
    const [first] = fill(filler, Buffer.from([1, 2]));
    first!.keep();
    first!.release();
    const [second] = fill(filler, Buffer.from([3, 4]));
    fill(filler, Buffer.from([5, 6]));
    expect([...first!.bytes]).toEqual([1, 2]);
    first!.release();
    second!.release();
    const reused = fill(filler, Buffer.from([7, 8, 9, 10, 11, 12])).map(({ bytes }) => bytes.buffer);
    expect(reused).toContain(first!.bytes.buffer);
    expect(reused).toContain(second!.bytes.buffer);
  });

  it('keeps no more free memory than a second needs', () => {
    const filler = new FrameFiller(1);
    const frames = fill(filler, Buffer.alloc(200));
    const memory = new Set(frames.map(({ bytes }) => bytes.buffer));
    for (const frame of frames) frame.release();
    const reused = fill(filler, Buffer.alloc(200)).filter(({ bytes }) => memory.has(bytes.buffer));
    expect(reused.length).toBeGreaterThan(10);
    expect(reused.length).toBeLessThan(40);
  });
});

describe('a lane', () => {
  /** A frame that tells how often it was given back. */
  function counted(): { readonly frame: Frame; readonly given: () => number } {
    const giveBack = vi.fn();
    return { frame: new Frame(Buffer.alloc(1), giveBack), given: () => giveBack.mock.calls.length };
  }

  it('gives every frame back once: when another is shown, when it was never shown, when its connection ends', () => {
    const frames = Array.from({ length: 5 }, counted);
    const lane = new Lane(blackFrame(2, 2), () => undefined);
    for (const { frame } of frames.slice(0, 4)) lane.arrive(frame);
    const show = (unit: number, sourceFrame: number): void => {
      lane.assign({ unit, filling: { sourceFrame }, giveUpAtMs: 100 });
      lane.advance(0);
    };
    const given = (): number[] => frames.map((frame) => frame.given());
    show(1, 0);
    show(2, 0);
    expect(given()).toEqual([0, 0, 0, 0, 0]);
    show(3, 2);
    expect(given()).toEqual([1, 1, 0, 0, 0]);
    lane.restart();
    // What is shown stays: it may have to be repeated.
    expect(given()).toEqual([1, 1, 0, 1, 0]);
    lane.arrive(frames[4]!.frame);
    show(4, 0);
    expect(given()).toEqual([1, 1, 1, 1, 0]);
  });

  it('leaves a frame to whoever keeps it', () => {
    const { frame, given } = counted();
    const kept: Frame[] = [];
    const lane = new Lane(blackFrame(2, 2), (_, shown) => kept.push(shown.keep()));
    lane.arrive(frame);
    lane.assign({ unit: 1, filling: { sourceFrame: 0 }, giveUpAtMs: 100 });
    lane.advance(0);
    lane.arrive(counted().frame);
    lane.assign({ unit: 2, filling: { sourceFrame: 1 }, giveUpAtMs: 100 });
    lane.advance(0);
    expect(given()).toBe(0);
    kept[0]!.release();
    expect(given()).toBe(1);
  });
});
