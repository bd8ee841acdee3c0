/** Arguments of the tap: opens a one-connection source and copies it, unchanged, to stdout. PURE. */
import { SELF_CONTAINED, type Source } from '../source.js';
import type { CommandPlan } from './command.js';

/** NUT carries every codec ffmpeg knows and hands on each packet at once. `V`: cover art is not a picture. */
const PACKETS = [
  ...['-map', '0:V:0?', '-map', '0:a:0?', '-c', 'copy', '-f', 'nut'],
  // A track that falls silent must not hold the other back (ffmpeg would wait ten seconds), and neither must one that
  // comes in bites, as sound does in MPEG-TS.
  ...['-max_interleave_delta', '20000', '-flush_packets', '1'],
];
const BYTES = ['-map', '0', '-c', 'copy', '-f', 'data', '-flush_packets', '1'];

export function tapCommand(source: Source): CommandPlan {
  const options = source.tap === 'bytes' ? BYTES : PACKETS;
  return {
    inputs: [{ options: source.inputOptions, source: source.input }],
    outputs: [{ options, target: 'pipe:1' }],
  };
}

/** How the probe and the decoder read packets that a tap wrote: the header says it all, so next to nothing is analysed. */
export const TAPPED_PACKETS_OPTIONS: readonly string[] = [
  ...['-protocol_whitelist', 'pipe', '-probesize', '1000000', '-analyzeduration', '500000'],
  // Six frames tell a rate as well as ffmpeg's twenty do, half a second sooner.
  ...['-fpsprobesize', '6'],
  ...['-f', 'nut'],
];

/**
 * How the bytes that a tap passed on are read: so many of them are looked at. (ffmpeg looks at MPEG-TS for as long as it is
 * allowed to, however soon it knows everything.)
 */
export const tappedBytesOptions = (bytes: number): readonly string[] => [
  ...['-protocol_whitelist', 'pipe', '-format_whitelist', SELF_CONTAINED, '-fflags', '+genpts'],
  ...['-probesize', `${Math.max(32, Math.round(bytes))}`, '-analyzeduration', '60000000', '-fpsprobesize', '6'],
];

/**
 * Of the bytes that are there when it starts, what a decoder looks at before it decodes. It counts them without what the
 * container adds, which is most of a thin MPEG-TS: with all of them it would wait for more.
 */
export const DECODER_LOOKS_AT = 1 / 3;
