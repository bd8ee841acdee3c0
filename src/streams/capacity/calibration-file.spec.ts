import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCalibration, writeCalibration, type Calibration } from './calibration-file.js';

const CALIBRATION: Calibration = {
  key: { cpuModel: 'Some CPU', cores: 2, ffmpegVersion: '5.1.9', preset: 'veryfast' },
  measuredAtMs: 1_700_000_000_000,
  costs: {
    ...{ encodeFrame: 0.001, encodeMegapixel: 0.01 },
    ...{ decodeMegapixel: 0.004, scaleMegapixel: 0.002, soundSecond: 0.02 },
  },
};

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-calibration-'));
  file = join(folder, 'data', 'calibration.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the calibration on file', () => {
  it('is what was measured last, in one whole file', async () => {
    await writeCalibration(file, { ...CALIBRATION, measuredAtMs: 1 });
    await writeCalibration(file, CALIBRATION);
    expect(await readCalibration(file, CALIBRATION.key)).toMatchObject(CALIBRATION);
    expect(await readdir(join(folder, 'data'))).toEqual(['calibration.json']);
  });

  it.each([
    ['another processor', { cpuModel: 'Other CPU' }],
    ['another number of cores', { cores: 1.5 }],
    ['another ffmpeg', { ffmpegVersion: '7.1' }],
    ['another preset', { preset: 'faster' }],
  ])('does not count for %s', async (_what, change) => {
    await writeCalibration(file, CALIBRATION);
    expect(await readCalibration(file, { ...CALIBRATION.key, ...change })).toBeUndefined();
  });

  it('does not count when it is not there', async () => {
    expect(await readCalibration(file, CALIBRATION.key)).toBeUndefined();
  });

  it.each([
    ['was cut off', (text: string) => text.slice(0, text.length / 2)],
    ['is empty', () => ''],
    ['is of another format', (text: string) => text.replace('"format": 1', '"format": 999')],
    ['has an impossible cost', (text: string) => text.replace('"encodeMegapixel": 0.01', '"encodeMegapixel": -1')],
    ['lacks a cost', (text: string) => text.replace('"soundSecond"', '"sound"')],
  ])('does not count when it %s', async (_what, damage) => {
    await writeCalibration(file, CALIBRATION);
    const damaged = damage(await readFile(file, 'utf8'));
    await writeFile(file, damaged);
    expect(await readCalibration(file, CALIBRATION.key)).toBeUndefined();
  });
});
