/** What was measured on this machine, kept on disk: good for as long as what it depends on is the same. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { MachineCosts } from '../../engine/capacity/index.js';

/** What the costs depend on: where one of these differs, they are measured again. */
export interface CalibrationKey {
  readonly cpuModel: string;
  readonly cores: number;
  readonly ffmpegVersion: string;
  /** x264 preset. */
  readonly preset: string;
}

export interface Calibration {
  readonly key: CalibrationKey;
  /** Unix ms. */
  readonly measuredAtMs: number;
  readonly costs: MachineCosts;
}

/** Raised whenever what is measured, or how, changes: older files are then measured again. */
const FORMAT = 1;

const cost = z.number().positive().finite();
const fileSchema = z.object({
  format: z.literal(FORMAT),
  key: z.object({ cpuModel: z.string(), cores: z.number(), ffmpegVersion: z.string(), preset: z.string() }),
  measuredAtMs: z.number(),
  costs: z.object({
    encodeFrame: z.number().nonnegative().finite(),
    ...{ encodeMegapixel: cost, decodeMegapixel: cost, scaleMegapixel: cost, soundSecond: cost },
  }),
});

/** What the file has for this key; undefined when it is not there, damaged, or of another machine, program or preset. */
export async function readCalibration(file: string, key: CalibrationKey): Promise<Calibration | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const parsed = fileSchema.safeParse(text === undefined ? undefined : fromJson(text));
  return parsed.success && sameKey(parsed.data.key, key) ? parsed.data : undefined;
}

/** Replaces the file in one step: whoever reads it finds the old one or the new one, whole. */
export async function writeCalibration(file: string, calibration: Calibration): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.new`;
  await writeFile(temporary, `${JSON.stringify({ format: FORMAT, ...calibration }, null, 2)}\n`);
  await rename(temporary, file);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A damaged file is measured again, like one that is not there.
  }
}

function sameKey(a: CalibrationKey, b: CalibrationKey): boolean {
  return (
    a.cpuModel === b.cpuModel && a.cores === b.cores && a.ffmpegVersion === b.ffmpegVersion && a.preset === b.preset
  );
}
