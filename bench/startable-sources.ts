/** Cameras of every kind that are there when a stream is started. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FfmpegProcess } from '../src/engine/ffmpeg/index.js';
import { freePort } from '../test/support/free-port.js';
import { isListening } from '../test/support/listening.js';
import { publish } from '../test/support/publisher.js';
import { serveFolder } from '../test/support/serve-folder.js';
import { until } from '../test/support/until.js';

export interface StartedCamera {
  readonly url: string;
  /** The stream has been asked for: a publisher may begin to push. */
  called?(): void;
  stop(): Promise<void>;
}

export interface StartableSource {
  readonly name: string;
  begin(): Promise<StartedCamera>;
}

/** `media` is the server's MEDIA_ROOT. */
export async function sourcesToStart(media: string): Promise<readonly StartableSource[]> {
  const file = join(media, 'clip.mp4');
  await promisify(execFile)('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', ...PICTURE_AND_TONE, '-t', '30', ...ENCODING, file],
  ]);
  const still = (url: string) => (): Promise<StartedCamera> => Promise.resolve({ url, stop: () => Promise.resolve() });
  return [
    { name: 'test:', begin: still('test:?size=1280x720') },
    { name: 'file', begin: still(`file://${file}`) },
    { name: 'MPEG-TS over TCP', begin: () => waiting('tcp', '?listen') },
    { name: 'SRT', begin: () => waiting('srt', '?mode=listener') },
    { name: 'RTMP', begin: rtmp },
    { name: 'HLS pull', begin: hls },
  ];
}

const PICTURE_AND_TONE = [
  ...['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=30'],
  ...['-f', 'lavfi', '-i', 'sine=frequency=440:beep_factor=4:sample_rate=48000'],
];
const ENCODING = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '30', '-b:v', '2500k'],
  ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '96k'],
];

/** A camera that listens, and sends to the one who connects. */
async function waiting(scheme: string, listen: string): Promise<StartedCamera> {
  const port = await freePort();
  const url = `${scheme}://127.0.0.1:${port}`;
  const camera = publish({ target: `${url}${listen}` });
  await until('the camera listens', () => isListening(port));
  return { url, stop: () => ended(camera) };
}

/** A publisher that finds our listener. */
async function rtmp(): Promise<StartedCamera> {
  const port = await freePort();
  const url = `rtmp://127.0.0.1:${port}/live/camera`;
  let camera: FfmpegProcess | undefined;
  let over = false;
  return {
    url: `${url}?listen=1`,
    called() {
      void until('we listen', () => isListening(port)).then(() => {
        if (!over) camera = publish({ target: url });
      });
    },
    async stop() {
      over = true;
      if (camera) await ended(camera);
    },
  };
}

/** Somebody else's live HLS: two-second segments, four of them there. */
async function hls(): Promise<StartedCamera> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-hls-'));
  const files = await serveFolder(folder);
  const camera = new FfmpegProcess({
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-re', ...PICTURE_AND_TONE, ...ENCODING],
      ...['-f', 'hls', '-hls_time', '2', '-hls_list_size', '6', '-hls_flags', 'delete_segments'],
      join(folder, 'playlist.m3u8'),
    ],
  });
  const url = `${files.url}/playlist.m3u8`;
  await until('four segments are there', async () => {
    const text = await (await fetch(url)).text();
    return [...text.matchAll(/#EXTINF/g)].length >= 4;
  });
  return {
    url,
    async stop() {
      await ended(camera);
      await files.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ended(camera: FfmpegProcess): Promise<void> {
  camera.kill();
  await camera.exited;
}
