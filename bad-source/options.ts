/** What the command line of `npm run bad-source` says. PURE. */
import { parseArgs } from 'node:util';
import { readScript } from './script/read-script.js';
import { WORDS } from './script/words.js';

export interface ToolOptions {
  readonly script: string;
  readonly seed: number;
  /** 0: a free one. */
  readonly port: number;
  readonly push: string | undefined;
}

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: ToolOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string };

/** What can be pushed to. */
const PUSHED = /^(srt|rtmp|rtmps|tcp|udp):\/\/./;

export const USAGE = `npm run bad-source -- '<words>' [options]

A live source (flash and beep every second, H.264 and AAC in MPEG-TS) that misbehaves by script, for instance
  npm run bad-source -- 'up 20 drop 10 slow 5 up 10 jump 3 loop'

${Object.values(WORDS)
  .map(({ example, about }) => `  ${example.padEnd(18)} ${about}`)
  .join('\n')}

  --port <n>         listen on this TCP port of 127.0.0.1 (a free one); the first line printed is the address
  --push <address>   push to srt://, rtmp://, tcp:// or udp:// instead
  --seed <n>         chance that can be repeated (1)

Without words it is healthy. When they are over it stays as it is; Ctrl-C ends it, and so does the word "end".`;

/** Reads the arguments after the script's name. */
export function parseOptions(args: readonly string[]): ParsedOptions {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: DECLARED, allowPositionals: true });
    if (values.help) return { kind: 'help' };
    const script = positionals.join(' ');
    readScript(script);
    const port = whole('port', values.port ?? '0', 65_535);
    if (values.push !== undefined && !PUSHED.test(values.push))
      return wrong(`--push must begin with srt://, rtmp://, rtmps://, tcp:// or udp://, not "${values.push}"`);
    if (values.push !== undefined && values.port !== undefined)
      return wrong('--port and --push exclude each other: it listens, or it pushes');
    return {
      kind: 'run',
      options: { script, port, push: values.push, seed: whole('seed', values.seed ?? '1', 2 ** 32 - 1) },
    };
  } catch (cause) {
    return wrong(cause instanceof Error ? cause.message : String(cause));
  }
}

const text = { type: 'string' } as const;
const DECLARED = { port: text, push: text, seed: text, help: { type: 'boolean' } } as const;

const wrong = (problem: string): ParsedOptions => ({ kind: 'wrong', problem });

function whole(name: string, value: string, most: number): number {
  if (/^\d+$/.test(value) && Number(value) <= most) return Number(value);
  throw new RangeError(`--${name} must be a whole number from 0 to ${most}, not "${value}"`);
}
