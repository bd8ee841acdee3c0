/** What the camera shows, and the ffmpeg that draws and encodes it. PURE. */

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Frames per second. */
  readonly rate: { readonly num: number; readonly den: number };
  readonly picture: boolean;
  readonly sound: boolean;
  /** Hz. */
  readonly sampleRate: number;
}

export const FIRST_PICTURE: Picture = {
  ...{ width: 640, height: 360, rate: { num: 30, den: 1 } },
  ...{ picture: true, sound: true, sampleRate: 48_000 },
};

/** Picture and sound keep their PIDs when the other one is switched off. */
export const PICTURE_PID = 0x100;
export const SOUND_PID = 0x101;

const BEEP_SECONDS = 0.1;

/**
 * Writes MPEG-TS to stdout as fast as it is read, from time 0: H.264 without reordering, a key frame a second, AAC.
 * `take` counts the encoders of a source, for the version of the tables (ISO/IEC 13818-1 2.4.4.5).
 */
export function cameraArguments(picture: Picture, take: number): string[] {
  const tracks = [
    ...(picture.picture ? [{ input: flashes(picture), codec: videoCodec(picture), pid: PICTURE_PID }] : []),
    ...(picture.sound ? [{ input: beeps(picture), codec: audioCodec(picture), pid: SOUND_PID }] : []),
  ];
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
    ...tracks.flatMap(({ input }) => ['-f', 'lavfi', '-i', input]),
    ...tracks.flatMap(({ codec, pid }, index) => ['-map', `${index}`, '-streamid', `${index}:${pid}`, ...codec]),
    // A PES packet per AAC frame: sound waits for no other sound. No delay: PCR is DTS, and times begin at 0.
    ...['-muxdelay', '0', '-muxpreload', '0', '-pes_payload_size', '0', '-tables_version', `${take % 32}`],
    ...['-flush_packets', '1', '-f', 'mpegts', 'pipe:1'],
  ];
}

/** ffmpeg's moving test picture with its clock, dimmed, so that the white frame of every second stands out. */
function flashes({ width, height, rate }: Picture): string {
  const flash = `drawbox=t=fill:color=white:enable='lt(mod(t+0.001,1),${rate.den}/${rate.num})'`;
  return `testsrc2=size=${width}x${height}:rate=${rate.num}/${rate.den},format=yuv420p,lutyuv=y=val/3,${flash}`;
}

function beeps({ sampleRate }: Picture): string {
  return `aevalsrc=exprs='if(lt(mod(t,1),${BEEP_SECONDS}),0.8*sin(2000*PI*t),0)':sample_rate=${sampleRate}`;
}

function videoCodec({ rate }: Picture): string[] {
  const keyFrames = Math.round(rate.num / rate.den);
  return [...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency'], ...['-g', `${keyFrames}`]];
}

const audioCodec = ({ sampleRate }: Picture): string[] => ['-c:a', 'aac', '-b:a', sampleRate < 24_000 ? '48k' : '96k'];
