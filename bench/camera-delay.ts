/** From the lens to a frame's house time: the burned clock in our own media against the date the playlist gives it. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PICTURE, readCells } from './burned-clock.js';

const FPS = 30;
/** The clock is read in one frame of so many. */
const STRIDE = 5;

/** Seconds, of the frames of the newest segment in the playlist at `url`/playlist.m3u8, whose files are in `folder`. */
export async function cameraDelay(folder: string, url: string): Promise<number[]> {
  const text = await (await fetch(`${url}/playlist.m3u8`)).text();
  const { init, segment, dateMs } = newestSegment(text);
  const bytes = Buffer.concat([await readFile(join(folder, init)), await readFile(join(folder, segment))]);
  const luma = await decodeLuma(bytes);
  const frameBytes = PICTURE.width * PICTURE.height;
  const delays: number[] = [];
  for (let frame = 0; (frame + 1) * frameBytes <= luma.length; frame += STRIDE) {
    const picture = luma.subarray(frame * frameBytes, (frame + 1) * frameBytes);
    const age = readCells((x, y) => picture[y * PICTURE.width + x]!, dateMs + (frame * 1000) / FPS);
    if (age !== undefined) delays.push(age / 1000);
  }
  return delays;
}

function newestSegment(playlist: string): { init: string; segment: string; dateMs: number } {
  let [date, newest] = ['', undefined as { segment: string; date: string } | undefined];
  for (const line of playlist.split('\n')) {
    if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) date = line.slice(line.indexOf(':') + 1);
    if (/^\d+\.m4s$/.test(line)) newest = { segment: line, date };
  }
  const init = /#EXT-X-MAP:URI="([^"]+)"/.exec(playlist)?.[1];
  if (!newest || init === undefined) throw new Error('the playlist has no segment');
  return { init, segment: newest.segment, dateMs: Date.parse(newest.date) };
}

async function decodeLuma(media: Buffer): Promise<Buffer> {
  const quiet = ['-hide_banner', '-loglevel', 'error'];
  const child = spawn('ffmpeg', [...quiet, '-i', 'pipe:0', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(media);
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
