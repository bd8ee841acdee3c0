import { describe, expect, it } from 'vitest';
import { catchUpRate, keepUp, type Position } from './catch-up';

const AT_TARGET: Position = { latency: 1, target: 1, buffer: 0.9, part: 0.333 };

describe('the rate to play at', () => {
  it.each<[string, Partial<Position>, number, number]>([
    ['is 1 at the target', {}, 1, 1],
    ['is 1 a little behind it', { latency: 1.09 }, 1, 1],
    ['is more farther behind', { latency: 1.2 }, 1, 1.06],
    ['stays more until the target is reached', { latency: 1.04 }, 1.06, 1.06],
    ['is 1 again at the target', { latency: 1.01 }, 1.06, 1],
    ['is 1 where hardly more than a part is buffered', { latency: 2, buffer: 0.55 }, 1, 1],
    ['does not eat up what is kept in hand', { latency: 2, buffer: 0.51 }, 1.06, 1],
    [
      'goes below a second of buffer where parts are short',
      { latency: 1.2, target: 0.6, buffer: 0.6, part: 0.2 },
      1,
      1.06,
    ],
    ['is 1 for somebody who watches the past', { latency: 30, buffer: 20 }, 1, 1],
    ['is 1 ahead of the target', { latency: 0.5 }, 1.06, 1],
  ])('%s', (_name, change, rate, expected) => {
    expect(catchUpRate({ ...AT_TARGET, ...change }, rate)).toBe(expected);
  });
});

describe('keeping up', () => {
  it('goes on at the speed of life when the stream has ended, and when it is let go', () => {
    const video = Object.assign(new EventTarget(), { playbackRate: 1 }) as HTMLVideoElement;
    const details = { live: true, partTarget: 0.333 };
    const letGo = keepUp({ latency: 2, targetLatency: 1, latestLevelDetails: details }, video, () => 1.8);
    const look = (): number => {
      video.dispatchEvent(new Event('timeupdate'));
      return video.playbackRate;
    };
    expect(look()).toBe(1.06);
    details.live = false;
    expect(look()).toBe(1);
    details.live = true;
    expect(look()).toBe(1.06);
    letGo();
    expect(video.playbackRate).toBe(1);
    expect(look()).toBe(1);
  });
});
