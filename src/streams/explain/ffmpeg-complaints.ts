/**
 * What ffmpeg 5.1 says, in plain words: one row a complaint, the telling ones first. A cause (`Failed to resolve
 * hostname`) is followed by what it led to (`Input/output error`); of several lines the one highest in the table counts.
 */

export interface Complaint {
  /** Found in a line of ffmpeg's. */
  readonly pattern: RegExp;
  /** What it means: goes on after a colon, so it begins small and has no full stop. */
  readonly meaning: string;
  /** What to do about it, as a sentence; undefined where there is nothing to do. */
  readonly remedy?: string;
}

const SEND_BETTER =
  'Look at the network between the sender and this server (packet loss, WiFi, an overloaded uplink); over UDP use SRT instead, which sends again what is lost.';
const NOT_MEDIA =
  'Check with ffprobe what that address delivers; a web page, a login form or an encrypted stream is not media.';
const MACHINE = 'Look at what else runs on this machine (top, free -m), end a stream, or take a larger machine.';

/** How the source was to be reached: names, addresses, doors. */
const REACHING: readonly Complaint[] = [
  {
    pattern: /Failed to resolve hostname|Name or service not known|Temporary failure in name resolution/i,
    meaning: 'its host name is not known to DNS',
    remedy:
      'Check the spelling of the host in the source URL, and that this machine can look names up (getent hosts NAME).',
  },
  {
    pattern: /Incorrect passphrase|BADSECRET/i,
    meaning: 'the SRT passphrase is not the one of the other side',
    remedy: 'Give the same passphrase on both sides (passphrase= in the source URL, 10 to 79 characters).',
  },
  {
    pattern: /Password required or unexpected|UNSECURE|rejecting per enforced encryption/i,
    meaning: 'one side of the SRT connection encrypts and the other does not',
    remedy: 'Give passphrase= in the source URL if the other side has one, and leave it out if it has none.',
  },
  {
    pattern: /failed to set option SRTO_PASSPHRASE/i,
    meaning: 'the SRT passphrase has a length that SRT does not take',
    remedy: 'Use a passphrase of 10 to 79 characters.',
  },
  {
    pattern: /Peer rejected connection|rejected due to|connection rejected|REJECT reported/i,
    meaning: 'the other side refused the SRT connection',
    remedy:
      'Compare streamid, mode (caller or listener), latency and passphrase with what the other side expects; its log says why.',
  },
  {
    pattern: /Address already in use|bind failed/i,
    meaning: 'the port it is to listen on is taken by another program or stream',
    remedy: 'Find who has it (ss -ltnup), and give this stream another port.',
  },
  {
    pattern: /Unexpected stream .*expecting/i,
    meaning: 'a publisher came with a stream key other than the one of the source URL',
    remedy: 'Set the stream key of the encoder to the last part of the source URL, letter by letter.',
  },
  {
    pattern: /Error publish:|NetStream\.Publish\.(?:BadName|Denied)/i,
    meaning: 'the RTMP server does not let the stream be published: the key is wrong or in use',
    remedy: 'Check the stream key, and that no other encoder publishes under it.',
  },
  {
    pattern:
      /NetStream\.Play\.(?:StreamNotFound|Failed)|Server error: .*(?:not found|no such stream)|(?:Media )?stream not found/i,
    meaning: 'the server is there, but has no stream of that name: nobody publishes it, or it is misspelt',
    remedy: 'Start the publisher, and compare its application and stream key with the source URL.',
  },
  {
    pattern: /Server error: |NetConnection\.Connect\.Rejected/i,
    meaning: 'the RTMP server refused: the application or the credentials are wrong',
    remedy: 'Compare application, stream key and credentials with what the server expects; its log says why.',
  },
  {
    pattern: /certificate failed verification|Unable to verify peer certificate|owner does not match hostname/i,
    meaning: 'its TLS certificate is not valid for that host, or not trusted here',
    remedy: 'Renew the certificate, use the host name it is made for, or install its authority on this machine.',
  },
  {
    pattern: /unexpected TLS packet|\[tls\b|TLS fatal alert|handshake failed/i,
    meaning: 'the TLS handshake failed: there is no TLS at that port, or no version both sides know',
    remedy: 'Check the port and the scheme (https: or http:, rtmps: or rtmp:).',
  },
  {
    pattern: /(?:RTMP handshake|RTMP Handshake [CS]\d Error|Unable to read handshake|RTMP protocol version mismatch)/i,
    meaning: 'what answers at that port does not speak RTMP, or hung up during the handshake',
    remedy: 'Check host and port (RTMP is 1935 by default), and that the RTMP server is healthy.',
  },
  {
    pattern: /401 Unauthorized|authorization failed/i,
    meaning: 'the server asks for a user name and password, or does not take those given, 401',
    remedy: 'Put the right credentials into the source URL.',
  },
  {
    pattern: /403 Forbidden|access denied/i,
    meaning: 'the server does not let this machine in, 403: a token has run out, or its address is not allowed',
    remedy: 'Renew the token in the source URL, or let the address of this machine in.',
  },
  {
    pattern: /404 Not Found/i,
    meaning: 'the server has nothing at that path, 404',
    remedy: 'Check the path of the source URL, and that the publisher is on.',
  },
  {
    pattern: /400 Bad Request|4XX Client Error|HTTP error 4\d\d/i,
    meaning: 'the server did not take the request, 4xx',
    remedy: 'Open the source URL with curl -v from this machine and read the answer.',
  },
  {
    pattern: /5XX Server Error|HTTP error 5\d\d/i,
    meaning: 'the server of the source has a fault of its own, 5xx',
    remedy: 'Look at that server; nothing is wrong here.',
  },
  {
    pattern: /method (?:DESCRIBE|SETUP|PLAY|OPTIONS|ANNOUNCE|RECORD|\w+) failed: |Nonmatching transport/i,
    meaning: 'the RTSP camera refused: wrong path or credentials, or too many viewers',
    remedy: 'Try the URL with another RTSP client; many cameras take two or three connections only.',
  },
  {
    pattern: /not on whitelist|Opening this file was forbidden/i,
    meaning: 'the source points to another kind of address, which is not opened for safety',
    remedy:
      'Give the address it points to as the source, if it is meant; a playlist must not lead to files or other protocols.',
  },
  {
    pattern: /protocol not found, recompile|Protocol not found/i,
    meaning: 'this ffmpeg was built without that protocol',
    remedy: 'Install an ffmpeg with it (ffmpeg -protocols lists them), or point FFMPEG_PATH at one.',
  },
  {
    pattern: /Connection refused/i,
    meaning: 'nothing accepts connections at that address and port',
    remedy: 'Start the sender or the server it connects to; check host and port, and firewalls on the way.',
  },
  {
    pattern: /Network is unreachable|No route to host|Host is unreachable/i,
    meaning: 'there is no way to that address in the network',
    remedy: 'Check the address, the routes (ip route) and the VPN of this machine.',
  },
  {
    pattern: /Connection timed out|Operation timed out/i,
    meaning: 'it did not answer in time',
    remedy:
      'Check that the host is up and that a firewall lets this machine through; SOURCE_TIMEOUT says how long it may take.',
  },
  {
    pattern: /Connection reset by peer/i,
    meaning: 'the other side cut the connection',
    remedy: 'Look at the log of the sender: it crashed, was restarted, or threw this reader out.',
  },
  {
    pattern: /Broken pipe/i,
    meaning: 'the reader of its output went away while it wrote',
    remedy: 'Look for the first complaint: this one follows from another program that ended.',
  },
];

/** What this machine could not do. */
const MACHINE_LIMITS: readonly Complaint[] = [
  { pattern: /No space left on device/i, meaning: 'the disk is full', remedy: 'Make room on the disk (df -h).' },
  {
    pattern: /Too many open files/i,
    meaning: 'no more files may be opened',
    remedy: 'Raise LimitNOFILE= of the service (ulimit -n) and start the server again.',
  },
  {
    pattern: /Cannot allocate memory|bad_alloc|malloc.* failed|Out of memory/i,
    meaning: 'it got no more memory: the machine is short of it, or the source made its reader grow without end',
    remedy: MACHINE,
  },
  {
    pattern: /Resource temporarily unavailable|Cannot fork|pthread_create/i,
    meaning: 'no more processes or threads may be started',
    remedy: 'Raise TasksMax= of the service (ulimit -u), or end a stream.',
  },
  {
    pattern: /Permission denied/i,
    meaning: 'the user of the server may not read or open that',
    remedy: 'Let the user of the server read it (ls -l, groups); ports below 1024 are for root only.',
  },
  {
    pattern: /No such file or directory/i,
    meaning: 'there is no such file or folder',
    remedy: 'Check the path; files must lie below MEDIA_ROOT.',
  },
  {
    pattern: /Is a directory/i,
    meaning: 'it is a folder, not a file',
    remedy: 'Name a file in it.',
  },
  {
    pattern: /Unknown encoder|Unknown decoder|Encoder .* not found/i,
    meaning: 'this ffmpeg lacks a codec',
    remedy: 'Install an ffmpeg with libx264 and AAC, or point FFMPEG_PATH at one.',
  },
  {
    pattern: /Error while opening encoder|Error initializing output stream/i,
    meaning: 'the encoder could not be started: its picture size or bit rate is not possible, or memory is short',
    remedy: 'Check height and video_kbps of the rung, and free memory (free -m).',
  },
];

/** What is wrong with the media itself. */
const MEDIA: readonly Complaint[] = [
  {
    pattern: /moov atom not found/i,
    meaning: 'the MP4 file has no index: it is not finished, or was cut off',
    remedy: 'Finish or repair the file (ffmpeg -i FILE -c copy -movflags +faststart NEW).',
  },
  {
    pattern:
      /not enough frames to estimate rate|max_analyze_duration|Consider increasing the value for the .analyzeduration/i,
    meaning:
      'it takes longer than we look to see what the source holds: its key frames are rare, or a track sends nothing',
    remedy: 'Set the key frame interval of the encoder to 1 or 2 s. Each further attempt looks twice as long.',
  },
  {
    pattern:
      /could not find codec parameters|Could not find codec parameters|unspecified size|Cannot determine format of input stream/i,
    meaning: 'no picture or sound could be made out in what it sent',
    remedy: 'Check that the encoder sends video with a key frame every second or two, and audio that is not empty.',
  },
  {
    pattern:
      /Unsupported codec|codec .* is not supported|Unknown codec|Decoder .* not found|Could not find tag for codec/i,
    meaning: 'its codec cannot be read here',
    remedy: 'Send H.264 or HEVC with AAC (ffmpeg -decoders lists what else is read).',
  },
  {
    pattern: /matches no streams|does not contain any stream/i,
    meaning: 'it lacks the track that was asked for',
    remedy: 'Check with ffprobe which tracks the source has.',
  },
  {
    pattern: /Circular buffer overrun|Fifo buffer overrun|real-time buffer/i,
    meaning: 'packets came faster than they could be read, and some are lost',
    remedy: MACHINE,
  },
  {
    pattern: /Continuity check failed|RTP: missed|Missed \d+ packets|max delay reached|jitter buffer full/i,
    meaning: 'packets are lost on the way',
    remedy: SEND_BETTER,
  },
  {
    pattern: /Packet corrupt|corrupt (?:input packet|decoded frame)|PES packet size mismatch/i,
    meaning: 'packets arrive damaged or incomplete, so viewers may see blocks',
    remedy: SEND_BETTER,
  },
  {
    pattern:
      /non-existing [PSV]PS|[PSV]PS id out of range|decode_slice_header error|no frame!|missing picture in access unit/i,
    meaning: 'pictures come without the key frame they build on',
    remedy:
      'Normal in the first second. If it goes on, shorten the key frame interval of the encoder, or look for packet loss.',
  },
  {
    pattern:
      /concealing \d+|error while decoding MB|corrupted macroblock|out of range intra|top block unavailable|mb_type|negative number of zero coeffs|Invalid level prefix|cbp too large|dquant out of range/i,
    meaning: 'parts of the picture are damaged and have been patched over',
    remedy: SEND_BETTER,
  },
  {
    pattern:
      /co located POCs|mmco|reference (?:picture missing|count overflow)|Missing reference picture|Frame num gap|number of reference frames/i,
    meaning: 'pictures refer to ones that never came',
    remedy: SEND_BETTER,
  },
  {
    pattern: /No start code is found|Error splitting the input into NAL units|Invalid NAL unit/i,
    meaning: 'what should be H.264 or HEVC is something else, or badly damaged',
    remedy: NOT_MEDIA,
  },
  {
    pattern:
      /channel element|Input buffer exhausted|Prediction is not allowed|Number of (?:scalefactor )?bands|Reserved bit|ADTS|skip_data_stream_element|decode_pce|\[(?:aac|ac3|mp2|mp3float|opus)\]/i,
    meaning: 'the sound is damaged, so viewers may hear clicks or silence',
    remedy: `${SEND_BETTER} If the picture is fine, look at the audio settings of the encoder: AAC-LC, 48 kHz.`,
  },
  {
    pattern:
      /Non-monotonous DTS|non monotonically increasing dts|out of order|DTS discontinuity|timestamp discontinuity|invalid,? dropping/i,
    meaning: 'its timestamps go back or jump',
    remedy: 'Nothing here: they are put in order. Look at the sender, which probably restarted or switched its input.',
  },
  {
    pattern: /Past duration .* too large/i,
    meaning: 'its pictures come at uneven times, so some are shown twice or not at all',
    remedy: 'Set the encoder to a constant frame rate.',
  },
  {
    pattern: /Thread message queue blocking/i,
    meaning: 'packets pile up because they cannot be decoded as fast as they come',
    remedy: MACHINE,
  },
  {
    pattern: /Too many packets buffered/i,
    meaning: 'picture and sound are so far apart in the source that one had to wait too long for the other',
    remedy: 'Look at how the sender multiplexes picture and sound.',
  },
  {
    pattern: /Error reinitializing filters|Failed to inject frame|Changing video frame properties/i,
    meaning: 'the source changed its size or format in the middle, and the decoder could not follow',
    remedy: 'It is opened anew by itself. Set the sender to a fixed size.',
  },
  {
    pattern: /skipping \d+ segments ahead/i,
    meaning: 'its playlist moves faster than its segments can be fetched',
    remedy: 'Look at the speed of the connection to that server (curl -o /dev/null URL).',
  },
  {
    pattern: /Failed to open segment|Failed to reload playlist|Unable to open resource/i,
    meaning: 'a playlist or segment of the source could not be fetched',
    remedy: 'Look at the server of the source: it names segments that it does not have.',
  },
];

/** What other complaints lead to: counts only where nothing better was said. */
const GENERAL: readonly Complaint[] = [
  {
    pattern: /Error while decoding stream|Error submitting .*packet/i,
    meaning: 'some of what it sent could not be decoded',
    remedy: SEND_BETTER,
  },
  {
    pattern: /Invalid data found when processing input/i,
    meaning: 'what it sends is not media, or damaged',
    remedy: NOT_MEDIA,
  },
  {
    pattern: /Invalid argument|Option not found|Unrecognized option/i,
    meaning: 'something in the source URL or the settings is not understood by ffmpeg',
    remedy: 'Check the parameters behind the ? of the source URL.',
  },
  {
    pattern: /Generic error in an external library/i,
    meaning: 'a library that ffmpeg uses gave up',
    remedy: 'Look for the complaint before this one in the log of the server.',
  },
  {
    pattern: /End of file/i,
    meaning: 'the other side ended the connection without sending anything of use',
    remedy: NOT_MEDIA,
  },
  {
    pattern: /Input\/output error/i,
    meaning: 'the connection broke off, or nothing came',
    remedy: 'Check that the source is sending and that this machine may connect to it.',
  },
  { pattern: /Immediate exit requested|Exiting normally/i, meaning: 'it was told to end' },
];

export const COMPLAINTS: readonly Complaint[] = [...REACHING, ...MACHINE_LIMITS, ...MEDIA, ...GENERAL];

/** The most telling row for one line. */
export const complaintOf = (line: string): Complaint | undefined =>
  COMPLAINTS.find(({ pattern }) => pattern.test(line));

/** The most telling row for lines that belong together. */
export const causeOf = (lines: readonly string[]): Complaint | undefined =>
  COMPLAINTS.find(({ pattern }) => lines.some((line) => pattern.test(line)));
