/** What a server that is about to start makes of the programs it depends on. */
import { Problem } from '../../engine/problem.js';
import { problemDocument } from '../problems/problem-document.js';
import type { Settings } from '../settings/index.js';
import { findEncoders, findFfmpeg } from './find-ffmpeg.js';

export interface ProgramsFound {
  /** Whole sentences with what was found and what to do; empty when streams can run. */
  readonly faults: readonly string[];
  /** What works, but should be known of. */
  readonly warnings: readonly string[];
}

/** Asks all programs at once, so that every fault is told at once. Never rejects. */
export async function checkPrograms({
  ffmpegPath,
  ffprobePath,
}: Pick<Settings, 'ffmpegPath' | 'ffprobePath'>): Promise<ProgramsFound> {
  const [ffmpeg, ffprobe, encoders] = await Promise.allSettled([
    findFfmpeg(ffmpegPath),
    findFfmpeg(ffprobePath),
    findEncoders(ffmpegPath),
  ]);
  const faults = [
    ...faultOf('FFMPEG_PATH', ffmpeg),
    ...faultOf('FFPROBE_PATH', ffprobe),
    // A program that cannot be run, or is too old, is told of once.
    ...(ffmpeg.status === 'fulfilled' ? faultOf('FFMPEG_PATH', encoders) : []),
  ];
  const unreleased = [ffmpeg, ffprobe].filter((look) => look.status === 'fulfilled' && !look.value.release);
  const warnings = unreleased.map(
    (look) =>
      `ffmpeg ${look.status === 'fulfilled' ? look.value.version : ''} is built from between two releases: it has not been tried with this server.`,
  );
  return { faults, warnings: [...new Set(warnings)] };
}

function faultOf(setting: string, look: PromiseSettledResult<unknown>): string[] {
  if (look.status === 'fulfilled') return [];
  const { detail, remedy } = problemDocument(Problem.wrap(look.reason));
  return [`${setting}: ${detail} ${remedy}`];
}
