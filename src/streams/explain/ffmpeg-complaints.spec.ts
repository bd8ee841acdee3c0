import { describe, expect, it } from 'vitest';
import { causeOf, complaintOf, COMPLAINTS } from './ffmpeg-complaints.js';

/** As ffmpeg 5.1 and libsrt 1.5 print them. */
const SAID: readonly (readonly [line: string, meaning: string])[] = [
  ['[tcp @ 0x55a1] [error] Connection to tcp://127.0.0.1:1 failed: Connection refused', 'nothing accepts connections'],
  ['[error] http://127.0.0.1:1/x: Connection timed out', 'did not answer in time'],
  ['[tcp] Failed to resolve hostname no.such.host: Name or service not known', 'not known to DNS'],
  ['[error] http://h/x: Server returned 404 Not Found', '404'],
  ['[error] http://h/x: Server returned 403 Forbidden (access denied)', '403'],
  ['[error] http://h/x: Server returned 401 Unauthorized (authorization failed)', '401'],
  ['[error] http://h/x: Server returned 400 Bad Request', '4xx'],
  ['[error] http://h/x: Server returned 4XX Client Error, but not one of 40{0,1,3,4}', '4xx'],
  ['[error] http://h/x: Server returned 5XX Server Error reply', '5xx'],
  ['[http @ 0x1] [warning] HTTP error 503 Service Unavailable', '5xx'],
  ['[tls @ 0x1] [error] An unexpected TLS packet was received.', 'TLS handshake failed'],
  ['[tls @ 0x1] [error] Unable to verify peer certificate: -9', 'certificate is not valid'],
  ["[tls] The certificate's owner does not match hostname h", 'certificate is not valid'],
  ['[rtmp @ 0x1] [error] Cannot read RTMP handshake response', 'does not speak RTMP'],
  ['[rtmp] Error publish: Stream already publishing', 'key is wrong or in use'],
  ['[rtmp @ 0x1] [warning] Unexpected stream badkey, expecting goodkey', 'a stream key other than'],
  ['[rtmp] Server error: Stream not found', 'no stream of that name'],
  ['[rtmp] Server error: Connection failed: application rejected', 'RTMP server refused'],
  [
    'REJECT reported from HS processing: Incorrect passphrase - not processing further',
    'SRT passphrase is not the one',
  ],
  ['REJECT reported from HS processing: Password required or unexpected', 'one side of the SRT connection encrypts'],
  [
    'failed to set option SRTO_PASSPHRASE on socket: Operation not supported: Bad parameters',
    'a length that SRT does not',
  ],
  ['[srt] Connection setup failure: connection rejected', 'refused the SRT connection'],
  ["[http] Protocol 'http' not on whitelist 'file'!", 'not opened for safety'],
  [
    "[hls] A HLS playlist item 'x' referred to an external file 'y'. Opening this file was forbidden for security reasons",
    'not opened for safety',
  ],
  [
    'https protocol not found, recompile FFmpeg with openssl, gnutls or securetransport enabled.',
    'built without that protocol',
  ],
  ['[rtsp] method DESCRIBE failed: 454 Session Not Found', 'RTSP camera refused'],
  ['[error] rtmp://127.0.0.1:1935/…: Address already in use', 'port it is to listen on is taken'],
  ['[error] rtmp://h/…: Connection reset by peer', 'other side cut the connection'],
  ['av_interleaved_write_frame(): Broken pipe', 'went away while it wrote'],
  ['[error] tcp://[2001:db8::1]:1: Network is unreachable', 'no way to that address'],
  ['av_interleaved_write_frame(): No space left on device', 'the disk is full'],
  ['/media/x.ts: Permission denied', 'may not read'],
  ['pipe:: Too many open files', 'no more files may be opened'],
  ['Error while decoding stream #0:0: Cannot allocate memory', 'no more memory'],
  ['nosuch.mp4: No such file or directory', 'no such file'],
  ["Unknown encoder 'libx264'", 'lacks a codec'],
  [
    'Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0 - maybe incorrect',
    'could not be started',
  ],
  ['[mov,mp4,m4a,3gp,3g2,mj2] moov atom not found', 'no index'],
  ['text.bin: could not find codec parameters', 'no picture or sound could be made out'],
  ['Could not find codec parameters for stream 1 (Audio: aac): unspecified sample rate', 'no picture or sound could'],
  [
    "Consider increasing the value for the 'analyzeduration' (0) and 'probesize' (5000000) options",
    'longer than we look',
  ],
  ['[mpegts] max_analyze_duration 1000000 reached at 1000000 microseconds st:0', 'longer than we look'],
  ["Stream map '0:a:0' matches no streams.", 'lacks the track'],
  ['[h264 @ 0x1] [error] non-existing PPS 0 referenced', 'without the key frame'],
  ['[h264 @ 0x1] [error] decode_slice_header error', 'without the key frame'],
  ['[h264] missing picture in access unit with size 12', 'without the key frame'],
  ['[h264] concealing 240 DC, 240 AC, 240 MV errors in P frame', 'patched over'],
  ['[h264 @ 0x1] [error] error while decoding MB 14 7', 'patched over'],
  ['[h264] mmco: unref short failure', 'refer to ones that never came'],
  ['[h264] No start code is found.', 'something else'],
  ['[mpegts] Packet corrupt (stream = 0, dts = 311690).', 'damaged or incomplete'],
  ['pipe:0: corrupt decoded frame in stream 0', 'damaged or incomplete'],
  ['[mpegts] Continuity check failed for pid 256 expected 4 got 9', 'packets are lost'],
  ['[rtp] RTP: missed 3 packets', 'packets are lost'],
  ['[udp] Circular buffer overrun. Surviving due to overrun_nonfatal option', 'faster than they could be read'],
  ['[aac] channel element 2.12 is not allocated', 'sound is damaged'],
  ['[aac] Input buffer exhausted before END element found', 'sound is damaged'],
  [
    '[nut] Non-monotonous DTS in output stream 0:1; previous: 177152, current: 176400; changing to 177153.',
    'go back or jump',
  ],
  ['Past duration 0.999992 too large', 'uneven times'],
  ['Thread message queue blocking; consider raising the thread_queue_size option (current value: 8)', 'pile up'],
  ['Too many packets buffered for output stream 0:1.', 'so far apart'],
  ['Error reinitializing filters!', 'changed its size'],
  ['[hls] skipping 3 segments ahead, expired from playlists', 'moves faster'],
  ['[hls] Failed to open segment 12 of playlist 0', 'could not be fetched'],
  ['text.bin: Invalid data found when processing input', 'not media'],
  ['http://h/x: Invalid argument', 'not understood by ffmpeg'],
  ['http://h/x: Input/output error', 'broke off'],
  ['Error while opening decoder: Resource temporarily unavailable', 'no more processes or threads'],
  ['/media: Is a directory', 'a folder'],
  ['[dvd] Unsupported codec with id 98304 for input stream 2', 'its codec cannot be read'],
  ['Error while decoding stream #0:1: Operation not permitted', 'could not be decoded'],
  ['[srt] Connection failed: Generic error in an external library', 'gave up'],
  ['rtmp://h/…: End of file', 'without sending anything'],
  ['tcp://h:1: Immediate exit requested', 'told to end'],
];

