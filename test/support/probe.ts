/** What ffprobe makes of a manifest: one entry a stream. */
import { runProgram } from './programs.js';

export interface ProbedStream {
  codec_type: 'video' | 'audio';
  codec_name: string;
  width?: number;
  height?: number;
  r_frame_rate: string;
  channels?: number;
}

export async function probe(url: string): Promise<ProbedStream[]> {
  const { output } = await runProgram('ffprobe', ['-v', 'quiet', '-of', 'json', '-show_streams', url], 30_000);
  return (JSON.parse(output) as { streams: ProbedStream[] }).streams;
}

/** Mean volume in dB of the first seconds of a manifest's sound; silence is far below -60. */
export async function meanVolume(url: string, seconds: number): Promise<number> {
  const args = [
    '-hide_banner',
    '-nostdin',
    '-i',
    url,
    '-t',
    `${seconds}`,
    '-vn',
    '-af',
    'volumedetect',
    '-f',
    'null',
    '-',
  ];
  const { output } = await runProgram('ffmpeg', args, 30_000);
  return Number(/mean_volume: (\S+) dB/.exec(output)?.[1] ?? 0);
}
