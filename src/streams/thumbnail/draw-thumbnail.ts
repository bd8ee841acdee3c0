/** One small JPEG of media bytes, drawn by one short-lived ffmpeg. */
import { FfmpegProcess } from '../../engine/ffmpeg/index.js';
import { Problem } from '../../engine/problem.js';
import type { SegmentFormat } from '../../engine/storage/index.js';

/** Of the longer side that matters in a list: width, in pixels. */
export const THUMBNAIL_WIDTH = 320;
/** A key frame of the smallest rendition takes milliseconds; on a machine that is overloaded, a second or two. */
const DRAWING_LIMIT_MS = 5_000;
/** Far more than one small picture needs. */
const MEMORY_LIMIT_BYTES = 512 * 1024 * 1024;

export interface DrawingOptions {
  readonly ffmpegPath: string;
  readonly format: SegmentFormat;
  /** Stops the drawing early. */
  readonly signal: AbortSignal;
}

/** The media comes by stdin and the picture goes by stdout: ffmpeg is given no name of a file to open. PURE. */
export function thumbnailArgs(format: SegmentFormat): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'error', '-threads', '1', '-protocol_whitelist', 'pipe'],
    ...['-f', format === 'mpegts' ? 'mpegts' : 'mov', '-i', 'pipe:0'],
    ...['-map', '0:v:0', '-frames:v', '1', '-vf', `scale=w='min(${THUMBNAIL_WIDTH},iw)':h=-2:flags=area`],
    ...['-c:v', 'mjpeg', '-threads', '1', '-q:v', '5', '-f', 'image2pipe', 'pipe:1'],
  ];
}

/** The first picture of `media`. Throws `ffmpeg-failed` when there is none in it, or it takes too long. */
export async function drawThumbnail(media: readonly Buffer[], options: DrawingOptions): Promise<Buffer> {
  const { ffmpegPath: program, format, signal } = options;
  const child = new FfmpegProcess({ program, args: thumbnailArgs(format), memoryLimitBytes: MEMORY_LIMIT_BYTES });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(DRAWING_LIMIT_MS)]);
  const kill = (): void => child.kill();
  limit.addEventListener('abort', kill, { once: true });
  if (limit.aborted) kill();
  const drawn: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => drawn.push(bytes));
  child.stdin.end(Buffer.concat(media));
  const { code, signal: endedBy, lastWords } = await child.exited;
  limit.removeEventListener('abort', kill);
  if (code === 0 && drawn.length > 0) return Buffer.concat(drawn);
  throw new Problem('ffmpeg-failed', { role: 'thumbnail', code, signal: endedBy, said: lastWords.slice(-3) });
}
