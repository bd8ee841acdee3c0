/** What our low-latency encoder settings cost in picture quality, at one bit rate, on three kinds of scene. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { videoEncoderCommand } from '../../src/engine/ffmpeg/index.js';
import type { VideoRendition } from '../../src/engine/ladder/index.js';
import { houseGrid, ratio } from '../../src/engine/timeline/index.js';
import { median, type Row, type Scenario } from '../report.js';

const run = promisify(execFile);

const SECONDS = 10;
const SIZE = '1280x720';
const RENDITION: VideoRendition = {
  ...{ kind: 'video', name: '720p', width: 1280, height: 720, videoKbps: 2800, profile: 'main' },
};

/** Synthetic, so that anybody has the same: pictures that move, that are full of detail, and that are cut. */
const SCENES: Readonly<Record<string, string>> = {
  motion: `testsrc2=size=${SIZE}:rate=30,scroll=horizontal=0.01:vertical=0.004`,
  detail: `mandelbrot=size=${SIZE}:rate=30:maxiter=400,noise=alls=6:allf=t`,
  cuts: `testsrc2=size=${SIZE}:rate=30[a];mandelbrot=size=${SIZE}:rate=30[b];[a][b]overlay=enable='lt(mod(t,3),1.5)'`,
};

/** Each way: x264 options at the same bit rate. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  ours: ourEncoding(),
  'ours, preset superfast': withValue(ourEncoding(), '-preset', 'superfast'),
  'ours, preset faster': withValue(ourEncoding(), '-preset', 'faster'),
  'ours, in two slices': withValue(ourEncoding(), '-threads', '2'),
  'ours, a buffer of two seconds': withValue(ourEncoding(), '-bufsize', `${RENDITION.videoKbps * 2}k`),
  'veryfast defaults': ['-c:v', 'libx264', '-preset', 'veryfast', '-b:v', `${RENDITION.videoKbps}k`, '-g', '60'],
};

const scenario: Scenario = {
  about: `SSIM in dB (10 is 0.9 of the source, 20 is 0.99), frame by frame, of ${SECONDS} s of 720p30 at ${RENDITION.videoKbps} kbit/s on three synthetic scenes: our settings (veryfast, zerolatency, one closed GOP a segment, a buffer of one second, one slice), one of them changed at a time, and x264 veryfast as it comes (B frames, look-ahead). CPU: to encode it, the drawing of the scene included.`,
  async run(progress) {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-quality-'));
    try {
      const rows: Row[] = [];
      for (const [scene, graph] of Object.entries(SCENES)) {
        for (const [way, options] of Object.entries(WAYS)) {
          progress(`${scene}: ${way}`);
          rows.push(await judge(`${scene}, ${way}`, graph, options, folder));
        }
      }
      return rows;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export default scenario;

async function judge(name: string, graph: string, options: readonly string[], folder: string): Promise<Row> {
  const file = join(folder, 'picture.mp4');
  const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error'];
  const scene = ['-f', 'lavfi', '-i', graph];
  const { stderr } = await run('ffmpeg', [
    ...['-hide_banner', '-nostdin', '-loglevel', 'info', '-benchmark', '-y', ...scene],
    ...['-t', `${SECONDS}`, '-pix_fmt', 'yuv420p', ...options, file],
  ]);
  const cpuSeconds = [...stderr.matchAll(/[us]time=([\d.]+)s/g)].reduce((sum, [, seconds]) => sum + Number(seconds), 0);
  // The scene is drawn again to compare with: it is the same whenever it is drawn.
  const compare =
    '[0:v]format=yuv420p,split[s][p];[1:v]split[a][b];[a][s]ssim=stats_file=-:shortest=1[x];[b][p]psnr=stats_file=-:shortest=1[y]';
  const { stdout } = await run(
    'ffmpeg',
    [
      ...quiet,
      ...scene,
      '-i',
      file,
      '-lavfi',
      compare,
      '-map',
      '[x]',
      '-map',
      '[y]',
      '-t',
      `${SECONDS}`,
      '-f',
      'null',
      '-',
    ],
    { maxBuffer: 1 << 26 },
  );
  const values = (pattern: RegExp): number[] => [...stdout.matchAll(pattern)].map(([, value]) => Number(value));
  const [samples, psnr] = [values(/ All:[\d.]+ \(([\d.]+)\)/g), values(/psnr_avg:([\d.]+)/g)];
  if (samples.length === 0 || psnr.length === 0) throw new Error('ffmpeg compared nothing');
  const kbps = ((await stat(file)).size * 8) / SECONDS / 1000;
  const note = [
    `${kbps.toFixed(0)} kbit/s`,
    `worst ${Math.min(...samples).toFixed(2)} dB`,
    `PSNR ${median(psnr).toFixed(2)} dB`,
    `${cpuSeconds.toFixed(1)} CPU s`,
  ].join(', ');
  return { name, unit: 'dB', samples, note };
}

function ourEncoding(): string[] {
  const grid = houseGrid(ratio(30), 2, 0.333);
  const [output] = videoEncoderCommand({ rendition: RENDITION, grid, preset: 'veryfast', threads: 1 }).outputs;
  const { options } = output!;
  return options.slice(options.indexOf('-c:v'), options.indexOf('-video_track_timescale'));
}

function withValue(options: readonly string[], name: string, value: string): string[] {
  const at = options.indexOf(name) + 1;
  return options.map((option, index) => (index === at ? value : option));
}
