import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactText, redactUrl } from './redact.js';

describe('redacting', () => {
  it.each([
    ['rtsp://admin:hunter2@cam.local/stream', 'rtsp://***@cam.local/stream'],
    ['rtsp://admin:p@ss:word@cam.local:554/', 'rtsp://***@cam.local:554/'],
    ['https://user@host/live.m3u8', 'https://***@host/live.m3u8'],
    [
      'srt://host:9000?mode=caller&passphrase=0123456789&latency=200',
      'srt://host:9000?mode=caller&passphrase=***&latency=200',
    ],
    ['srt://host:9000?streamid=#!::r=live/key,m=request&pkt_size=1316', 'srt://host:9000?streamid=***&pkt_size=1316'],
    [
      'https://cdn/a.m3u8?X-Amz-Signature=abc&x=1&access_token=t',
      'https://cdn/a.m3u8?X-Amz-Signature=***&x=1&access_token=***',
    ],
    ['https://cdn/a.m3u8?hdnts=exp=1~hmac=ff', 'https://cdn/a.m3u8?hdnts=***'],
    ['https://cdn/a.m3u8?TOKEN=x#key=y', 'https://cdn/a.m3u8?TOKEN=***'],
  ])('%s is shown as %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });

  it.each([
    'rtmp://host/live/abc',
    'https://host/a.m3u8?quality=720p&_HLS_msn=3',
    'file:///media/a@b.mp4',
    'x = 1; y@z',
  ])('leaves %s as it is', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('finds every URL in a sentence of ffmpeg', () => {
    const text = "Opening 'srt://h?passphrase=secret' failed; [rtsp @ 0x1] rtsp://u:p@h/1 and http://a:b@c/?sig=1";
    expect(redactText(text)).toBe(
      "Opening 'srt://h?passphrase=*** failed; [rtsp @ 0x1] rtsp://***@h/1 and http://***@c/?sig=***",
    );
  });

  it('hides an authorization header', () => {
    expect(redactText('Authorization: Bearer abc.def')).toBe('Authorization: Bearer ***');
  });

  it('keeps JSON readable whatever the secret contains', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (secret, after) => {
        const line = JSON.stringify({ url: `srt://u:${secret}@h?key=${secret}`, after });
        expect(() => JSON.parse(redactText(line)) as unknown).not.toThrow();
      }),
    );
  });

  it('never shows a secret that a URL may hold', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9!$'()*+,;:@~._-]{6,30}$/);
    fc.assert(
      fc.property(secret, secret, (password, key) => {
        const shown = redactUrl(`rtsp://u:${password}@host/path?passphrase=${key}`);
        expect(shown).toBe('rtsp://***@host/path?passphrase=***');
      }),
    );
  });

  it('stays fast on a long line that is made to be slow', () => {
    const line = `${'://a'.repeat(5_000)}${'?key'.repeat(5_000)}=`;
    const start = performance.now();
    redactText(line);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
