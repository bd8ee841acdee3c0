/** A recorded camera: a clip made once, sent again and again at its own pace, as one live MPEG-TS source after another. */
import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FfmpegProcess } from '../src/engine/ffmpeg/index.js';
import { freePort } from '../test/support/free-port.js';
import { isListening } from '../test/support/listening.js';
import { until } from '../test/support/until.js';

export interface Camera {
  /** Takes one connection. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Grain and movement: a flat test picture would make every encoder look cheap. */
const PICTURE = (size: string): string => `testsrc2=size=${size}:rate=30,noise=alls=4:allf=t`;

/** Makes ten seconds of H.264 (1 s GOP) with AAC; gives the file's path. */
export async function makeClip(size: string): Promise<string> {
  const clip = join(await mkdtemp(join(tmpdir(), 'lockstep-clip-')), 'clip.mp4');
  await promisify(execFile)('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-f', 'lavfi', '-i', PICTURE(size)],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:beep_factor=4:sample_rate=48000', '-t', '10'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-g', '30', '-bf', '0', '-b:v', '8M', '-pix_fmt', 'yuv420p'],
    ...['-c:a', 'aac', '-b:a', '128k', clip],
  ]);
  return clip;
}

/** Sends the clip in real time, for ever, to whoever connects first. */
export async function startCamera(clip: string): Promise<Camera> {
  const port = await freePort();
  const url = `tcp://127.0.0.1:${port}`;
  const sender = new FfmpegProcess({
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-re', '-stream_loop', '-1', '-i', clip],
      ...['-c', 'copy', '-f', 'mpegts', `${url}?listen`],
    ],
  });
  await until('the camera listens', () => isListening(port));
  return {
    url,
    async stop() {
      sender.kill();
      await sender.exited;
    },
  };
}