describe('what ffmpeg says', () => {
  it.each(SAID)('is put in plain words: %s', (line, meaning) => {
    expect(complaintOf(line)?.meaning).toContain(meaning);
  });

  it('is left untranslated when nobody knows what it means', () => {
    expect(complaintOf('[foo] something nobody has ever seen')).toBeUndefined();
  });

  it('of several lines is its cause, not what that led to', () => {
    const lines = [
      '[tcp] Failed to resolve hostname no.such.host: Name or service not known',
      '[rtmp] Cannot open connection tcp://no.such.host:1935',
      'rtmp://no.such.host/…: Input/output error',
    ];
    expect(causeOf(lines)?.meaning).toContain('DNS');
    expect(causeOf([...lines].reverse())?.meaning).toContain('DNS');
  });
});

describe('the table', () => {
  it('has no row without a message that finds it', () => {
    const reached = new Set(SAID.map(([line]) => complaintOf(line)));
    const untested = COMPLAINTS.filter((row) => !reached.has(row)).map(({ meaning }) => meaning);
    expect(untested).toEqual([]);
  });

  it('goes on after a colon: small, and without a full stop', () => {
    for (const { meaning } of COMPLAINTS) expect(meaning).toMatch(/^[a-z].*[^.]$/);
  });

  it('tells what to do in sentences', () => {
    for (const { remedy } of COMPLAINTS) if (remedy !== undefined) expect(remedy).toMatch(/^[A-Z].*[.]$/);
  });
});
