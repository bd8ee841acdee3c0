/** An `ffmpeg` that decodes and encodes nothing, and what its encoders say: recorded from the real one. */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  audioEncoderCommand,
  ffmpegArguments,
  videoEncoderCommand,
  type CommandPlan,
} from '../../src/engine/ffmpeg/index.js';
import { audioFor, fitLadder, type Rung } from '../../src/engine/ladder/index.js';
import { houseGrid, ratio } from '../../src/engine/timeline/index.js';

const SCRIPT = fileURLToPath(new URL('ffmpeg.pl', import.meta.url));
const GRID = houseGrid(ratio(30), 2, 0.333);
/** Whole segments: the recording is said again and again, and every segment begins with a key frame. */
const RECORDED = ['-f', 'lavfi', '-t', '10'];

export interface PretendFfmpeg {
  /** FFMPEG_PATH. */
  readonly program: string;
  remove(): Promise<void>;
}

/** Makes one for these rungs of a source of this size, at 30 frames a second in segments of two seconds. */
export async function pretendFfmpeg(
  ladder: readonly Rung[],
  source: { readonly width: number; readonly height: number },
): Promise<PretendFfmpeg> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-pretend-'));
  const program = join(folder, 'ffmpeg');
  await copyFile(SCRIPT, program);
  await chmod(program, 0o755);
  const { video } = fitLadder(ladder, source);
  for (const rendition of video) {
    const size = `${rendition.width}x${rendition.height}`;
    const encoder = videoEncoderCommand({ rendition, grid: GRID, preset: 'veryfast', threads: 1 });
    await record(encoder, `testsrc2=size=${size}:rate=30,noise=alls=12:allf=t`, join(folder, `${size}.mp4`));
  }
  await record(
    audioEncoderCommand(audioFor(ladder)),
    'sine=beep_factor=4:sample_rate=48000',
    join(folder, 'audio.mp4'),
  );
  return { program, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function record({ outputs }: CommandPlan, source: string, target: string): Promise<void> {
  const { options } = outputs[0]!;
  const plan = { inputs: [{ options: RECORDED, source }], outputs: [{ options, target }] };
  await promisify(execFile)('ffmpeg', ffmpegArguments(plan));
}
