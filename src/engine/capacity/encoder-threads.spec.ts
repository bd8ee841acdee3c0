import { describe, expect, it } from 'vitest';
import { encoderThreads } from './encoder-threads.js';

const picture = (height: number, fps: number) => ({ width: (height * 16) / 9, height, fps });

describe('threads of an encoder', () => {
  it.each([
    [240, 30, 'veryfast', 1],
    [720, 60, 'veryfast', 1],
    [1080, 30, 'veryfast', 1],
    [1080, 60, 'veryfast', 2],
    [2160, 30, 'veryfast', 4],
    [1080, 30, 'medium', 4],
    [240, 30, 'slow', 1],
  ])('of %ip at %i frames a second and %s: %i, what a slow machine needs', (height, fps, preset, threads) => {
    expect(encoderThreads(picture(height, fps), preset, 16)).toBe(threads);
  });

  it('are never more than there are cores, and always one', () => {
    expect(encoderThreads(picture(2160, 60), 'veryfast', 2)).toBe(2);
    expect(encoderThreads(picture(90, 5), 'ultrafast', 1)).toBe(1);
  });
});
