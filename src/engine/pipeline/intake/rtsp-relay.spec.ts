import { describe, expect, it } from 'vitest';
import { RedirectWatch } from './rtsp-relay.js';

/** Whether a redirect is seen in what comes piece by piece. */
const isSeen = (...pieces: string[]): boolean => {
  const watch = new RedirectWatch();
  return pieces.map((piece) => watch.sees(Buffer.from(piece, 'latin1'))).includes(true);
};

describe('a redirect of an RTSP server', () => {
  it.each([
    ['as it is written', ['RTSP/1.0 302 Found\r\nLocation: rtsp://x/\r\n\r\n']],
    ['cut into pieces', ['RT', 'SP/1', '.0 3', '0', '2 Found\r\n']],
    ['with carriage returns in between', ['R\rTSP/\r1.0 \r3\r01 Moved\n']],
    ['with more blanks', ['RTSP/1.0 \t  305 Use Proxy\n']],
    ['of a version nobody knows', ['RTSP/abc 300\n']],
    ['with a number as C reads it', ['RTSP/1.0 +0302 Found\n']],
    ['behind a body', ['RTSP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nv=0RTSP/1.0 302 Found\r\n']],
    ['behind data', ['$\u0000\u0000\u0002xxRTSP/1.0 302 Found\r\n']],
  ])('is seen %s', (_, pieces) => expect(isSeen(...pieces)).toBe(true));

  it.each([
    ['RTSP/1.0 200 OK\r\nServer: Camera RTSP/1.0\r\n\r\n'],
    ['RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm="RTSP/302"\r\n\r\n'],
    ['RTSP/1.0 200 OK\r\nTransport: RTP/AVP/TCP;interleaved=0-1;ssrc=302\r\n\r\n'],
  ])('is not seen where there is none: %j', (answer) => {
    expect(isSeen(answer)).toBe(false);
    expect(isSeen(...answer)).toBe(false);
  });
});
