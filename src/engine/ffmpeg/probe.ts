/** Asks ffprobe what a source holds. */
import { Problem } from '../problem.js';
import { parseRatio, ratio, toNumber, type Ratio } from '../timeline/index.js';

/** What the ladder and the intake need to know of a source. */
export interface SourceDescription {
  readonly format: string;
  /** Shown size: rotation and sample aspect ratio applied. Undefined when there is no picture. */
  readonly video?: {
    readonly codec: string;
    readonly width: number;
    readonly height: number;
    readonly fps: Ratio;
    readonly interlaced: boolean;
  };
  readonly audio?: { readonly codec: string; readonly channels: number; readonly sampleRate: number };
  /** Undefined for a source without an end. */
  readonly durationSeconds?: number;
}

export const PROBE_OPTIONS: readonly string[] = [
  ...['-hide_banner', '-loglevel', 'error', '-of', 'json', '-show_format', '-show_streams'],
];

/** The same of bytes that end: with how many packets of each stream there are. */
export const PROBE_BYTES_OPTIONS: readonly string[] = [...PROBE_OPTIONS, '-count_packets'];

interface ProbedStream {
  nb_read_packets?: string;
  codec_type?: string;
  codec_name?: string;
  width?: number;
  height?: number;
  sample_aspect_ratio?: string;
  avg_frame_rate?: string;
  r_frame_rate?: string;
  field_order?: string;
  channels?: number;
  sample_rate?: string;
  disposition?: { attached_pic?: number };
  side_data_list?: { rotation?: number }[];
  tags?: { rotate?: string };
}

/** Pictures that tell a rate. */
const ENOUGH_PICTURES = 8;
/** What is not understood of a source in this time, its picture apart, is not waited for. */
const LONG_ENOUGH_SECONDS = 1;

/**
 * Whether the beginning of a live source, so many seconds of it, holds enough to tell what the source is. A picture that is
 * there but whose size is not known yet (before a key frame) is always waited for. PURE.
 */
export function saysEnough(json: string, seconds: number): boolean {
  const { streams = [] } = JSON.parse(json) as { streams?: ProbedStream[] };
  const pictures = streams.filter(
    ({ codec_type, disposition }) => codec_type === 'video' && !disposition?.attached_pic,
  );
  const sounds = streams.filter(({ codec_type }) => codec_type === 'audio');
  const [picture] = pictures;
  if (picture && !(picture.width && Number(picture.nb_read_packets) >= ENOUGH_PICTURES)) return false;
  const heard = sounds.every(({ sample_rate, channels }) => Number(sample_rate) > 0 && Number(channels) > 0);
  if (picture && heard && sounds.length > 0) return true;
  return seconds >= LONG_ENOUGH_SECONDS && (picture !== undefined || (heard && sounds.length > 0));
}

/** Reads ffprobe's JSON. Throws `source-without-media` when there is neither picture nor sound. PURE. */
export function describeSource(json: string): SourceDescription {
  const probed = JSON.parse(json) as { streams?: ProbedStream[]; format?: { format_name?: string; duration?: string } };
  const streams = probed.streams ?? [];
  const video = streams.find(({ codec_type, disposition }) => codec_type === 'video' && !disposition?.attached_pic);
  const audio = streams.find(({ codec_type }) => codec_type === 'audio');
  if (!video?.width && !audio)
    throw new Problem('source-without-media', { format: probed.format?.format_name ?? 'unknown' });
  const duration = Number(probed.format?.duration);
  return {
    format: probed.format?.format_name ?? 'unknown',
    ...(video?.width && video.height && { video: describeVideo(video, video.width, video.height) }),
    ...(audio && {
      audio: {
        codec: audio.codec_name ?? 'unknown',
        channels: audio.channels ?? 2,
        sampleRate: Number(audio.sample_rate ?? 48_000),
      },
    }),
    ...(Number.isFinite(duration) && duration > 0 && { durationSeconds: duration }),
  };
}

function describeVideo(stream: ProbedStream, width: number, height: number): NonNullable<SourceDescription['video']> {
  const sample = parseRatio(stream.sample_aspect_ratio ?? '') ?? ratio(1);
  const shown = { width: Math.round(width * toNumber(sample)), height };
  const rotation =
    stream.side_data_list?.find(({ rotation }) => rotation !== undefined)?.rotation ?? Number(stream.tags?.rotate ?? 0);
  const sideways = Math.abs(rotation) % 180 === 90;
  return {
    codec: stream.codec_name ?? 'unknown',
    width: sideways ? shown.height : shown.width,
    height: sideways ? shown.width : shown.height,
    fps: frameRate(stream),
    interlaced: stream.field_order !== undefined && !['progressive', 'unknown'].includes(stream.field_order),
  };
}

/** Denominator of the rates of 59.94, 29.97 and 23.976 a second. */
const NTSC = 1001;

/**
 * The nominal rate is exact where it is meant (29.97 and 30 differ), but absurd for a variable rate, where the average is
 * the honest one. Live sources may have only one of them yet.
 */
function frameRate(stream: ProbedStream): Ratio {
  const [average, nominal] = [stream.avg_frame_rate, stream.r_frame_rate].map((text) =>
    plausible(parseRatio(text ?? '')),
  );
  if (!average || !nominal) return average ?? nominal ?? ratio(30);
  const agree = Math.abs(toNumber(nominal) / toNumber(average) - 1) < 0.1;
  // In milliseconds (FLV) the nominal 59.94 is guessed to be 60; the average is then what the header says.
  return agree && average.den !== NTSC ? nominal : average;
}

function plausible(rate: Ratio | undefined): Ratio | undefined {
  return rate && toNumber(rate) >= 1 && toNumber(rate) <= 240 ? rate : undefined;
}
