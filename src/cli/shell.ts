/** What surrounds a command: the terminal, the environment, the keyboard. Tests bring their own. */
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

export interface Shell {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout is a terminal: colours, and pictures that are drawn over. */
  readonly isTerminal: boolean;
  /** Width of the terminal, where there is one. */
  readonly columns: number | undefined;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  out(text: string | Uint8Array): void;
  err(text: string): void;
  /** All of stdin. */
  input(): Promise<string>;
  /** Resolves after so many milliseconds, or at once when the signal is aborted. */
  pause(ms: number): Promise<void>;
}

export function shellOfThisProcess(): Shell {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  // `lockstep list | head -1`: the reader has what it wanted.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  return {
    env: process.env,
    isTerminal: process.stdout.isTTY,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    signal: interrupted.signal,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    input: () => text(process.stdin),
    pause: (ms) => delay(ms, undefined, { signal: interrupted.signal }).catch(() => undefined),
  };
}
