/** Viewers that all wait for the same part of one playlist, in a process of their own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface HeldViewers {
  /** The media playlist. */
  readonly url: string;
  /** Where its parts are renamed to. */
  readonly folder: string;
  readonly viewers: number;
  readonly rounds: number;
}

/** For every viewer and round: ms from the part's rename onto disk to the last byte of the playlist that lists it. */
export async function wakeDelays({ url, ...rest }: HeldViewers): Promise<readonly number[]> {
  const { hostname: host, port, pathname: path } = new URL(url);
  const child = fork(join(import.meta.dirname, 'held-viewers.mjs'), { stdio: 'inherit' });
  child.send({ host, port: Number(port), path, ...rest });
  const answer = once(child, 'message') as Promise<[{ delays: number[] }]>;
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the viewers' process ended with ${String(code)}`);
  });
  const [{ delays }] = await Promise.race([answer, ended]);
  return delays;
}
