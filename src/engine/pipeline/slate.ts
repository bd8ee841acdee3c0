/** Draws a stream's slate, once: one raw picture for every rung. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ffmpegArguments, FfmpegProcess, slateCommand } from '../ffmpeg/index.js';
import type { VideoRendition } from '../ladder/index.js';
import { Frame, yuv420Bytes } from '../playout/index.js';
import { Problem } from '../problem.js';

export interface SlateOptions {
  readonly video: readonly VideoRendition[];
  readonly text: string;
  /** Path of an image file, already allowed. */
  readonly image: string | undefined;
  readonly ffmpegPath: string;
  readonly onProcess: (child: FfmpegProcess) => void;
}

/** A name no filter graph needs quotes for. */
const TEXT_FILE = 'slate.txt';

/** Rejects with `slate-failed` when it cannot be drawn: the image cannot be read, or there is no font for the words. */
export async function drawSlate({ video, text, image, ffmpegPath, onProcess }: SlateOptions): Promise<Frame[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-slate-'));
  try {
    await writeFile(join(folder, TEXT_FILE), text);
    const textFile = text === '' ? undefined : TEXT_FILE;
    const child = new FfmpegProcess({
      program: ffmpegPath,
      args: ffmpegArguments(slateCommand({ video, image, textFile })),
      extraOutputs: video.length,
      cwd: folder,
    });
    onProcess(child);
    const pictures = video.map((_, lane): Buffer[] => {
      const pieces: Buffer[] = [];
      child.output(lane).on('data', (bytes: Buffer) => pieces.push(bytes));
      return pieces;
    });
    const exit = await child.exited;
    const frames = pictures.map((pieces) => new Frame(Buffer.concat(pieces)));
    const whole = video.every(({ width, height }, lane) => frames[lane]!.bytes.length === yuv420Bytes(width, height));
    if (!whole) throw new Problem('slate-failed', { reason: `exit code ${exit.code}`, said: exit.lastWords.slice(-3) });
    return frames;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
