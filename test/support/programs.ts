/** Real players without a screen: each plays for a while and tells what it made of the stream. */
import { spawn } from 'node:child_process';

export interface ProgramResult {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a program to its end; killed after `limitMs`. */
export function runProgram(program: string, args: readonly string[], limitMs: number): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: limitMs, killSignal: 'SIGKILL' });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** Decodes `seconds` of a manifest with ffmpeg; gives the frames and samples it got. */
export async function decodeWithFfmpeg(
  url: string,
  seconds: number,
): Promise<{ frames: number; seconds: number; errors: string }> {
  const args = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-progress', 'pipe:1', '-i', url];
  const { output } = await runProgram(
    'ffmpeg',
    [...args, '-t', `${seconds}`, '-f', 'null', '-'],
    (seconds + 25) * 1000,
  );
  const last = (name: string): number =>
    Number([...output.matchAll(new RegExp(`^${name}=(\\d+)`, 'gm'))].at(-1)?.[1] ?? 0);
  const errors = output.split('\n').filter((line) => line.trim() !== '' && !/^\w+=/.test(line));
  return { frames: last('frame'), seconds: last('out_time_us') / 1e6, errors: errors.join('\n') };
}

/** Plays `seconds` of a manifest with mpv; true when picture and sound were decoded to the end. */
export async function playWithMpv(url: string, seconds: number): Promise<ProgramResult> {
  const args = [
    '--no-config',
    '--vo=null',
    '--ao=null',
    '--untimed=no',
    `--length=${seconds}`,
    '--msg-level=all=warn,cplayer=info',
  ];
  return runProgram('mpv', [...args, url], (seconds + 25) * 1000);
}
