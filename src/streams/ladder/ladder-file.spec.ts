import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseLadder, pickRungs } from './ladder-file.js';

const ladder = parseLadder(readFileSync('config/ladder.yaml', 'utf8'), 'config/ladder.yaml');

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
