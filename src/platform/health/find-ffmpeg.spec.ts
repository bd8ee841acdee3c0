import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg, parseVersion } from './find-ffmpeg.js';

describe('looking for ffmpeg', () => {
  let folder: string;
  /** A program that prints a text and ends. */
  const aProgram = async (name: string, text: string, mode = 0o755): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\nprintf '%s\\n' '${text}'\n`, { mode });
    return path;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-programs-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('tells the version of a program that is new enough', async () => {
    const path = await aProgram('good', 'ffmpeg version 7.1.5-0+deb13u1 Copyright (c) the FFmpeg developers');
    expect(await findFfmpeg(path)).toEqual({ version: '7.1.5-0+deb13u1' });
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
    ['may not be run', () => aProgram('locked', 'ffmpeg version 7.1', 0o644), 'it may not be run'],
    ['is something else', () => aProgram('other', 'hello'), 'it does not answer as ffmpeg does'],
  ])('says so when the program %s', async (_what, make, reason) => {
    const path = await make();
    await expect(findFfmpeg(path)).rejects.toMatchObject({ code: 'ffmpeg-missing', facts: { path, reason } });
  });

  it.each([
    ['ffmpeg version 5.1.9-0+deb12u1 Copyright', true],
    ['ffmpeg version 5.0.3 Copyright', false],
    ['ffmpeg version n6.0 Copyright', true],
    ['ffmpeg version 10.0 Copyright', true],
    ['ffmpeg version N-111111-g0123abc Copyright\nlibavutil      58. 29.100 / 58. 29.100', true],
    ['ffmpeg version git-2021-01-01 Copyright\nlibavutil      56. 70.100 / 56. 70.100', false],
  ])('knows by "%s" whether it is new enough', (printed, recent) => {
    expect(parseVersion(printed)?.recent).toBe(recent);
  });
});
