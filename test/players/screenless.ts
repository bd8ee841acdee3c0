/** ffmpeg, mpv and VLC without a screen: each plays a manifest at real time and says how many frames it has shown. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Playing {
  /** Frames decoded (ffmpeg) or shown (mpv, VLC) so far. */
  frames(): number;
  /** What it complained about, a line each; the harmless is left out. */
  complaints(): string[];
  /** Its exit code once it has ended by itself, undefined while it runs. */
  exitCode(): number | null | undefined;
  /** Ends it if it still runs; resolves when it is gone. */
  stop(): Promise<void>;
}

export type Screenless = (url: string) => Playing | Promise<Playing>;

interface Launch {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly frames: (output: string) => number;
  readonly complaint: RegExp;
  /** Written to its stdin twice a second. */
  readonly question?: string;
  readonly cleanUp?: () => Promise<void>;
}

/** Its progress report counts the frames. No `-re`: a live manifest sets the pace. */
const ffmpeg: Screenless = (url) =>
  launch({
    command: [
      ...['ffmpeg', '-hide_banner', '-nostdin', '-loglevel', 'warning', '-progress', 'pipe:1', '-stats_period', '0.5'],
      ...['-i', url, '-map', '0:v:0', '-map', '0:a:0', '-f', 'null', '-'],
    ],
    frames: (output) => last(output, /^frame=\s*(\d+)/gm),
    complaint: /rror|ailed|nvalid|orrupt/,
  });

/** Its status line is made to tell the number of the frame it shows. */
const mpv: Screenless = (url) =>
  launch({
    command: [
      ...['mpv', '--no-config', '--vo=null', '--ao=null', '--untimed=no', '--msg-level=all=warn,statusline=status'],
      ...['--term-status-msg=shown ${estimated-frame-number}\n', url],
    ],
    frames: (output) => last(output, /shown (\d+)/g),
    complaint: /rror(?! when loading first fragment)|ailed|nvalid|orrupt/,
  });

/** VLC refuses to run as root, wants a home to write to, and answers `stats` on its text interface. */
const vlc: Screenless = async (url) => {
  const home = await mkdtemp(join(tmpdir(), 'lockstep-vlc-'));
  await chmod(home, 0o777);
  const isRoot = process.getuid?.() === 0;
  return launch({
    command: [
      ...(isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []),
      ...['cvlc', '-I', 'rc', '--rc-fake-tty', '-V', 'dummy', '-A', 'dummy', '--play-and-exit', url],
    ],
    env: { HOME: home },
    frames: (output) => last(output, /frames displayed\s*:\s*(\d+)/g),
    // What libavcodec says when VLC ends a decoder in mid-frame, as it does at every switch, is VLC's own affair.
    complaint: /(?:http|adaptive|demux) .*error|buffer too late/,
    question: 'stats\n',
    cleanUp: () => rm(home, { recursive: true, force: true }),
  });
};

export const SCREENLESS = { ffmpeg, mpv, vlc } satisfies Record<string, Screenless>;

function launch({ command, env, frames, complaint, question, cleanUp }: Launch): Playing {
  const [program, ...args] = command;
  const child = spawn(program!, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
  // A program that has just ended takes no more questions.
  child.stdin.on('error', () => undefined);
  const asking = question === undefined ? undefined : setInterval(() => child.stdin.write(question), 500);
  const gone = once(child, 'close').finally(() => clearInterval(asking));
  return {
    frames: () => frames(output),
    complaints: () => output.split('\n').filter((line) => complaint.test(line)),
    exitCode: () => (hasEnded(child) ? child.exitCode : undefined),
    async stop() {
      if (!hasEnded(child)) child.kill('SIGKILL');
      await gone;
      await cleanUp?.();
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const last = (output: string, pattern: RegExp): number => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);
