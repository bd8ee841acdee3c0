import { describe, expect, it } from 'vitest';
import { isMultivariant, parseMultivariant } from './multivariant.js';

const BASE = new URL('http://127.0.0.1/demo/playlist.m3u8');

describe('reading a multivariant playlist', () => {
  const text = [
    '#EXTM3U',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="French",URI="fr/playlist.m3u8"',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",DEFAULT=YES,URI="en/playlist.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=2000000,CODECS="avc1.4d401f,mp4a.40.2",AUDIO="a"',
    'high/playlist.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=900000',
    'low/playlist.m3u8',
  ].join('\r\n');

  it('gives each variant its bandwidth and its default audio', () => {
    expect(isMultivariant(text)).toBe(true);
    const variants = parseMultivariant(text, BASE);
    expect(variants.map(({ url, bandwidth, audio }) => [url.pathname, bandwidth, audio?.pathname])).toEqual([
      ['/demo/high/playlist.m3u8', 2_000_000, '/demo/en/playlist.m3u8'],
      ['/demo/low/playlist.m3u8', 900_000, undefined],
    ]);
  });

  it('refuses one without variants', () => {
    expect(() => parseMultivariant('#EXTM3U\n', BASE)).toThrow('without variants');
  });
});
