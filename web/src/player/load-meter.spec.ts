import { describe, expect, it } from 'vitest';
import { LoadMeter } from './load-meter';

describe('the bit rate of loaded media', () => {
  it('is not known before something was loaded', () => {
    const meter = new LoadMeter();
    meter.note(900, 0);
    expect(meter.bps).toBeUndefined();
  });

  it('is bytes over the seconds of media they carry', () => {
    const meter = new LoadMeter();
    meter.note(250_000, 2);
    expect(meter.bps).toBe(1_000_000);
  });

  it('forgets what is more than four seconds of media ago', () => {
    const meter = new LoadMeter();
    for (let part = 0; part < 12; part += 1) meter.note(100_000, 1 / 3);
    for (let part = 0; part < 13; part += 1) meter.note(50_000, 1 / 3);
    expect(meter.bps).toBeCloseTo(1_200_000);
  });
});
