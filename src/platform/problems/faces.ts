/** How every problem looks to a person: one face for each code. A code without a face does not compile. */
import type { ProblemCode } from '../../engine/problem.js';

export interface ProblemFace {
  /** HTTP status of an answer with this problem. */
  readonly status: number;
  /** What is wrong, the same for every occurrence. */
  readonly title: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Worth asking again after this many seconds: sent as Retry-After. */
  readonly retryAfterSeconds?: number;
}

export const PROBLEM_FACES: Readonly<Record<ProblemCode, ProblemFace>> = {
  'request-invalid': {
    status: 400,
    title: 'The request is not valid',
    remedy: 'Correct the fields listed in errors; the API description at /docs shows all of them.',
  },
  'stream-not-found': {
    status: 404,
    title: 'There is no such stream',
    remedy: 'List the streams with GET /streams. A stream that ended is forgotten after ENDED_RETENTION seconds.',
  },
  'stream-exists': {
    status: 409,
    title: 'A stream with this id exists already',
    remedy:
      'End it with DELETE /streams/{id} first, change it with PATCH /streams/{id}, or choose another stream_id. The fields in differs are not as the running stream has them.',
  },
  'stream-over': {
    status: 409,
    title: 'The stream is over',
    remedy: 'Start it again with POST /streams.',
  },
  'quality-unknown': {
    status: 400,
    title: 'A quality is not on the ladder',
    remedy: 'Choose from the qualities in allowed, or add a rung to the ladder file.',
  },
  'source-url-invalid': {
    status: 400,
    title: 'The source URL cannot be read',
    remedy: 'Give a complete URL of the form that expected shows.',
  },
  'source-scheme-not-allowed': {
    status: 400,
    title: 'Sources of this kind are not allowed',
    remedy: 'Use a URL with one of the schemes in allowed.',
  },
  'source-file-not-allowed': {
    status: 403,
    title: 'This file may not be a source',
    remedy: 'Put the file in the folder named by MEDIA_ROOT and give its path as a file: URL.',
  },
  'source-address-not-allowed': {
    status: 403,
    title: 'This address may not be connected to',
    remedy:
      'Give a host with a public address, or let the operator add its address or range to SOURCE_ALLOWED_ADDRESSES.',
  },
  'source-unreachable': {
    status: 502,
    title: 'The source cannot be reached',
    remedy:
      'Check that the source is sending and that this machine may connect to it; we keep trying while the stream is wanted.',
  },
  'source-without-picture': {
    status: 422,
    title: 'The source has no picture',
    remedy: 'Send video as well, or ask for sound alone with the quality audio.',
  },
  'source-without-media': {
    status: 422,
    title: 'The source has neither picture nor sound that was asked for',
    remedy: 'Check what the source sends; ffprobe shows the tracks that ffmpeg finds in it.',
  },
  'source-given-up': {
    status: 503,
    title: 'The source has been away for too long',
    remedy:
      'Look at why the source does not deliver (GET /streams/{id}/explain tells what was heard of it), and start the stream again. give_up_after, or the setting GIVE_UP_AFTER, says how long is too long.',
  },
  'source-index-unknown': {
    status: 400,
    title: 'The stream has no such source',
    remedy: 'Give the place of one of its source_urls, counted from 0, or null for the order of the list.',
  },
  'slate-failed': {
    status: 500,
    title: 'The slate could not be drawn',
    remedy:
      'Check that the slate image is a PNG, JPEG or WebP file that can be read, and that a font is installed (fonts-dejavu-core). The last picture is shown instead.',
  },
  'ladder-empty': {
    status: 422,
    title: 'No quality is left to encode',
    remedy: 'Ask for at least one quality.',
  },
  'ladder-invalid': {
    status: 500,
    title: 'The ladder file is not valid',
    remedy: 'Correct the file named by LADDER_FILE as errors says, and start the server again.',
  },
  'settings-invalid': {
    status: 500,
    title: 'The settings are not valid',
    remedy: 'Correct the variables listed in errors and start the server again.',
  },
  'ffmpeg-missing': {
    status: 503,
    title: 'The ffmpeg or ffprobe program cannot be run',
    remedy: 'Install ffmpeg 5.1 or later, or point FFMPEG_PATH and FFPROBE_PATH at the programs.',
  },
  'ffmpeg-too-old': {
    status: 503,
    title: 'The ffmpeg program is too old',
    remedy: 'Install ffmpeg 5.1 or later, or point FFMPEG_PATH and FFPROBE_PATH at newer programs.',
  },
  'ffmpeg-incomplete': {
    status: 503,
    title: 'The ffmpeg program lacks an encoder',
    remedy: 'Install an ffmpeg that is built with libx264 and the AAC encoder, or point FFMPEG_PATH at one.',
  },
  'ffmpeg-failed': {
    status: 500,
    title: 'An ffmpeg process failed',
    remedy:
      'Read its last words in said. It is started again by itself; if it keeps failing, check the source and the ladder.',
  },
  'encoder-too-slow': {
    status: 503,
    title: 'An encoder cannot keep up with real time',
    remedy:
      'Ask for fewer or smaller qualities, choose a faster ENCODER_PRESET, or end another stream: the processor is short. The rendition has a gap and begins again at a later segment, after longer rests if it repeats; its siblings are not held up.',
  },
  'output-not-writable': {
    status: 503,
    title: 'Segments cannot be written',
    remedy: 'Check that the folder named by OUTPUT_DIR exists, belongs to the user of the server, and has free space.',
  },
  'disk-full': {
    status: 503,
    title: 'The disk has no room for segments',
    remedy:
      'Make room on the disk of OUTPUT_DIR, or end a stream. Streams go on by themselves once a quarter more than DISK_RESERVE is free; until then their time is a gap.',
    retryAfterSeconds: 10,
  },
  'too-many-open-files': {
    status: 503,
    title: 'The server may not open any more files',
    remedy:
      'Raise the limit of open files (ulimit -n, LimitNOFILE= of the service, or fs.file-max of the system) and start the server again. Streams go on by themselves when files can be opened; until then their time is a gap.',
    retryAfterSeconds: 10,
  },
  'database-not-writable': {
    status: 503,
    title: 'What is wanted cannot be written down',
    remedy:
      'Check that the disk of DATA_DIR has room and can be written. Nothing was started that a restart would forget.',
    retryAfterSeconds: 10,
  },
  'clock-behind': {
    status: 503,
    title: 'The clock of this machine is behind the segments on disk',
    remedy: 'Correct the system time, or end the stream and start it under another id.',
  },
  'pipeline-lost': {
    status: 500,
    title: 'The thread that ran the stream ended unexpectedly',
    remedy: 'It is started again by itself. If that repeats, report the log lines around it.',
  },
  'media-not-found': {
    status: 404,
    title: 'There is no such segment or part',
    remedy: 'Load the playlist again: it lists what can be fetched. Old segments are removed.',
  },
  'thumbnail-not-available': {
    status: 404,
    title: 'There is no picture of the stream',
    remedy:
      'Ask again in a few seconds: the first picture is there once a segment is finished. A stream of sound alone has none.',
  },
  'playlist-not-found': {
    status: 404,
    title: 'There is no such playlist',
    remedy:
      'Check the stream id and the rendition. A stream that was just started has its playlists a few seconds later.',
  },
  'stream-starting': {
    status: 503,
    title: 'The stream is starting and has nothing to play yet',
    remedy: 'Ask again. If it stays like this, its status tells what it waits for: usually the source.',
    retryAfterSeconds: 1,
  },
  'playback-link-invalid': {
    status: 403,
    title: 'This stream is played by a link',
    remedy: 'Have a link made by POST /streams/{id}/playback-links, and play its address as it is.',
  },
  'playback-link-expired': {
    status: 403,
    title: 'The playback link has expired',
    remedy: 'Have a new link made by POST /streams/{id}/playback-links.',
  },
  'delivery-directive-invalid': {
    status: 400,
    title: 'A delivery directive is not valid',
    remedy:
      'Send _HLS_msn and _HLS_part as whole numbers, _HLS_part only together with _HLS_msn, and _HLS_skip as YES or v2.',
  },
  'delivery-too-far-ahead': {
    status: 400,
    title: 'The playlist was asked for a part too far ahead of the live edge',
    remedy: 'Load the playlist without delivery directives and go on from its last part.',
  },
  'delivery-timed-out': {
    status: 503,
    title: 'The part that was waited for did not come in time',
    remedy: 'Load the playlist again; the stream may be standing still, which its status tells.',
    retryAfterSeconds: 1,
  },
  'capacity-exceeded': {
    status: 503,
    title: 'This machine has no room for the stream',
    remedy:
      'Ask for the qualities in suggestion, if there are any; or end another stream, or ask when one has ended. ADMISSION_SHARE sets how much of the machine is given away, ADMISSION turns the check off.',
    retryAfterSeconds: 10,
  },
  'calibration-failed': {
    status: 503,
    title: 'What streams cost on this machine could not be measured',
    remedy:
      'Read what ffmpeg said. Until a measurement succeeds, streams are admitted by costs that err on the high side.',
  },
  'webhook-delivery-not-found': {
    status: 404,
    title: 'There is no such webhook delivery',
    remedy: 'List them with GET /webhooks/deliveries. One that is over is forgotten after WEBHOOK_RETENTION seconds.',
  },
  'too-many-event-streams': {
    status: 503,
    title: 'Too many clients follow events already',
    remedy: 'End one of them, or raise EVENT_STREAMS. Without Accept: text/event-stream the last events come as JSON.',
    retryAfterSeconds: 10,
  },
  'server-stopping': {
    status: 503,
    title: 'The server is stopping',
    remedy: 'Ask again when it is back.',
    retryAfterSeconds: 5,
  },
  'token-missing': {
    status: 401,
    title: 'A token is needed',
    remedy:
      'Send the header Authorization: Bearer <token>. The operator makes one with lockstep token new and adds its hash to API_TOKENS. Tokens in an address are not read.',
  },
  'token-refused': {
    status: 401,
    title: 'The token is not known',
    remedy:
      'Check that the whole token was sent, and that its hash is in the API_TOKENS the server was started with; a changed list needs a restart.',
  },
  'scope-missing': {
    status: 403,
    title: 'The token does not allow this',
    remedy: 'Use a token with the scope in needed: read may look, control may change.',
  },
  'host-not-allowed': {
    status: 403,
    title: 'The API is not asked by this name',
    remedy:
      'Ask by address or as localhost, add the name to ALLOWED_HOSTS, or set API_TOKENS: where tokens are needed, any name will do.',
  },
  'origin-not-allowed': {
    status: 403,
    title: 'A page from elsewhere may not do this',
    remedy: 'Use the console of this server, or set API_TOKENS and send a token: a page without one is refused.',
  },
  'too-many-requests': {
    status: 429,
    title: 'There were too many requests',
    remedy: 'Ask again after the seconds in Retry-After. WRITE_RATE_LIMIT and COSTLY_REQUESTS set the limits.',
    retryAfterSeconds: 1,
  },
  internal: {
    status: 500,
    title: 'The server made a mistake',
    remedy: 'The log has the cause. Please report it together with what you asked for.',
  },
};

