import { describe, expect, it } from 'vitest';
import { publicWords } from './public-words.js';

const clean = publicWords([
  'rtmp://operator:hunter22@media.example.com/live/k3y-0f-the-camera',
  'srt://b.example.com:9000?passphrase=correct%20horse&streamid=cam%2F7',
]);

describe('what ffmpeg said, as it is shown', () => {
  it.each([
    [
      '[error] rtmp://operator:hunter22@media.example.com/live/k3y-0f-the-camera: Connection refused',
      'rtmp://media.example.com/…: Connection refused',
    ],
    [
      '[tcp @ 0x55a1fc35b0c0] [error] Connection to tcp://127.0.0.1:1 failed: Connection refused',
      '[tcp] Connection to tcp://127.0.0.1:1 failed: Connection refused',
    ],
    [
      "[hls @ 0x1] [warning] Failed to open segment 'https://cdn.example.com/a/1.ts?token=s3cret'",
      "[hls] Failed to open segment 'https://cdn.example.com/…'",
    ],
    ['[rtmp] Server error: k3y-0f-the-camera is in use', '[rtmp] Server error: … is in use'],
    ['[srt] passphrase correct horse, or correct%20horse', '[srt] passphrase …, or …'],
    [
      '[rtmp @ 0x1] [warning] Unexpected stream anotherkey, expecting thiskey',
      '[rtmp] Unexpected stream …, expecting …',
    ],
    ['file:/media/private/film.mp4: moov atom not found', 'file:///…: moov atom not found'],
    ['[h264] error while decoding MB 14 7', '[h264] error while decoding MB 14 7'],
  ])('keeps to itself what is secret: %s', (said, shown) => {
    expect(clean(said)).toBe(shown);
  });

  it('does not blank words that happen to be in the path', () => {
    expect(publicWords(['rtmp://h/live/cam'])('live from cam')).toBe('live from cam');
  });
});
