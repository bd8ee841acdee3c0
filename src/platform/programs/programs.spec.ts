import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPrograms } from './check-programs.js';
import { findFfmpeg } from './find-ffmpeg.js';

const COMPLETE = ' V....D libx264  libx264 H.264\n A....D aac  AAC';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-programs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A program that prints one text for -version and another for -encoders. */
const aProgram = async (name: string, version: string, { encoders = COMPLETE, mode = 0o755 } = {}): Promise<string> => {
  const path = join(folder, name);
  const answers = `case "$1" in -encoders) printf '%s\\n' '${encoders}';; *) printf '%s\\n' '${version}';; esac`;
  await writeFile(path, `#!/bin/sh\n${answers}\n`, { mode });
  return path;
};

describe('looking for ffmpeg', () => {
  it('tells the version of a program that is new enough', async () => {
    const path = await aProgram('good', 'ffmpeg version 7.1.5-0+deb13u1 Copyright (c) the FFmpeg developers');
    expect(await findFfmpeg(path)).toMatchObject({ version: '7.1.5-0+deb13u1' });
  });

  it('refuses one that is too old, naming both versions', async () => {
    const path = await aProgram('old', 'ffprobe version 4.4.2-0ubuntu0 Copyright (c) the FFmpeg developers');
    await expect(findFfmpeg(path)).rejects.toMatchObject({
      code: 'ffmpeg-too-old',
      facts: { path, version: '4.4.2-0ubuntu0', oldest: '5.1' },
    });
  });

  it.each([
    ['is not there', () => Promise.resolve(join(folder, 'none')), 'there is no such program'],
    ['may not be run', () => aProgram('locked', 'ffmpeg version 7.1', { mode: 0o644 }), 'it may not be run'],
    ['is something else', () => aProgram('other', 'hello'), 'it does not answer as ffmpeg does'],
  ])('says so when the program %s', async (_what, make, reason) => {
    const path = await make();
    await expect(findFfmpeg(path)).rejects.toMatchObject({ code: 'ffmpeg-missing', facts: { path, reason } });
  });
});

describe('the programs before a start', () => {
  it('are in order when both are new enough and ffmpeg can encode', async () => {
    const ffmpegPath = await aProgram('ffmpeg', 'ffmpeg version 5.1.9-0+deb12u1 Copyright');
    const ffprobePath = await aProgram('ffprobe', 'ffprobe version 5.1.9-0+deb12u1 Copyright');
    expect(await checkPrograms({ ffmpegPath, ffprobePath })).toEqual({ faults: [], warnings: [] });
  });

  it('are told of together, each with what was found and what to do', async () => {
    const ffmpegPath = await aProgram('ffmpeg-4', 'ffmpeg version 4.4.2 Copyright', { encoders: '' });
    const { faults } = await checkPrograms({ ffmpegPath, ffprobePath: join(folder, 'none') });
    expect(faults).toEqual([
      expect.stringMatching(/^FFMPEG_PATH: .*4\.4\.2.*5\.1.*Install ffmpeg 5\.1 or later/),
      expect.stringMatching(/^FFPROBE_PATH: .*none.*there is no such program.*Install ffmpeg 5\.1 or later/),
    ]);
  });

  it('are refused when ffmpeg cannot make H.264, naming what it lacks', async () => {
    const encoders = ' V....D libopenh264  OpenH264\n A....D aac  AAC';
    const ffmpegPath = await aProgram('ffmpeg-lgpl', 'ffmpeg version 6.1 Copyright', { encoders });
    const { faults } = await checkPrograms({ ffmpegPath, ffprobePath: ffmpegPath });
    expect(faults).toEqual([expect.stringMatching(/^FFMPEG_PATH: .*missing is libx264;.*libx264 and the AAC encoder/)]);
  });

  it('may be built from git, with a warning that says so once', async () => {
    const ffmpegPath = await aProgram('ffmpeg-git', 'ffmpeg version N-113007-g8d24a28d06 Copyright');
    const found = await checkPrograms({ ffmpegPath, ffprobePath: ffmpegPath });
    expect(found).toEqual({ faults: [], warnings: [expect.stringContaining('N-113007-g8d24a28d06')] });
  });
});
