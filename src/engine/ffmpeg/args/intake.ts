/**
 * Arguments of the intake: one decode, a cascade of scalings, raw frames of every rung and raw sound, each on a pipe
 * of its own. PURE.
 */
import { formatRatio, type Ratio } from '../../timeline/index.js';
import type { VideoRendition } from '../../ladder/index.js';
import type { CommandInput, CommandOutput, CommandPlan } from './command.js';

/** First pipe after stdin, stdout, stderr. */
export const FIRST_OUTPUT_FD = 3;

export interface IntakePlan {
  readonly inputs: readonly CommandInput[];
  readonly fps: Ratio;
  /** Tallest first; empty for an audio-only stream. */
  readonly video: readonly VideoRendition[];
  /** Which input and stream carries sound, e.g. `0:a:0`; undefined when the source has none. */
  readonly audioStream: string | undefined;
  readonly interlaced: boolean;
  /** Of the source's picture; 0 without one. */
  readonly pixelsPerSecond: number;
}

/**
 * More than this (1080p60) is not left to one core: a decoder whose threads each take a whole frame is as many frames late
 * as it has threads, nine on a server of eight cores, so it is chosen only where it is needed.
 */
const ONE_CORE_PIXELS_PER_SECOND = 1920 * 1088 * 60;

/** Video rung `i` leaves on fd 3 + i as yuv420p frames, sound on the next fd as stereo s16le at 48 kHz. */
export function intakeCommand(plan: IntakePlan): CommandPlan {
  const { video, audioStream, inputs } = plan;
  const pictures = video.map((_, index) => pictureOutput(index));
  const threads = plan.pixelsPerSecond > ONE_CORE_PIXELS_PER_SECOND ? [] : ['-thread_type', 'slice'];
  return {
    inputs: video.length > 0 ? inputs.map((input) => keepingTheGraph(input, threads)) : inputs,
    ...(video.length > 0 && { filter: videoChains(plan).join(';') }),
    outputs: [...pictures, ...(audioStream ? [soundOutput(audioStream, FIRST_OUTPUT_FD + video.length)] : [])],
  };
}

/**
 * A source that changes its size in mid-stream must not make ffmpeg build its filters anew: they would fill the time
 * from 0 again. `scale` adapts by itself.
 */
const keepingTheGraph = (input: CommandInput, threads: readonly string[]): CommandInput => ({
  ...input,
  options: ['-reinit_filter:v', '0', ...threads, ...input.options],
});

function videoChains({ video, fps, interlaced }: IntakePlan): string[] {
  // start_time=0: frame 0 is the source's time 0, as sample 0 is, whichever track begins first.
  const prepare = [...(interlaced ? ['yadif=deint=interlaced'] : []), `fps=fps=${formatRatio(fps)}:start_time=0`];
  const [tallest, ...lower] = video as [VideoRendition, ...VideoRendition[]];
  const chains = [`[0:V:0]${[...prepare, scale(tallest)].join(',')}${fork(0, lower.length > 0)}`];
  // Each rung is scaled from the one above it: a third of the cost of scaling each from the source.
  lower.forEach((rung, index) => {
    chains.push(`[s${index}]${scale(rung)}${fork(index + 1, index + 1 < lower.length)}`);
  });
  return chains;
}

const scale = ({ width, height }: VideoRendition): string =>
  `scale=${width}:${height}:flags=bicubic,setsar=1,format=yuv420p`;

const fork = (index: number, more: boolean): string => (more ? `,split[v${index}][s${index}]` : `[v${index}]`);

function pictureOutput(index: number): CommandOutput {
  const raw = ['-c:v', 'rawvideo', '-f', 'rawvideo', '-fps_mode', 'passthrough'];
  return { options: ['-map', `[v${index}]`, ...raw, ...AT_ONCE], target: `pipe:${FIRST_OUTPUT_FD + index}` };
}

/**
 * Filtered apart from the picture, so that a change of its format is no business of the picture's. (It starts the sound
 * from 0 again, which the playout sees, and connects anew.) async: stretch or pad so that sample n stays the sample at
 * n / 48000 s; first_pts=0: pad a late start with silence; flags=res: a resampler from the beginning on, because ffmpeg that
 * makes one at the first stretch starts the sound from 0 there, and pads the whole time since the beginning with silence.
 */
function soundOutput(audioStream: string, fd: number): CommandOutput {
  const filter =
    'aresample=48000:async=1000:min_hard_comp=0.1:first_pts=0:flags=res,aformat=sample_fmts=s16:channel_layouts=stereo';
  const raw = ['-c:a', 'pcm_s16le', '-f', 's16le'];
  return { options: ['-map', audioStream, '-af', filter, ...raw, ...AT_ONCE], target: `pipe:${fd}` };
}

/** A frame leaves when it is done, not when a 32 KB buffer is full. */
const AT_ONCE = ['-flush_packets', '1'];
