/** Reads what programs of the ffmpeg family say of themselves. PURE. */

/** The oldest version whose behaviour we know. */
export const OLDEST_FFMPEG = '5.1';
/** libavutil of that version: a build from git names its commit where a release has its number. */
const OLDEST_LIBAVUTIL = '57.28';

/** An encoder that streams cannot do without. */
export const NEEDED_ENCODERS = ['libx264', 'aac'] as const;

export interface FfmpegVersion {
  /** As the program tells it: `5.1.9-0+deb12u1`, `n7.1`, `N-113007-g8d24a28d06`. */
  readonly version: string;
  /** A release has a number; what is built from git between two of them has not. */
  readonly release: boolean;
  readonly recent: boolean;
}

/**
 * Reads what `-version` prints; undefined when that is not from the ffmpeg family. A build without a number is judged by
 * its libavutil, and taken for recent when it does not tell even that.
 */
export function parseVersion(printed: string): FfmpegVersion | undefined {
  const version = /^ff(?:mpeg|probe) version (\S+)/m.exec(printed)?.[1];
  if (version === undefined) return undefined;
  // 5.1.9-0+deb12u1, 7:5.1.9-0ubuntu1, n7.1, v7.1, 8: a number, whatever is put before or behind it.
  const number = /^(?:\d+:)?[nv]?(\d{1,3}(?:\.\d+)*)(?![0-9a-z.])/i.exec(version)?.[1];
  if (number !== undefined) return { version, release: true, recent: !isOlder(number, OLDEST_FFMPEG) };
  const library = /^libavutil +(\d+)\. *(\d+)/m.exec(printed);
  const recent = library === null || !isOlder(`${library[1]}.${library[2]}`, OLDEST_LIBAVUTIL);
  return { version, release: false, recent };
}

/** Which of the needed encoders the output of `-encoders` does not list. */
export function missingEncoders(printed: string): string[] {
  // A row is six flags, the name, and a description: ` V....D libx264  libx264 H.264 / AVC …`.
  const listed = new Set([...printed.matchAll(/^ *[VAS][A-Z.]{5} (\S+) /gm)].map(([, name]) => name));
  return NEEDED_ENCODERS.filter((name) => !listed.has(name));
}

function isOlder(version: string, oldest: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldest.split('.').map(Number);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
