/** A camera: a real ffmpeg that pushes a moving picture with a beep, live, to wherever it is told. */
import { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';

export interface PublisherOptions {
  /** Where to push: `rtmp://…`, `srt://…`, `tcp://…`; or `…?listen` to be pulled from. */
  readonly target: string;
  readonly size?: string;
  /** Seconds; without it, until stopped. */
  readonly seconds?: number;
  /** A lavfi graph instead of the test picture. */
  readonly picture?: string;
}

const FORMATS: Readonly<Record<string, string>> = { rtmp: 'flv', srt: 'mpegts', tcp: 'mpegts', udp: 'mpegts' };

export function publish({ target, size = '1280x720', seconds, picture }: PublisherOptions): FfmpegProcess {
  const format = FORMATS[target.split(':')[0]!] ?? 'mpegts';
  return new FfmpegProcess({
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
      ...['-re', '-f', 'lavfi', '-i', picture ?? `testsrc2=size=${size}:rate=30`],
      ...['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:beep_factor=4:sample_rate=48000'],
      ...(seconds === undefined ? [] : ['-t', `${seconds}`]),
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '30', '-b:v', '2500k'],
      ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-f', format, target],
    ],
  });
}
