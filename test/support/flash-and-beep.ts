/**
 * A clapperboard: once a second one white picture, and with it, to the sample, a beep. Where the two are found again in
 * decoded media tells how far picture and sound have drifted apart on the way.
 */
import { spawnSync } from 'node:child_process';
import { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';

const SAMPLE_RATE = 48_000;
const BEEP_SECONDS = 0.1;
/** Silence this long comes before every beep, so what follows it is an onset. */
const QUIET_SAMPLES = 0.3 * SAMPLE_RATE;
/** A quarter of full scale: well below the beep (0.8), well above what AAC smears ahead of it. */
const LOUD = 0.25 * 32_768;
const BRIGHT = 128;
/** Pictures are looked at this small. */
const THUMBNAIL = 8;

/** Pushes the clapperboard live as MPEG-TS, H.264 and AAC, to `srt://…` or `tcp://…`. */
export function publishFlashAndBeep(target: string, fps: number): FfmpegProcess {
  const flash = `drawbox=t=fill:color=white:enable='eq(mod(n,${fps}),0)'`;
  const beep = `if(lt(mod(t,1),${BEEP_SECONDS}),0.8*sin(2000*PI*t),0)`;
  return new FfmpegProcess({
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
      ...['-re', '-f', 'lavfi', '-i', `color=c=black:size=426x240:rate=${fps},${flash}`],
      ...['-re', '-f', 'lavfi', '-i', `aevalsrc=exprs='${beep}':sample_rate=${SAMPLE_RATE}`],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', `${fps}`, '-pix_fmt', 'yuv420p'],
      ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-f', 'mpegts', target],
    ],
  });
}

/** Consecutive segments of one rendition, as they were fetched. */
export interface FetchedTrack {
  readonly init: Buffer;
  readonly segments: readonly Buffer[];
  /** Presentation time of the first sample of the first segment, seconds, by whatever clock is looked at. */
  readonly startsAt: number;
}

/** When the picture turned white, in seconds: the start of each first bright frame. */
export function flashTimes({ init, segments, startsAt }: FetchedTrack, fps: number): number[] {
  const size = ['-vf', `scale=${THUMBNAIL}:${THUMBNAIL}:flags=area,format=gray`];
  const pixels = decode(init, segments, [...size, '-fps_mode', 'passthrough', '-f', 'rawvideo']);
  const frames = pixels.length / THUMBNAIL ** 2;
  const brightness = Array.from({ length: frames }, (_, frame) =>
    mean(pixels.subarray(frame * THUMBNAIL ** 2, (frame + 1) * THUMBNAIL ** 2)),
  );
  const isOnset = (frame: number): boolean => brightness[frame]! > BRIGHT && (brightness[frame - 1] ?? 255) <= BRIGHT;
  return brightness.flatMap((_, frame) => (isOnset(frame) ? [startsAt + frame / fps] : []));
}

/** When the beeps began, in seconds, to the sample. */
export function beepTimes({ init, segments, startsAt }: FetchedTrack): number[] {
  const bytes = decode(init, segments, ['-ac', '1', '-f', 's16le']);
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 2));
  const onsets: number[] = [];
  let loudBefore = 0;
  samples.forEach((sample, index) => {
    if (Math.abs(sample) < LOUD) return;
    if (index - loudBefore > QUIET_SAMPLES) onsets.push(startsAt + index / SAMPLE_RATE);
    loudBefore = index;
  });
  return onsets;
}

/** Decode time of a segment's first sample, in ticks: its first `tfdt` (ISO/IEC 14496-12 8.8.12, version 1). */
export function firstDecodeTime(segment: Buffer): number {
  const at = segment.indexOf('tfdt');
  if (at < 0 || segment[at + 4] !== 1) throw new Error('the segment has no 64-bit tfdt');
  return Number(segment.readBigUInt64BE(at + 8));
}

/**
 * How late each flash's beep is, in seconds (negative: early). A flash whose beep lies outside of the media, at either
 * end, is left out; one without a beep within half a second counts as half a second.
 */
export function soundDelays(flashes: readonly number[], beeps: readonly number[]): number[] {
  const [first = 0, last = 0] = [beeps[0], beeps.at(-1)];
  return flashes
    .filter((flash) => flash > first - 0.5 && flash < last + 0.5)
    .map((flash) =>
      beeps.map((beep) => beep - flash).reduce((best, delay) => (Math.abs(delay) < Math.abs(best) ? delay : best), 0.5),
    );
}

function decode(init: Buffer, segments: readonly Buffer[], output: readonly string[]): Buffer {
  const input = Buffer.concat([init, ...segments]);
  const args = ['-v', 'error', '-f', 'mp4', '-i', 'pipe:0', ...output, 'pipe:1'];
  const { status, stdout, stderr } = spawnSync('ffmpeg', args, { input, maxBuffer: 256 * 1024 * 1024 });
  if (status !== 0 || stderr.length > 0) throw new Error(`ffmpeg could not decode: ${stderr.toString()}`);
  return stdout;
}

const mean = (bytes: Buffer): number => bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
