import { describe, expect, it } from 'vitest';
import { AUDIO_INIT, VIDEO_INIT } from '../packager/testing.js';
import { aacFrameTicks, adtsHeader, readAacConfig } from './adts.js';

/** The header of the product's sound, with another AudioSpecificConfig of the same length or shorter. */
function initSaying(config: string): Buffer {
  const init = Buffer.from(AUDIO_INIT);
  // DecoderSpecificInfo with a length in four bytes: 05 80 80 80 05, then the configuration.
  const at = init.indexOf(Buffer.from('0580808005', 'hex')) + 5;
  init.write(config, at, 'hex');
  return init;
}

describe('the sound of a CMAF header', () => {
  it('is AAC-LC, 48 kHz, stereo, as the encoder of the house says', () => {
    expect(readAacConfig(AUDIO_INIT)).toEqual({ timescale: 48_000, objectType: 2, samplingIndex: 3, channels: 2 });
  });

  it('is the AAC-LC core when SBR is announced, for ADTS leaves SBR to the decoder', () => {
    // 5 bits SBR, 24 kHz, stereo, extension 48 kHz, 5 bits AAC-LC
    expect(readAacConfig(initSaying('2b118800'))).toMatchObject({ objectType: 2, samplingIndex: 6, channels: 2 });
  });

  it.each([
    ['an explicit sampling rate', '1780'],
    ['960 samples a frame', '1194'],
    ['channels told by an element in the stream', '1180'],
    ['ALS', 'f89f'],
  ])('is refused with %s, for which ADTS has no words', (_, config) => {
    expect(() => readAacConfig(initSaying(config))).toThrow(RangeError);
  });

  it('is not looked for in a picture', () => {
    expect(() => readAacConfig(VIDEO_INIT)).toThrow(/this is video/);
  });
});

describe('an ADTS header', () => {
  const stereo = { timescale: 48_000, objectType: 2, samplingIndex: 3, channels: 2 };

  it('says the configuration and the length of its frame', () => {
    expect(adtsHeader(stereo, 364).toString('hex')).toBe('fff14c802e7ffc');
    expect(adtsHeader({ ...stereo, channels: 6, samplingIndex: 4 }, 8184).toString('hex')).toBe('fff15183fffffc');
  });

  it('is refused to a frame longer than it can say', () => {
    expect(() => adtsHeader(stereo, 8185)).toThrow(RangeError);
  });

  it('begins a frame of 1024 samples', () => {
    expect(aacFrameTicks(stereo)).toBe(1920);
    expect(aacFrameTicks({ ...stereo, samplingIndex: 4 })).toBeCloseTo(2089.8, 1);
  });
});
