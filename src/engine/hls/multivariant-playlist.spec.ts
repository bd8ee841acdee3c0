import { describe, expect, it } from 'vitest';
import { aPresentation } from '../timeline/testing.js';
import { renderMultivariantPlaylist } from './multivariant-playlist.js';

describe('the multivariant playlist', () => {
  it('offers every video rendition with the sound as one group', () => {
    expect(renderMultivariantPlaylist(aPresentation({ renditions: ['720p', '480p', 'audio'] }))).toBe(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:6',
        '#EXT-X-INDEPENDENT-SEGMENTS',
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Audio",LANGUAGE="und",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/playlist.m3u8"',
        '#EXT-X-STREAM-INF:BANDWIDTH=3020000,AVERAGE-BANDWIDTH=2718000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=30.000,AUDIO="audio",CLOSED-CAPTIONS=NONE',
        '720p/playlist.m3u8',
        '#EXT-X-STREAM-INF:BANDWIDTH=2060000,AVERAGE-BANDWIDTH=1854000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=854x480,FRAME-RATE=30.000,AUDIO="audio",CLOSED-CAPTIONS=NONE',
        '480p/playlist.m3u8',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['24000/1001', '23.976'],
    ['25', '25.000'],
    ['30000/1001', '29.970'],
    ['60000/1001', '59.940'],
  ])('rounds %s frames per second to three places', (fps, text) => {
    expect(renderMultivariantPlaylist(aPresentation({ fps }))).toContain(`FRAME-RATE=${text}`);
  });

  it('of a silent stream names no sound at all', () => {
    const text = renderMultivariantPlaylist(aPresentation({ renditions: ['720p'] }));
    expect(text).not.toMatch(/EXT-X-MEDIA|AUDIO|mp4a/);
    expect(text).toContain('BANDWIDTH=2880000,AVERAGE-BANDWIDTH=2592000,CODECS="avc1.64001f",RESOLUTION=1280x720');
  });

  it('of sound alone has the sound as its variant', () => {
    expect(renderMultivariantPlaylist(aPresentation({ renditions: ['audio'] }))).toBe(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:6',
        '#EXT-X-INDEPENDENT-SEGMENTS',
        '#EXT-X-STREAM-INF:BANDWIDTH=140000,AVERAGE-BANDWIDTH=126000,CODECS="mp4a.40.2",CLOSED-CAPTIONS=NONE',
        'audio/playlist.m3u8',
        '',
      ].join('\n'),
    );
  });

  it('refuses to print a name that could not be read back', () => {
    const view = aPresentation();
    const broken = view.renditions.map((rendition) => ({ ...rendition, name: 'a"b' }));
    expect(() => renderMultivariantPlaylist({ ...view, renditions: broken })).toThrow('not a quoted-string');
  });
});
