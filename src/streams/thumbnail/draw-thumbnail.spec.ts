import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SegmentFormat } from '../../engine/storage/index.js';
import { drawThumbnail } from './draw-thumbnail.js';

/** Half a second of red, as a fragmented MP4 file or a transport stream. */
async function redPicture(size: string, format: SegmentFormat): Promise<Buffer> {
  const muxer = format === 'mpegts' ? ['-f', 'mpegts'] : ['-f', 'mp4', '-movflags', '+frag_keyframe+empty_moov'];
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', `color=red:size=${size}:rate=10:duration=0.5`],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', ...muxer, 'pipe:1'],
    ],
    { encoding: 'buffer' },
  );
  return stdout;
}

/** Width and height as the JPEG itself says (ITU-T T.81 B.2.2, SOF0). */
function sizeOf(jpeg: Buffer): { width: number; height: number } {
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  return { width: jpeg.readUInt16BE(frame + 7), height: jpeg.readUInt16BE(frame + 5) };
}

const terms = { ffmpegPath: 'ffmpeg', signal: new AbortController().signal };

describe.each(['fmp4', 'mpegts'] as const)('the thumbnail of a segment in %s', (format) => {
  let large: Buffer;

  beforeAll(async () => {
    large = await redPicture('640x360', format);
  });

  it('is a JPEG 320 pixels wide, in the shape of the picture', async () => {
    expect(sizeOf(await drawThumbnail([large], { ...terms, format }))).toEqual({ width: 320, height: 180 });
  });

  it('is never larger than the picture itself', async () => {
    const small = await redPicture('160x120', format);
    expect(sizeOf(await drawThumbnail([small], { ...terms, format }))).toEqual({ width: 160, height: 120 });
  });

  it('is refused with what ffmpeg said where the media is none', async () => {
    const drawing = drawThumbnail([Buffer.from('this is no media at all')], { ...terms, format });
    await expect(drawing).rejects.toMatchObject({ code: 'ffmpeg-failed', facts: { role: 'thumbnail' } });
  });

  it('is given up at once when the server stops', async () => {
    const drawing = drawThumbnail([large], { ...terms, format, signal: AbortSignal.abort() });
    await expect(drawing).rejects.toMatchObject({ code: 'ffmpeg-failed' });
  });
});
