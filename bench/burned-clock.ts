/**
 * A picture that carries the time it was drawn: sixteen black or white cells along its top edge, read back from the
 * screen. Gray code, so that a cell caught while it changes is off by one step and no more.
 */
import { FfmpegProcess } from '../src/engine/ffmpeg/index.js';

export const CELLS = 16;
/** One step of the burned clock. */
export const STEP_MS = 10;
const CELL = 40;
export const PICTURE = { width: CELLS * CELL, height: 360 };

/**
 * A lavfi graph: plain ground with the cells drawn by the wall clock, frame by frame, and a tone. It keeps the pace by
 * itself: ffmpeg's `-re` reads up to eight frames ahead and holds them back, and they would be drawn before their time.
 */
function burnedClockGraph(): string {
  const steps = `floor(time(0)*${1000 / STEP_MS})`;
  const cells = Array.from({ length: CELLS }, (_, bit) => {
    // Bit `b` of the Gray code of n is bit b + 1 of n + 2^b; the topmost is the number's own, or every other round would read backwards.
    const isTopmost = bit === CELLS - 1;
    const isWhite = `mod(floor((${steps}+${isTopmost ? 0 : 2 ** bit})/${2 ** (isTopmost ? bit : bit + 1)}),2)`;
    return `drawbox=x=${bit * CELL}:y=0:w=${CELL}:h=${CELL * 2}:color=white:t=fill:enable='${isWhite}'`;
  });
  const picture = [`color=c=black:size=${PICTURE.width}x${PICTURE.height}:rate=30`, 'realtime', ...cells].join(',');
  return `${picture}[out0];sine=frequency=440:sample_rate=48000,arealtime[out1]`;
}

export const burnedClockInput = (): string[] => ['-f', 'lavfi', '-i', burnedClockGraph()];

/** A camera that films the clock: `target` is where it pushes to, or where it waits (`?listen`, `mode=listener`). */
export function filmClock(target: string): FfmpegProcess {
  return new FfmpegProcess({
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', ...burnedClockInput()],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '30', '-b:v', '2500k'],
      ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '96k', '-ac', '2'],
      ...['-f', target.startsWith('rtmp:') ? 'flv' : 'mpegts', target],
    ],
  });
}

const WRAP_MS = 2 ** CELLS * STEP_MS;

/**
 * Age in ms, at the instant `atMs` (Unix), of a picture whose brightness at a point `luma` gives; undefined while a cell
 * is in between.
 */
export function readCells(luma: (x: number, y: number) => number, atMs: number): number | undefined {
  let gray = 0;
  for (let bit = 0; bit < CELLS; bit += 1) {
    const brightness = luma(bit * CELL + CELL / 2, CELL);
    if (brightness > 80 && brightness < 170) return undefined;
    if (brightness >= 170) gray |= 1 << bit;
  }
  let steps = 0;
  for (let rest = gray; rest; rest >>= 1) steps ^= rest;
  return ((((atMs % WRAP_MS) - steps * STEP_MS) % WRAP_MS) + WRAP_MS) % WRAP_MS;
}

/**
 * JavaScript for a page: `window.readBurnedClock(video)` gives the age of the picture on the screen in milliseconds, or
 * null while the cells cannot be read.
 */
export const READER = `{
  const [CELLS, CELL, STEP_MS, WRAP_MS] = ${JSON.stringify([CELLS, CELL, STEP_MS, WRAP_MS])};
  const readCells = ${readCells.toString()};
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = ${JSON.stringify([PICTURE.width, PICTURE.height])};
  const context = canvas.getContext('2d', { willReadFrequently: true });
  window.readBurnedClock = (video) => {
    if (!video.videoWidth) return null;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const now = Date.now();
    return readCells((x, y) => context.getImageData(x, y, 1, 1).data[0], now) ?? null;
  };
}`;
