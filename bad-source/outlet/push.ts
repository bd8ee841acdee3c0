/** Pushes to a far end with an ffmpeg, which is started again whenever it ends. */
import { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import { MOST_BYTES_WAITING, type Outlet } from './outlet.js';

/** A far end that is not there yet is asked this often. */
const RETRY_MS = 500;

export class Push implements Outlet {
  private ffmpeg: FfmpegProcess | undefined;
  private retry: NodeJS.Timeout | undefined;
  private isRefused = false;

  /** `greeting` is what each new connection gets first. */
  constructor(
    readonly url: string,
    private readonly greeting: () => readonly Buffer[],
  ) {
    this.connect();
  }

  get connections(): number {
    return this.ffmpeg ? 1 : 0;
  }

  write(bytes: Buffer): void {
    if (!this.ffmpeg) return;
    if (this.ffmpeg.stdin.writableLength > MOST_BYTES_WAITING) this.ffmpeg.kill();
    else this.ffmpeg.stdin.write(bytes);
  }

  refuse(): void {
    this.isRefused = true;
    clearTimeout(this.retry);
    this.ffmpeg?.kill();
    this.ffmpeg = undefined;
  }

  accept(): void {
    if (!this.isRefused) return;
    this.isRefused = false;
    this.connect();
  }

  async stop(): Promise<void> {
    const { ffmpeg } = this;
    this.refuse();
    await ffmpeg?.exited;
  }

  private connect(): void {
    const ffmpeg = new FfmpegProcess({ program: 'ffmpeg', args: pushArguments(this.url) });
    this.ffmpeg = ffmpeg;
    for (const bytes of this.greeting()) ffmpeg.stdin.write(bytes);
    void ffmpeg.exited.then(() => {
      if (this.ffmpeg !== ffmpeg) return;
      this.ffmpeg = undefined;
      this.retry = setTimeout(() => this.connect(), RETRY_MS);
    });
  }
}

/**
 * RTMP carries FLV, so the transport stream is taken apart and what only it can have is lost. Everything else gets its
 * bytes as they are, faults and all: to ffmpeg they are raw data. PURE.
 */
export function pushArguments(url: string): string[] {
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
  if (/^rtmps?:/.test(url)) {
    const input = ['-copyts', '-fflags', '+genpts', '-probesize', '500000', '-analyzeduration', '1000000'];
    return [...quiet, ...input, '-f', 'mpegts', '-i', 'pipe:0', '-c', 'copy', '-flush_packets', '1', '-f', 'flv', url];
  }
  // Seven packets of 188 bytes are what SRT and UDP carry at once.
  const raw = ['-f', 'data', '-raw_packet_size', '1316', '-i', 'pipe:0'];
  return [...quiet, ...raw, '-map', '0', '-c', 'copy', '-flush_packets', '1', '-f', 'data', url];
}
