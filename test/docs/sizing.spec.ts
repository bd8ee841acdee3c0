import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { streamCost, type MachineCosts } from '../../src/engine/capacity/index.js';
import { audioFor, fitLadder } from '../../src/engine/ladder/index.js';
import { parseLadder, pickRungs } from '../../src/streams/ladder/index.js';
import { pageText } from './markdown.js';

/** What was measured on the machine the page speaks of, in processor seconds. */
const COSTS: MachineCosts = {
  ...{ encodeFrame: 0.000074, encodeMegapixel: 0.0111, decodeMegapixel: 0.0031 },
  ...{ scaleMegapixel: 0.00082, soundSecond: 0.0245 },
};

/** The defaults: two windows of ten segments and two, and the parts of eight; two seconds each. */
const SECONDS_ON_DISK = (2 * 10 + 2 + 8) * 2;

const ladder = parseLadder(pageText(join('config', 'ladder.yaml')), 'config/ladder.yaml');

/** Rows of the first table: source, qualities, fps, cores, encoders, kbit/s, disk. */
const rows = pageText('docs/sizing.md')
  .split('\n')
  .map((line) => line.split('|').map((text) => text.trim()))
  .filter((cells) => cells.length === 9 && /^\d+p$/.test(cells[1]!))
  .map(([, source, qualities, fps, cores, encoders, kbps, disk]) => ({
    ...{ source: Number.parseInt(source!), qualities: qualities!.split(', '), fps: Number(fps) },
    told: { cores: cores!, encoders: encoders!, kbps: kbps!, disk: disk! },
  }));

describe('the table of docs/sizing.md', () => {
  it('has rows', () => {
    expect(rows.length).toBeGreaterThanOrEqual(8);
  });

  it.each(rows)('tells what $qualities of $source lines at $fps fps need', ({ source, qualities, fps, told }) => {
    const size = { width: Math.round((source * 16) / 9), height: source };
    const rungs = pickRungs(ladder, qualities);
    const { video } = fitLadder(rungs, size);
    const cost = streamCost({ pictures: video, fps, source: { ...size, fps }, formats: 1 }, COSTS);
    const kbps = video.reduce((sum, { videoKbps }) => sum + videoKbps, audioFor(rungs).audioKbps);
    expect(told).toEqual({
      ...{ cores: cost.total.toFixed(2), encoders: cost.encoders.toFixed(2) },
      ...{ kbps: `${kbps}`, disk: `${Math.round((kbps * 125 * SECONDS_ON_DISK) / 1e6)} MB` },
    });
  });
});
