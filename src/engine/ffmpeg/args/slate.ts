/** Arguments that draw the slate, once, in every rung's size: raw frames, each on a pipe of its own. PURE. */
import type { VideoRendition } from '../../ladder/index.js';
import type { CommandPlan } from './command.js';
import { FIRST_OUTPUT_FD } from './intake.js';

export interface SlatePlan {
  /** Sizes to draw it in, tallest first. */
  readonly video: readonly Pick<VideoRendition, 'width' | 'height'>[];
  /** An image file (PNG, JPEG, WebP); fitted into the picture. Otherwise a dark ground. */
  readonly image: string | undefined;
  /** File, in the process's working directory, that holds the words to write across it; undefined for none. */
  readonly textFile: string | undefined;
}

const GROUND = '0x14181f';

/** Rung `i` leaves on fd 3 + i as one yuv420p frame. */
export function slateCommand({ video, image, textFile }: SlatePlan): CommandPlan {
  const words = textFile
    ? `,drawtext=font=sans:textfile=${textFile}:expansion=none:fontcolor=white:fontsize=h/14:x=(w-text_w)/2:y=(h-text_h)/2`
    : '';
  const labels = video.map((_, index) => `[i${index}]`).join('');
  const sizes = video.map(({ width, height }, index) => {
    const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
    return `[i${index}]${fit},pad=${width}:${height}:-1:-1:color=${GROUND}${words},setsar=1,format=yuv420p[o${index}]`;
  });
  const [{ width, height }] = video as [SlatePlan['video'][number]];
  return {
    // image2 with a plain name reads pictures and nothing else: no playlist, no script, no pattern.
    inputs: image
      ? [{ options: ['-protocol_whitelist', 'file', '-f', 'image2', '-pattern_type', 'none'], source: image }]
      : [{ options: ['-f', 'lavfi'], source: `color=c=${GROUND}:s=${width}x${height}` }],
    filter: [`[0:v]split=${video.length}${labels}`, ...sizes].join(';'),
    outputs: video.map((_, index) => ({
      options: ['-map', `[o${index}]`, '-frames:v', '1', '-f', 'rawvideo'],
      target: `pipe:${FIRST_OUTPUT_FD + index}`,
    })),
  };
}
