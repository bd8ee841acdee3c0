/** What an engineer would run without us: the same decode, scaling and x264 settings, written as HLS by ffmpeg itself. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { encoderThreads } from '../src/engine/capacity/index.js';
import { intakeCommand, videoEncoderCommand } from '../src/engine/ffmpeg/index.js';
import { fitLadder, type Rung, type VideoRendition } from '../src/engine/ladder/index.js';
import { houseGrid, ratio } from '../src/engine/timeline/index.js';

const GRID = houseGrid(ratio(30), 2, 0.333);
const SOURCE = { width: 1920, height: 1080 };

/** As config/ladder.yaml has it. */
export const LADDER: readonly Rung[] = [
  { name: '1080p', height: 1080, videoKbps: 5000, audioKbps: 192, profile: 'high' },
  { name: '720p', height: 720, videoKbps: 2800, audioKbps: 128, profile: 'main' },
  { name: '480p', height: 480, videoKbps: 1400, audioKbps: 128, profile: 'main' },
  { name: '360p', height: 360, videoKbps: 800, audioKbps: 96, profile: 'baseline' },
  { name: '240p', height: 240, videoKbps: 400, audioKbps: 64, profile: 'baseline' },
];

const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
const AUDIO = ['-map', '0:a:0', '-c:a', 'aac', '-b:a', '192k', '-ac', '2', '-ar', '48000'];

/** One process: one decode, a cascade of scalings, every encoder. */
export function oneForAll(urls: readonly string[], folder: string, qualities: readonly string[]): string[][] {
  const video = rungs(qualities);
  const source = { inputs: [], fps: ratio(30), audioStream: undefined, interlaced: false, pixelsPerSecond: 0 };
  const { filter } = intakeCommand({ ...source, video });
  const outputs = video.flatMap((rendition, index) => [
    ...['-map', `[v${index}]`, ...encoding(rendition, threadsInOne(rendition)), ...hls(folder, rendition.name)],
  ]);
  return [[...QUIET, '-i', urls[0]!, '-filter_complex', filter!, ...outputs, ...AUDIO, ...hls(folder, 'audio')]];
}

/** A process for each rung, each with a connection and a decoder of its own. */
export function everyRungOnItsOwn(urls: readonly string[], folder: string, qualities: readonly string[]): string[][] {
  return rungs(qualities).map((rendition, index) => [
    ...[
      ...QUIET,
      '-i',
      urls[index]!,
      '-map',
      '0:v:0',
      '-vf',
      scaling(rendition),
      ...encoding(rendition, threadsAlone(rendition)),
    ],
    ...hls(folder, rendition.name),
    ...(index === 0 ? [...AUDIO, ...hls(folder, 'audio')] : []),
  ]);
}

const rungs = (qualities: readonly string[]): readonly VideoRendition[] =>
  fitLadder(
    LADDER.filter(({ name }) => qualities.includes(name)),
    SOURCE,
  ).video;

const scaling = ({ width, height }: VideoRendition): string =>
  `fps=30,scale=${width}:${height}:flags=bicubic,setsar=1,format=yuv420p`;

/** ffmpeg encodes one rung after the other, frame by frame: with one thread each it does not keep pace. */
const threadsInOne = ({ height }: VideoRendition): number => (height >= 720 ? Math.min(4, availableParallelism()) : 1);

/** As we have it. */
const threadsAlone = (rendition: VideoRendition): number =>
  encoderThreads({ ...rendition, fps: 30 }, 'veryfast', availableParallelism());

/** Our own encoder's options, without what is about its pipes and its container. */
function encoding(rendition: VideoRendition, threads: number): string[] {
  const [output] = videoEncoderCommand({ rendition, grid: GRID, preset: 'veryfast', threads }).outputs;
  const { options } = output!;
  return options.slice(options.indexOf('-fps_mode'), options.indexOf('-video_track_timescale'));
}

const hls = (folder: string, name: string): string[] => [
  ...['-f', 'hls', '-hls_time', '2', '-hls_list_size', '10', '-hls_flags', 'delete_segments'],
  ...['-hls_segment_type', 'fmp4', '-hls_fmp4_init_filename', `${name}-init.mp4`],
  ...['-hls_segment_filename', join(folder, `${name}-%d.m4s`), join(folder, `${name}.m3u8`)],
];
