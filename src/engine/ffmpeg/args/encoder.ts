/** Arguments of an encoder: raw frames on stdin, fragmented MP4 with one frame per fragment on stdout. PURE. */
import { formatRatio, segmentSeconds, type HouseGrid, AUDIO_SAMPLE_RATE } from '../../timeline/index.js';
import type { AudioRendition, VideoRendition } from '../../ladder/index.js';
import { videoTrack } from '../../timeline/index.js';
import type { CommandPlan } from './command.js';

/** Raw input needs no probing: the first frame may be encoded as soon as it is here. */
const RAW_INPUT = ['-probesize', '32', '-analyzeduration', '0', '-protocol_whitelist', 'pipe'];

/**
 * cmaf: signed offsets and no edit list; frag_every_frame: the packager regroups; skip_trailer: no mfra box at the end.
 * bitexact keeps program versions out of the header, so the same settings give the same init segment.
 */
const FRAGMENTED_MP4 = [
  ...['-f', 'mp4', '-movflags', '+cmaf+frag_every_frame+skip_trailer+frag_discont'],
  ...['-fflags', '+bitexact', '-flush_packets', '1'],
];

export interface VideoEncoding {
  readonly rendition: VideoRendition;
  readonly grid: HouseGrid;
  /** x264 preset. */
  readonly preset: string;
  readonly threads: number;
}

/**
 * How much the coder may save up and spend at once, in seconds of its bit rate: half a segment, so that no segment
 * exceeds the bit rate by more than half, and what a playlist promises (BANDWIDTH, Apple 1.29) holds from the first one on.
 */
const vbvSeconds = (grid: HouseGrid): number => Math.min(1, segmentSeconds(grid) / 2);

/** H.264, no B frames, no look-ahead, one closed GOP per segment: a frame in is a frame out. */
export function videoEncoderCommand({ rendition, grid, preset, threads }: VideoEncoding): CommandPlan {
  const { width, height, videoKbps, profile } = rendition;
  const gop = `${grid.framesPerSegment}`;
  const rate = formatRatio(grid.fps);
  return {
    inputs: [
      {
        options: [
          ...RAW_INPUT,
          '-f',
          'rawvideo',
          '-pix_fmt',
          'yuv420p',
          '-video_size',
          `${width}x${height}`,
          '-framerate',
          rate,
        ],
        source: 'pipe:0',
      },
    ],
    outputs: [
      {
        options: [
          ...[
            '-map',
            '0:v:0',
            '-fps_mode',
            'passthrough',
            '-c:v',
            'libx264',
            '-preset',
            preset,
            '-tune',
            'zerolatency',
          ],
          ...['-profile:v', profile, '-threads', `${threads}`, '-flags:v', '+bitexact'],
          // sc_threshold 0: a scene cut must not move the next IDR off the segment boundary.
          ...['-g', gop, '-keyint_min', gop, '-sc_threshold', '0'],
          ...['-b:v', `${videoKbps}k`, '-maxrate', `${videoKbps}k`],
          ...['-bufsize', `${Math.round(videoKbps * vbvSeconds(grid))}k`],
          ...['-video_track_timescale', `${videoTrack(grid).timescale}`, ...FRAGMENTED_MP4],
        ],
        target: 'pipe:1',
      },
    ],
  };
}

/** AAC-LC stereo, one AAC frame per fragment. The first packet is priming; the packager drops it. */
export function audioEncoderCommand(rendition: AudioRendition): CommandPlan {
  return {
    inputs: [{ options: [...RAW_INPUT, '-f', 's16le', '-ar', `${AUDIO_SAMPLE_RATE}`, '-ac', '2'], source: 'pipe:0' }],
    outputs: [
      {
        options: [
          ...['-map', '0:a:0', '-c:a', 'aac', '-b:a', `${rendition.audioKbps}k`, '-flags:a', '+bitexact'],
          ...FRAGMENTED_MP4,
        ],
        target: 'pipe:1',
      },
    ],
  };
}
