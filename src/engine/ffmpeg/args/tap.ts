/** Arguments of the tap: opens a one-connection source and copies it, unchanged, to stdout. PURE. */
import type { Source } from '../source.js';
import type { CommandPlan } from './command.js';

/** NUT carries every codec ffmpeg knows and hands on each packet at once. `V`: cover art is not a picture. */
export function tapCommand(source: Source): CommandPlan {
  return {
    inputs: [{ options: source.inputOptions, source: source.input }],
    outputs: [
      {
        options: [
          ...['-map', '0:V:0?', '-map', '0:a:0?', '-c', 'copy', '-f', 'nut'],
          // A track that falls silent must not hold the other back (ffmpeg would wait ten seconds), and neither must one that
          // comes in bites, as sound does in MPEG-TS.
          ...['-max_interleave_delta', '20000', '-flush_packets', '1'],
        ],
        target: 'pipe:1',
      },
    ],
  };
}

/** How the probe and the decoder read what a tap wrote: the header says it all, so next to nothing is analysed. */
export const TAPPED_INPUT_OPTIONS: readonly string[] = [
  ...['-protocol_whitelist', 'pipe', '-probesize', '1000000', '-analyzeduration', '500000'],
  // Six frames tell a rate as well as ffmpeg's twenty do, half a second sooner.
  ...['-fpsprobesize', '6'],
  ...['-f', 'nut'],
];
