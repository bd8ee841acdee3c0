import { describe, expect, it } from 'vitest';
import { TICKS_PER_SECOND, TICKS_WRAP } from '../transport/packet.js';
import { aPacket } from '../transport/testing.js';
import { Pace } from './pace.js';
import { cameraArguments, FIRST_PICTURE } from './picture.js';
import { TakeTimes } from './take-times.js';

const seconds = (count: number): number => count * TICKS_PER_SECOND;

describe('the pace of a camera', () => {
  it('is real time', () => {
    const pace = new Pace(1000, seconds(5));
    expect(pace.dueMs(seconds(7))).toBe(3000);
    expect(pace.ticksAt(3000)).toBe(seconds(7));
  });

  it('runs fast by the parts in a million it is told, from then on', () => {
    const pace = new Pace(0, 0);
    pace.setDrift(200, 10_000);
    expect(pace.dueMs(seconds(10))).toBe(10_000);
    // 1000 s later it is 200 ms ahead.
    expect(pace.ticksAt(1_010_000)).toBeCloseTo(seconds(1010.2), 3);
    pace.setDrift(0, 1_010_000);
    expect(pace.ticksAt(1_011_000)).toBeCloseTo(seconds(1011.2), 3);
  });
});

describe('the times of an encoder', () => {
  const times = new TakeTimes();
  const take = (pid: number, pts: number): number => {
    times.take(aPacket({ pid, pts }));
    return times.ticks;
  };

  it('go on with the track that is ahead, and never back', () => {
    expect(take(0x100, 0)).toBe(0);
    expect(times.goesOnIn(aPacket({ pts: 3000 }))).toBe(true);
    expect(take(0x100, 3000)).toBe(3000);
    expect(times.goesOnIn(aPacket({ pts: 1920 }))).toBe(false);
    expect(take(0x101, 1920)).toBe(3000);
    expect(take(0x101, 3840)).toBe(3840);
  });

  it('end behind the last frame of every track', () => {
    expect(times.endTicks).toBe(6000);
  });

  it('go on through a wrap', () => {
    const long = new TakeTimes();
    for (let hour = 0; hour < 30; hour += 1) long.take(aPacket({ pts: seconds(hour * 3600) % TICKS_WRAP }));
    expect(long.ticks).toBe(seconds(29 * 3600));
  });
});

describe('the encoder of a camera', () => {
  it('keeps the PID of sound when there is no picture', () => {
    const withoutPicture = cameraArguments({ ...FIRST_PICTURE, picture: false }, 3).join(' ');
    expect(withoutPicture).toContain('-streamid 0:257');
    expect(withoutPicture).not.toContain('libx264');
    expect(withoutPicture).toContain('-tables_version 3');
    expect(cameraArguments(FIRST_PICTURE, 0).join(' ')).toMatch(/-streamid 0:256 .* -streamid 1:257/);
  });
});
