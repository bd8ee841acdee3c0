/** Looks for ffmpeg, and at its age. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Problem } from '../../engine/problem.js';

const run = promisify(execFile);
const TIMEOUT_SECONDS = 5;

/** The oldest version whose behaviour we know. */
export const OLDEST_FFMPEG = '5.1';
/** libavutil of that version: a build from git names its commit where a release has its number. */
const OLDEST_LIBAVUTIL = '57.28';

/**
 * Asks ffmpeg or ffprobe for its version. Throws `ffmpeg-missing` when it cannot be run or is something else, and
 * `ffmpeg-too-old`.
 */
export async function findFfmpeg(path: string): Promise<{ version: string }> {
  const { stdout } = await run(path, ['-version'], { timeout: TIMEOUT_SECONDS * 1000 }).catch((cause: unknown) => {
    throw new Problem('ffmpeg-missing', { path, reason: reasonOf(cause) }, { cause });
  });
  const found = parseVersion(stdout);
  if (!found) throw new Problem('ffmpeg-missing', { path, reason: 'it does not answer as ffmpeg does' });
  const { version, recent } = found;
  if (!recent) throw new Problem('ffmpeg-too-old', { path, version, oldest: OLDEST_FFMPEG });
  return { version };
}

/** Reads what `-version` prints; undefined when that is not from the ffmpeg family. PURE. */
export function parseVersion(printed: string): { version: string; recent: boolean } | undefined {
  const version = /^ff(?:mpeg|probe) version (\S+)/.exec(printed)?.[1];
  if (version === undefined) return undefined;
  const release = /^n?(\d+\.\d+)/.exec(version)?.[1];
  if (release !== undefined) return { version, recent: !isOlder(release, OLDEST_FFMPEG) };
  const library = /^libavutil +(\d+)\. *(\d+)/m.exec(printed);
  return { version, recent: library !== null && !isOlder(`${library[1]}.${library[2]}`, OLDEST_LIBAVUTIL) };
}

function isOlder(version: string, oldest: string): boolean {
  const [[major = 0, minor = 0], [oldestMajor = 0, oldestMinor = 0]] = [version, oldest].map((text) =>
    text.split('.').map(Number),
  ) as [number[], number[]];
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

function reasonOf(error: unknown): string {
  const { code, killed, message } = error as Error & { code?: string | number; killed?: boolean };
  if (code === 'ENOENT') return 'there is no such program';
  if (code === 'EACCES') return 'it may not be run';
  return killed ? `it did not answer within ${TIMEOUT_SECONDS} seconds` : message.split('\n')[0]!;
}
