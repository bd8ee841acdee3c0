/**
 * A picture that carries the time it was drawn: sixteen black or white cells along its top edge, read back from the
 * screen. Gray code, so that a cell caught while it changes is off by one step and no more.
 */

export const CELLS = 16;
/** One step of the burned clock. */
export const STEP_MS = 10;
const CELL = 40;
export const PICTURE = { width: CELLS * CELL, height: 360 };

/** A lavfi graph: grey noise-free ground with the cells drawn by the wall clock, frame by frame. */
export function burnedClockPicture(): string {
  const steps = `floor(time(0)*${1000 / STEP_MS})`;
  const cells = Array.from({ length: CELLS }, (_, bit) => {
    // Bit `b` of the Gray code of n is bit b + 1 of n + 2^b.
    const isWhite = `mod(floor((${steps}+${2 ** bit})/${2 ** (bit + 1)}),2)`;
    return `drawbox=x=${bit * CELL}:y=0:w=${CELL}:h=${CELL * 2}:color=white:t=fill:enable='${isWhite}'`;
  });
  return [`color=c=black:size=${PICTURE.width}x${PICTURE.height}:rate=30`, ...cells].join(',');
}

/**
 * JavaScript for the page: `window.readBurnedClock(video)` gives the age of the picture on the screen in milliseconds,
 * or null while the cells cannot be read.
 */
export const READER = `
  window.readBurnedClock = (video) => {
    const canvas = (window.burnedClockCanvas ??= document.createElement('canvas'));
    if (!video.videoWidth) return null;
    canvas.width = ${PICTURE.width};
    canvas.height = ${PICTURE.height};
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const now = Date.now();
    let gray = 0;
    for (let bit = 0; bit < ${CELLS}; bit += 1) {
      const [red] = context.getImageData(bit * ${CELL} + ${CELL / 2}, ${CELL}, 1, 1).data;
      if (red > 80 && red < 170) return null;
      if (red >= 170) gray |= 1 << bit;
    }
    let steps = 0;
    for (let rest = gray; rest; rest >>= 1) steps ^= rest;
    const wrap = ${2 ** CELLS * STEP_MS};
    return (((now % wrap) - steps * ${STEP_MS}) % wrap + wrap) % wrap;
  };
`;
