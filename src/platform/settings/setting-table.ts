/** Every setting, declared once: the check, the type, `docs/configuration.md` and `config/example.env` come from here. */
import {
  addressRanges,
  apiTokens,
  decimal,
  flag,
  host,
  hostNames,
  networks,
  oneOf,
  path,
  program,
  sharedSecret,
  someOf,
  webAddress,
  webhookSecrets,
  webhookUrls,
  whole,
  words,
  type Rule,
} from './rules.js';

export const SETTING_GROUPS = [
  'Delivery',
  'Encoding',
  'Sources',
  'Lifetime',
  'Server',
  'Access',
  'Events',
  'Files and programs',
] as const;
export type SettingGroup = (typeof SETTING_GROUPS)[number];

export interface SettingDeclaration {
  readonly group: SettingGroup;
  /** As it would be written in the environment; `undefined` leaves the setting off. */
  readonly default: string | undefined;
  readonly unit?: 's' | 'fps' | 'segments' | 'MB' | 'per minute';
  readonly meaning: string;
  readonly rule: Rule<unknown>;
  /** Never shown; may be given in the file that NAME_FILE names. */
  readonly secret?: true;
}

export const X264_PRESETS = [
  'ultrafast',
  'superfast',
  'veryfast',
  'faster',
  'fast',
  'medium',
  'slow',
  'slower',
  'veryslow',
] as const;
/** What becomes of a stream that does not fit: refused, started with a line in the log, or not even looked at. */
export const ADMISSIONS = ['enforce', 'warn', 'off'] as const;
/** Kinds of source there are; the engine knows how each is opened. */
export const SCHEMES = [
  'rtmp',
  'rtmps',
  'rtsp',
  'rtsps',
  'srt',
  'udp',
  'rtp',
  'tcp',
  'http',
  'https',
  'file',
  'test',
] as const;
/** What is told of streams; each of them is described where streams tell it. */
export const EVENT_TYPES = [
  'stream.started',
  'stream.playable',
  'stream.degraded',
  'stream.recovered',
  'stream.source_lost',
  'stream.source_back',
  'stream.programme_changed',
  'stream.rung_down',
  'stream.rung_up',
  'stream.storage_refused',
  'stream.storage_writable',
  'stream.updated',
  'stream.stale',
  'stream.stopped',
  'stream.failed',
] as const;
/** What an operator is woken for, or waits for. */
const NOTABLE_EVENTS: readonly (typeof EVENT_TYPES)[number][] = [
  'stream.started',
  'stream.playable',
  'stream.degraded',
  'stream.source_lost',
  'stream.source_back',
  'stream.stopped',
  'stream.failed',
  'stream.stale',
];
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export const LOG_FORMATS = ['json', 'pretty'] as const;

const PORT = { min: 1, max: 65_535 };
const DAY = 86_400;

