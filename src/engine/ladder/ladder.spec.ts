import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseLadder, pickRungs } from './ladder-file.js';
import { audioFor, fitLadder } from './ladder.js';

const ladder = parseLadder(readFileSync('config/ladder.yaml', 'utf8'), 'config/ladder.yaml');
const sizes = (names: string[], width: number, height: number) =>
  fitLadder(pickRungs(ladder, names), { width, height }).video.map((rung) => `${rung.width}x${rung.height}`);

describe('the ladder file', () => {
  it('holds the five rungs with their bit rates', () => {
    expect(ladder.rungs.map(({ name, videoKbps, audioKbps }) => [name, videoKbps, audioKbps])).toEqual([
      ['1080p', 5000, 192],
      ['720p', 2800, 128],
      ['480p', 1400, 128],
      ['360p', 800, 96],
      ['240p', 400, 64],
    ]);
    expect(ladder.defaults).toEqual(['720p', '480p', '360p']);
  });

  it.each([
    ['rungs: [', 'YAML'],
    ['rungs: []\ndefault: [x]', 'rungs'],
    ['rungs: [{name: a, height: 100, video_kbps: 100}]\ndefault: [b]', 'unknown rung b'],
    [
      'rungs: [{name: a, height: 100, video_kbps: 100}, {name: a, height: 90, video_kbps: 90}]\ndefault: [a]',
      'there twice',
    ],
    ['rungs: [{name: audio, height: 100, video_kbps: 100}]\ndefault: [audio]', 'name'],
    ['rungs: [{name: a, height: 100, video_kbps: 100, colour: red}]\ndefault: [a]', 'colour'],
  ])('with %j is refused, naming the fault', (text, fault) => {
    expect(() => parseLadder(text, 'ladder.yaml')).toThrow('ladder-invalid');
    try {
      parseLadder(text, 'ladder.yaml');
    } catch (error) {
      expect((error as Error).message).toContain(fault);
    }
  });

  it('refuses an unknown quality with what is allowed', () => {
    expect(() => pickRungs(ladder, ['720p', '9000p'])).toThrow(/9000p.*1080p/);
  });
});

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
    const { video, leftOut } = fitLadder(pickRungs(ladder, ['1080p', '720p', '360p']), { width: 1280, height: 720 });
    expect([video.map(({ name }) => name), leftOut]).toEqual([['720p', '360p'], ['1080p']]);
  });

  it("keeps the lowest rung at the source's own size when all are taller", () => {
    expect(sizes(['1080p', '360p'], 320, 180)).toEqual(['320x180']);
  });

  it('never upscales, whatever the source', () => {
    const side = fc.integer({ min: 16, max: 4096 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        for (const rung of fitLadder(ladder.rungs, { width, height }).video) {
          expect(rung.width).toBeLessThanOrEqual(width + 1);
          expect(rung.height).toBeLessThanOrEqual(height + 1);
          expect([rung.width % 2, rung.height % 2]).toEqual([0, 0]);
        }
      }),
    );
  });

  it('shares one sound at the best bit rate any rung asks for', () => {
    expect(audioFor(pickRungs(ladder, ['360p', '720p'])).audioKbps).toBe(128);
  });
});
