/** Looks for ffmpeg, and at its age. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Problem } from '../../engine/problem.js';

const run = promisify(execFile);
/** The oldest version whose behaviour we know. */
export const OLDEST_FFMPEG = { major: 5, minor: 1 };

/** Asks a program of the ffmpeg family for its version. Throws `ffmpeg-missing` or `ffmpeg-too-old`. */
export async function findFfmpeg(path: string): Promise<{ version: string }> {
  const { stdout } = await run(path, ['-version'], { timeout: 5_000 }).catch((cause: unknown) => {
    throw new Problem('ffmpeg-missing', { path, reason: (cause as Error).message.split('\n')[0]! }, { cause });
  });
  const version = /^\S+ version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  const numbers = /^n?(\d+)\.(\d+)/.exec(version);
  // A build from git has no number; it is newer than any release we refuse.
  if (numbers && isOlder(Number(numbers[1]), Number(numbers[2]))) {
    throw new Problem('ffmpeg-too-old', { path, version, oldest: `${OLDEST_FFMPEG.major}.${OLDEST_FFMPEG.minor}` });
  }
  return { version };
}

const isOlder = (major: number, minor: number): boolean =>
  major < OLDEST_FFMPEG.major || (major === OLDEST_FFMPEG.major && minor < OLDEST_FFMPEG.minor);
