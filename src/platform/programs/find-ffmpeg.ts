/** Looks for ffmpeg and ffprobe, at their age, and at what ffmpeg can encode. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Problem } from '../../engine/problem.js';
import { missingEncoders, NEEDED_ENCODERS, OLDEST_FFMPEG, parseVersion, type FfmpegVersion } from './ffmpeg-version.js';

const run = promisify(execFile);
const TIMEOUT_SECONDS = 5;

/**
 * Asks ffmpeg or ffprobe for its version. Throws `ffmpeg-missing` when it cannot be run or is something else, and
 * `ffmpeg-too-old`.
 */
export async function findFfmpeg(path: string): Promise<FfmpegVersion> {
  const found = parseVersion(await said(path, '-version'));
  if (!found) throw new Problem('ffmpeg-missing', { path, reason: 'it does not answer as ffmpeg does' });
  if (!found.recent) throw new Problem('ffmpeg-too-old', { path, version: found.version, oldest: OLDEST_FFMPEG });
  return found;
}

/** Throws `ffmpeg-missing` when it cannot be run, and `ffmpeg-incomplete` when it lacks an encoder that is needed. */
export async function findEncoders(path: string): Promise<void> {
  const missing = missingEncoders(await said(path, '-encoders'));
  if (missing.length > 0) throw new Problem('ffmpeg-incomplete', { path, missing, needed: NEEDED_ENCODERS });
}

async function said(path: string, option: string): Promise<string> {
  const { stdout } = await run(path, [option], { timeout: TIMEOUT_SECONDS * 1000 }).catch((cause: unknown) => {
    throw new Problem('ffmpeg-missing', { path, reason: reasonOf(cause) }, { cause });
  });
  return stdout;
}

function reasonOf(error: unknown): string {
  const { code, killed, message } = error as Error & { code?: string | number; killed?: boolean };
  if (code === 'ENOENT') return 'there is no such program';
  if (code === 'EACCES') return 'it may not be run';
  return killed ? `it did not answer within ${TIMEOUT_SECONDS} seconds` : message.split('\n')[0]!;
}