/** What the HTTP layer itself refuses, before any of our code has seen the request. */
export const HTTP_FACES = {
  'body-unreadable': {
    status: 400,
    title: 'The body of the request cannot be read',
    remedy: 'Send well-formed JSON that is not empty.',
  },
  'access-denied': {
    status: 403,
    title: 'Access is denied',
    remedy: 'Check what the answer says in detail.',
  },
  'route-not-found': {
    status: 404,
    title: 'There is nothing at this address',
    remedy: 'The API description at /docs lists every address and method.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body of the request is too large',
    remedy: 'Send less; a stream is described in a few hundred bytes.',
  },
  'media-type-unsupported': {
    status: 415,
    title: 'Bodies of this kind are not read',
    remedy: 'Send JSON with the header content-type: application/json.',
  },
  'not-ready': {
    status: 503,
    title: 'The server is not ready',
    remedy: 'The members of this answer name what failed and how to put it right.',
  },
  'request-refused': {
    status: 400,
    title: 'The request was refused',
    remedy: 'The status and the detail say why.',
  },
} as const satisfies Readonly<Record<string, ProblemFace>>;

export type HttpProblemCode = keyof typeof HTTP_FACES;

/** Every face by code, ours first: what `/problems` and `docs/problems.md` list. */
export const ALL_FACES: Readonly<Record<string, ProblemFace>> = { ...PROBLEM_FACES, ...HTTP_FACES };

/** The HTTP layer's code for a status; `request-refused` for one without a face of its own. */
export function httpProblemCode(status: number): HttpProblemCode {
  const codes = Object.keys(HTTP_FACES) as HttpProblemCode[];
  return codes.find((code) => HTTP_FACES[code].status === status) ?? 'request-refused';
}