/** Keyed by environment variable; the code reads `SEGMENT_DURATION` as `segmentDuration`. */
export const SETTING_TABLE = {
  SEGMENT_DURATION: {
    group: 'Delivery',
    default: '2',
    unit: 's',
    meaning: 'Length of a segment, rounded to whole frames. A new viewer starts at most this far from a key frame.',
    rule: decimal({ min: 1, max: 10 }),
  },
  PART_DURATION: {
    group: 'Delivery',
    default: '0.333',
    unit: 's',
    meaning:
      'Length of a part (a CMAF chunk), rounded so that a segment holds a whole number of equal parts. Low-latency players stay about four parts behind the live edge.',
    rule: decimal({ min: 0.1, max: 2 }),
  },
  PLAYLIST_SIZE: {
    group: 'Delivery',
    default: '10',
    unit: 'segments',
    meaning: 'Finished segments that stay in the playlists: how far a viewer can seek back.',
    rule: whole({ min: 6, max: 1800 }),
  },
  LOW_LATENCY_HLS: {
    group: 'Delivery',
    default: 'true',
    meaning: 'Offer parts, blocking reload and preload hints to streams that do not choose by themselves.',
    rule: flag(),
  },
  ENCODER_PRESET: {
    group: 'Encoding',
    default: 'veryfast',
    meaning:
      'x264 preset of every rendition: faster ones need less processor time, slower ones look better at a bit rate.',
    rule: oneOf(X264_PRESETS),
  },
  MAX_FPS: {
    group: 'Encoding',
    default: '30',
    unit: 'fps',
    meaning: 'Highest frame rate a stream is encoded at; faster sources are reduced to it.',
    rule: decimal({ min: 24, max: 60 }),
  },
  PLAYOUT_JITTER: {
    group: 'Encoding',
    default: '0.1',
    unit: 's',
    meaning: 'How late a frame may come before the one before it is repeated in its place. It adds to the latency.',
    rule: decimal({ min: 0, max: 5 }),
  },
  LADDER_FILE: {
    group: 'Encoding',
    default: 'config/ladder.yaml',
    meaning: 'The qualities that streams may ask for, and the ones used when they name none.',
    rule: path(),
  },
  ADMISSION: {
    group: 'Encoding',
    default: 'enforce',
    meaning:
      'What becomes of a stream that would need more of the processor than is free: enforce refuses it, warn starts it and says so in the log, off does neither and measures nothing.',
    rule: oneOf(ADMISSIONS),
  },
  ADMISSION_SHARE: {
    group: 'Encoding',
    default: '0.9',
    meaning:
      'Share of the processor cores that streams may be expected to need, all together. Above 1 more is given away than there is.',
    rule: decimal({ min: 0.01, max: 4 }),
  },
  STREAM_THREADS: {
    group: 'Encoding',
    default: undefined,
    meaning:
      "Threads that streams share; unset, as many as there are processor cores, and two at least. As long as there are fewer streams, each has one of its own. More cost memory and processor time, and keep more streams out of another one's failure.",
    rule: whole({ min: 1, max: 1000 }),
  },
  SOURCE_TIMEOUT: {
    group: 'Sources',
    default: '10',
    unit: 's',
    meaning: 'How long a source may send nothing before the connection to it is started again.',
    rule: decimal({ min: 1, max: 300 }),
  },
  SLATE_AFTER: {
    group: 'Sources',
    default: '3',
    unit: 's',
    meaning:
      'How long the last picture of a lost source stands before the slate takes its place. The stream goes on either way.',
    rule: decimal({ min: 0, max: DAY }),
  },
  NEXT_SOURCE_AFTER: {
    group: 'Sources',
    default: '5',
    unit: 's',
    meaning: 'How long a source may be silent before the next one of a stream with several is tried.',
    rule: decimal({ min: 0.5, max: DAY }),
  },
  FAIL_BACK_AFTER: {
    group: 'Sources',
    default: '10',
    unit: 's',
    meaning: 'How long a preferred source must have delivered again before it takes over from the one on air.',
    rule: decimal({ min: 0.5, max: DAY }),
  },
  GIVE_UP_AFTER: {
    group: 'Sources',
    default: undefined,
    unit: 's',
    meaning: 'How long a stream without any source goes on before it is ended as failed. Unset, it waits for ever.',
    rule: decimal({ min: 1, max: 30 * DAY }),
  },
  SLATE_TEXT: {
    group: 'Sources',
    default: 'Please stand by',
    meaning:
      'Words on the slate that stands in for a lost source, where neither an image nor other words are asked for.',
    rule: words(),
  },
  SLATE_IMAGE: {
    group: 'Sources',
    default: undefined,
    meaning: 'Image file (PNG, JPEG, WebP) shown in place of a lost source by streams that name no slate of their own.',
    rule: path(),
  },
  MEDIA_ROOT: {
    group: 'Sources',
    default: undefined,
    meaning: 'Folder whose files may be streamed by a file: URL. Unset, file sources are refused.',
    rule: path(),
  },
  SOURCE_SCHEMES: {
    group: 'Sources',
    default: SCHEMES.join(','),
    meaning: 'Kinds of source that streams may have. A kind that nobody here uses is a door that may as well be shut.',
    rule: someOf(SCHEMES),
  },
  SOURCE_ALLOWED_ADDRESSES: {
    group: 'Sources',
    default: undefined,
    meaning:
      'Addresses and ranges, beside public ones, that this server may connect to for a source or a webhook: the network of your cameras, for example. Unset, only public addresses; any lifts every limit.',
    rule: addressRanges(),
  },
  STALE_THRESHOLD: {
    group: 'Lifetime',
    default: '600',
    unit: 's',
    meaning: 'A stream without a heartbeat for this long is stale and will be ended.',
    rule: decimal({ min: 1, max: 30 * DAY }),
  },
  CLEANUP_INTERVAL: {
    group: 'Lifetime',
    default: '300',
    unit: 's',
    meaning: 'How often stale streams and expired files are looked for.',
    rule: decimal({ min: 1, max: DAY }),
  },
  ENDED_RETENTION: {
    group: 'Lifetime',
    default: '300',
    unit: 's',
    meaning:
      "How long an ended stream's files and record stay, so that late viewers see it to the end; at least eight segments.",
    rule: decimal({ min: 0, max: 30 * DAY }),
  },
  SHUTDOWN_TIMEOUT: {
    group: 'Lifetime',
    default: '10',
    unit: 's',
    meaning:
      'How long encoders may take to close their last segment when the server stops. Give the supervisor a longer stop time.',
    rule: decimal({ min: 1, max: 300 }),
  },
  API_HOST: {
    group: 'Server',
    default: '127.0.0.1',
    meaning:
      'Address the API listens on. One that other machines reach, such as 0.0.0.0, needs API_TOKENS, or API_OPEN if everybody may do everything.',
    rule: host(),
  },
  API_PORT: {
    group: 'Server',
    default: '8083',
    meaning: 'Port the API listens on.',
    rule: whole(PORT),
  },
  CDN_PORT: {
    group: 'Server',
    default: '8084',
    meaning: 'Port nginx serves playback on; used to tell where to play, and to let the console play from there.',
    rule: whole(PORT),
  },
  PUBLIC_URL: {
    group: 'Server',
    default: undefined,
    meaning:
      'Where viewers reach playback, for example https://cdn.example.com. The API then tells whole URLs, and MPDs name the clock by one: some players do not resolve a relative one.',
    rule: webAddress(),
  },
  PLAYBACK_SECRET: {
    group: 'Server',
    default: undefined,
    meaning:
      'Key that playback links are signed with; nginx must be given the same. Unset, everybody who knows the id of a stream can play it.',
    rule: sharedSecret(),
    secret: true,
  },
  VIEWER_LOG_PORT: {
    group: 'Server',
    default: undefined,
    meaning:
      'UDP port on which nginx tells who watches (VIEWER_LOG of nginx/render.mjs). Unset, viewers are counted by what this server answers itself.',
    rule: whole(PORT),
  },
  VIEWER_LOG_HOST: {
    group: 'Server',
    default: '127.0.0.1',
    meaning:
      'Address of that port. Whoever reaches it can make viewers up, so let nobody but nginx: 0.0.0.0 belongs in a network of containers only.',
    rule: host(),
  },
  LOG_LEVEL: {
    group: 'Server',
    default: 'info',
    meaning: 'The least important messages that are still written.',
    rule: oneOf(LOG_LEVELS),
  },
  LOG_FORMAT: {
    group: 'Server',
    default: 'json',
    meaning: 'One JSON object a line for machines, or lines for people.',
    rule: oneOf(LOG_FORMATS),
  },
  API_TOKENS: {
    group: 'Access',
    default: undefined,
    meaning:
      'Who may use the API: entries name:scope:hash as lockstep token new prints them. Scope read may look, control may change. Unset, no token is asked for, and the API listens on this machine alone.',
    rule: apiTokens(),
    secret: true,
  },
  API_OPEN: {
    group: 'Access',
    default: 'false',
    meaning:
      'Start without API_TOKENS on an address that others reach: all of them may start and stop streams. No effect together with API_TOKENS.',
    rule: flag(),
  },
  METRICS_OPEN: {
    group: 'Access',
    default: 'false',
    meaning: 'Answer /metrics without a token. They name the streams, and nothing that is secret.',
    rule: flag(),
  },
  ALLOWED_HOSTS: {
    group: 'Access',
    default: undefined,
    meaning:
      'Names by which the API may be asked while no token is needed, besides addresses, localhost, names without a dot and the host of PUBLIC_URL. Others are refused: a page could have pointed its own name here.',
    rule: hostNames(),
  },
  TRUSTED_PROXIES: {
    group: 'Access',
    default: undefined,
    meaning:
      'Proxies in front of the API whose X-Forwarded-For is believed, so that limits and logs see the client behind them.',
    rule: networks(),
  },
  WRITE_RATE_LIMIT: {
    group: 'Access',
    default: '600',
    unit: 'per minute',
    meaning:
      'Changes that one client (a token; without one, an address) may ask for, as many at once as in a minute. Heartbeats count, playback and other reading does not. 0 sets no limit.',
    rule: whole({ min: 0, max: 1_000_000 }),
  },
  COSTLY_REQUESTS: {
    group: 'Access',
    default: '16',
    meaning:
      'Requests to start a stream, to try one out or to measure the machine that are worked on at once. One that waits until its stream can be played counts until then.',
    rule: whole({ min: 1, max: 10_000 }),
  },
  REQUEST_TIMEOUT: {
    group: 'Access',
    default: '30',
    unit: 's',
    meaning:
      'How long a client may take to send a request; its head has half of that. Answers may take as long as they need: playback is held.',
    rule: decimal({ min: 1, max: 3600 }),
  },
  WEBHOOK_URLS: {
    group: 'Events',
    default: undefined,
    meaning:
      'Where events of all streams are sent, as signed webhooks. They may be private addresses; those that a stream brings along may be what SOURCE_ALLOWED_ADDRESSES says.',
    rule: webhookUrls(),
    secret: true,
  },
  WEBHOOK_SECRET: {
    group: 'Events',
    default: undefined,
    meaning: 'What webhooks are signed with, unless a stream brings a secret for its own.',
    rule: webhookSecrets(),
    secret: true,
  },
  WEBHOOK_EVENTS: {
    group: 'Events',
    default: NOTABLE_EVENTS.join(','),
    meaning: 'Events that are sent, unless a stream names others for its own webhooks.',
    rule: someOf(EVENT_TYPES),
  },
  WEBHOOK_RETENTION: {
    group: 'Events',
    default: '604800',
    unit: 's',
    meaning: 'How long a webhook that was delivered, or given up, can be looked at and sent again.',
    rule: decimal({ min: 60, max: 90 * DAY }),
  },
  EVENT_STREAMS: {
    group: 'Events',
    default: '100',
    meaning: 'How many clients may follow events (server-sent events) at once.',
    rule: whole({ min: 0, max: 10_000 }),
  },
  OUTPUT_DIR: {
    group: 'Files and programs',
    default: './var/streams',
    meaning: 'Folder for segments and parts; nginx must see the same folder.',
    rule: path(),
  },
  DISK_RESERVE: {
    group: 'Files and programs',
    default: '256',
    unit: 'MB',
    meaning:
      'Room kept free on the disk of OUTPUT_DIR. With less, streams stop writing, their time becomes a gap, and they go on by themselves once there is a quarter more.',
    rule: whole({ min: 0, max: 1_000_000 }),
  },
  DATA_DIR: {
    group: 'Files and programs',
    default: './var/data',
    meaning: 'Folder for the database of what should be running. Keep it across restarts.',
    rule: path(),
  },
  FFMPEG_PATH: {
    group: 'Files and programs',
    default: 'ffmpeg',
    meaning: 'The ffmpeg program, 5.1 or later.',
    rule: program(),
  },
  FFPROBE_PATH: {
    group: 'Files and programs',
    default: 'ffprobe',
    meaning: 'The ffprobe program that came with it.',
    rule: program(),
  },
} as const satisfies Record<string, SettingDeclaration>;

type Table = typeof SETTING_TABLE;
export type SettingName = keyof Table;

type CamelCase<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${Lowercase<First>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<Name>;

type ValueOf<Declared> = Declared extends { rule: Rule<infer Value>; default: infer Default }
  ? Default extends string
    ? Value
    : Value | undefined
  : never;

/** All settings as the code reads them: durations in seconds, paths absolute. */
export type Settings = { readonly [Name in SettingName as CamelCase<Name>]: ValueOf<Table[Name]> };
