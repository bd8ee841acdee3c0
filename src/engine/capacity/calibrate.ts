/**
 * Measures what encoding, decoding, scaling and sound cost on this machine, by running the very commands that streams
 * run on a short moving picture. Processor time counts, not the clock on the wall: a busy machine does not lie.
 */
import { availableParallelism } from 'node:os';
import { audioEncoderCommand, ffmpegArguments, intakeCommand, videoEncoderCommand } from '../ffmpeg/index.js';
import type { VideoRendition } from '../ladder/index.js';
import { houseGrid, ratio } from '../timeline/index.js';
import { presetFactor } from './built-in-costs.js';
import { megapixels, scaledMegapixels, type MachineCosts } from './cost.js';
import { encoderThreads } from './encoder-threads.js';
import { measuredRun, type MeasuredRun, type MeasuredRunOptions } from './measured-run.js';

export interface CalibrateOptions {
  readonly ffmpegPath: string;
  /** x264 preset. */
  readonly preset: string;
  readonly signal: AbortSignal;
}

/** Processor seconds that all runs together may take. */
export const CALIBRATION_BUDGET_SECONDS = 4;

const FPS = 30;
const GRID = houseGrid(ratio(FPS), 2, 1 / 3);
const LARGE = rendition('large', 1280, 720, 2800, 'main');
const SMALL = rendition('small', 426, 240, 400, 'baseline');
/** A ladder long enough for its scaling to stand out from the decoding. */
const CASCADE = [LARGE, rendition('480p', 854, 480, 1400, 'main'), rendition('360p', 640, 360, 800, 'baseline'), SMALL];
/** Frames of a clip; played forwards and backwards in turn, so that the motion never jumps. */
const CLIP_FRAMES = 12;
const SOUND_SECONDS = 8;

/** Two to three seconds of processor time at veryfast. Throws `calibration-failed`. */
export async function calibrate(options: CalibrateOptions): Promise<MachineCosts> {
  const run = withinBudget(options);
  const smallClip = await drawClip(run, SMALL);
  const largeClip = await drawClip(run, LARGE);
  const frames = framesToEncode(options.preset);
  const small = await encode(run, options.preset, SMALL, backAndForth(smallClip, frames * 2));
  const large = await encode(run, options.preset, LARGE, backAndForth(largeClip, frames));
  const decoded = await takeIn(run, large.output, [LARGE]);
  const scaled = await takeIn(run, large.output, CASCADE);
  const sound = await run({
    args: ffmpegArguments(audioEncoderCommand({ kind: 'audio', name: 'audio', audioKbps: 128 })),
    input: noise(SOUND_SECONDS),
  });
  return {
    ...lineThrough(
      { megapixels: megapixels(SMALL), seconds: small.cpuSeconds / (frames * 2) },
      { megapixels: megapixels(LARGE), seconds: large.cpuSeconds / frames },
    ),
    decodeMegapixel: atLeast(decoded.cpuSeconds / (frames * megapixels(LARGE))),
    scaleMegapixel: atLeast((scaled.cpuSeconds - decoded.cpuSeconds) / (frames * scaledMegapixels(LARGE, CASCADE))),
    soundSecond: atLeast(sound.cpuSeconds / SOUND_SECONDS),
  };
}

interface FrameCost {
  readonly megapixels: number;
  /** Processor time of one frame. */
  readonly seconds: number;
}

/** Splits what two sizes cost into what every frame costs and what every megapixel costs. PURE. */
export function lineThrough(small: FrameCost, large: FrameCost): Pick<MachineCosts, 'encodeFrame' | 'encodeMegapixel'> {
  const slope = (large.seconds - small.seconds) / (large.megapixels - small.megapixels);
  const perFrame = small.seconds - slope * small.megapixels;
  if (slope > 0 && perFrame >= 0) return { encodeFrame: perFrame, encodeMegapixel: slope };
  // Measuring error has swallowed the difference: then the large picture alone tells.
  return { encodeFrame: 0, encodeMegapixel: atLeast(large.seconds / large.megapixels) };
}

type Run = (job: Pick<MeasuredRunOptions, 'args' | 'input' | 'extraOutputs'>) => Promise<MeasuredRun>;

/** Every run may take what the ones before it have left. */
function withinBudget({ ffmpegPath, signal }: CalibrateOptions): Run {
  let left = CALIBRATION_BUDGET_SECONDS;
  return async (job) => {
    const done = await measuredRun({ program: ffmpegPath, ...job, cpuLimitSeconds: left, signal });
    left -= done.cpuSeconds;
    return done;
  };
}

/** Raw frames of a picture with motion and coarse grain: as dear as live pictures get, where a clean test picture is cheap. */
async function drawClip(run: Run, { width, height }: VideoRendition): Promise<Buffer[]> {
  const graph = `testsrc2=size=${width}x${height}:rate=${FPS},noise=alls=12:allf=t`;
  const output = {
    options: ['-frames:v', `${CLIP_FRAMES}`, '-pix_fmt', 'yuv420p', '-f', 'rawvideo'],
    target: 'pipe:1',
  };
  const plan = { inputs: [{ options: ['-f', 'lavfi'], source: graph }], outputs: [output] };
  const { output: raw } = await run({ args: ffmpegArguments(plan) });
  const frameBytes = (width * height * 3) / 2;
  return Array.from({ length: CLIP_FRAMES }, (_, index) => raw.subarray(index * frameBytes, (index + 1) * frameBytes));
}

function encode(run: Run, preset: string, size: VideoRendition, input: Iterable<Buffer>): Promise<MeasuredRun> {
  const threads = encoderThreads({ ...size, fps: FPS }, preset, availableParallelism());
  return run({ args: ffmpegArguments(videoEncoderCommand({ rendition: size, grid: GRID, preset, threads })), input });
}

/** Decodes what was encoded and scales it as an intake does. */
function takeIn(run: Run, source: Buffer, video: readonly VideoRendition[]): Promise<MeasuredRun> {
  const plan = intakeCommand({
    inputs: [{ options: ['-f', 'mp4'], source: 'pipe:0' }],
    ...{ fps: GRID.fps, video, audioStream: undefined, interlaced: false, pixelsPerSecond: 0 },
  });
  return run({ args: ffmpegArguments(plan), input: [source], extraOutputs: video.length });
}

/** Slow presets are measured on fewer frames: the time they take tells as much. */
const framesToEncode = (preset: string): number => Math.max(10, Math.min(60, Math.round(60 / presetFactor(preset))));

function* backAndForth(clip: readonly Buffer[], count: number): Generator<Buffer> {
  const turn = 2 * (clip.length - 1);
  for (let index = 0; index < count; index += 1) {
    const place = index % turn;
    yield clip[Math.min(place, turn - place)]!;
  }
}

/** Stereo noise, a second at a time: silence would cost nothing. The same in every run. */
function* noise(seconds: number): Generator<Buffer> {
  const samples = new Int16Array(2 * 48_000);
  let state = 1;
  for (let index = 0; index < samples.length; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    samples[index] = (state >> 16) - 16_384;
  }
  const second = Buffer.from(samples.buffer);
  for (let index = 0; index < seconds; index += 1) yield second;
}

/** Nothing is free, whatever a short run says. */
const atLeast = (seconds: number): number => Math.max(1e-5, seconds);

function rendition(
  name: string,
  width: number,
  height: number,
  videoKbps: number,
  profile: VideoRendition['profile'],
): VideoRendition {
  return { kind: 'video', name, width, height, videoKbps, profile };
}
