import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { audioFor, fitLadder } from './ladder.js';
import type { Rung } from './rendition.js';

const RUNGS: readonly Rung[] = [1080, 720, 480, 360, 240].map((height) => ({
  ...{ name: `${height}p`, height, videoKbps: 4 * height, audioKbps: height < 480 ? 96 : 128, profile: 'main' },
}));
const named = (names: string[]): readonly Rung[] => RUNGS.filter(({ name }) => names.includes(name));
const sizes = (names: string[], width: number, height: number) =>
  fitLadder(named(names), { width, height }).video.map((rung) => `${rung.width}x${rung.height}`);

describe('a fitted ladder', () => {
  it('keeps the aspect, in even sizes', () => {
    expect(sizes(['1080p', '720p', '480p', '360p', '240p'], 1920, 1080)).toEqual([
      '1920x1080',
      '1280x720',
      '854x480',
      '640x360',
      '426x240',
    ]);
    expect(sizes(['480p'], 720, 576)).toEqual(['600x480']);
  });

  it('counts the shorter side of a portrait', () => {
    expect(sizes(['720p', '360p'], 1080, 1920)).toEqual(['720x1280', '360x640']);
  });

  it('leaves out what is taller than the source, and says so', () => {
    const { video, leftOut } = fitLadder(named(['1080p', '720p', '360p']), { width: 1280, height: 720 });
    expect([video.map(({ name }) => name), leftOut]).toEqual([['720p', '360p'], ['1080p']]);
  });

  it("keeps the lowest rung at the source's own size when all are taller", () => {
    expect(sizes(['1080p', '360p'], 320, 180)).toEqual(['320x180']);
  });

  it('never upscales, whatever the source', () => {
    const side = fc.integer({ min: 16, max: 4096 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        for (const rung of fitLadder(RUNGS, { width, height }).video) {
          expect(rung.width).toBeLessThanOrEqual(width + 1);
          expect(rung.height).toBeLessThanOrEqual(height + 1);
          expect([rung.width % 2, rung.height % 2]).toEqual([0, 0]);
        }
      }),
    );
  });

  it('shares one sound at the best bit rate any rung asks for', () => {
    expect(audioFor(named(['360p', '720p'])).audioKbps).toBe(128);
  });
});
