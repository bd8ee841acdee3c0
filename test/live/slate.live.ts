/** The slate as ffmpeg really draws it: in every rung's size, words readable, an image fitted, a wrong file told. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSlate } from '../../src/engine/pipeline/slate.js';

const SIZES = [
  { width: 640, height: 360 },
  { width: 426, height: 240 },
];
const video = SIZES.map((size, index) => ({
  ...({ kind: 'video', name: `rung${index}`, videoKbps: 500, profile: 'main', ...size } as const),
}));
const DARK = 40;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-slate-test-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const draw = async (text: string, image?: string): Promise<Buffer[]> => {
  const frames = await drawSlate({ video, text, image, ffmpegPath: 'ffmpeg', onProcess: () => undefined });
  return frames.map(({ bytes }) => bytes);
};

/** Share of the brightness samples above `level`. */
function share(frame: Buffer, { width, height }: (typeof SIZES)[number], level: number): number {
  const brightness = frame.subarray(0, width * height);
  return brightness.filter((value) => value > level).length / brightness.length;
}

describe('a slate', () => {
  it('is a whole picture for every rung, dark, with its words on it', async () => {
    const frames = await draw('Back soon');
    SIZES.forEach((size, lane) => {
      expect(frames[lane]).toHaveLength((size.width * size.height * 3) / 2);
      expect(share(frames[lane]!, size, 150)).toBeGreaterThan(0.001);
      expect(share(frames[lane]!, size, DARK)).toBeLessThan(0.1);
    });
  });

  it.each(["it's 100 % :[odd]; %{localtime} \\n", ''])('takes the words as they are: %j', async (text) => {
    const [frame] = await draw(text);
    expect(share(frame!, SIZES[0]!, 200) > 0).toBe(text !== '');
  });

  it('fits an image into the picture, without stretching it', async () => {
    const image = join(folder, 'a white 100% square.png');
    spawnSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'color=c=white:s=200x200', '-frames:v', '1', image]);
    const [frame] = await draw('', image);
    // As high as the picture, and as wide: 360 of 640.
    expect(share(frame!, SIZES[0]!, 200)).toBeCloseTo(360 / 640, 1);
  });

  it('is refused, with the reason, where the image is none', async () => {
    const image = join(folder, 'not-an-image.png');
    await writeFile(image, 'ffconcat version 1.0\nfile /etc/hostname\n');
    await expect(draw('', image)).rejects.toMatchObject({ code: 'slate-failed' });
  });
});
