/** Somebody in every worker thread of a server, who throws or hangs when he is told to. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.js';

/** Runs in every thread of the server: the first that finds the file does what it is called. */
const PRELOAD = `
  const { existsSync, unlinkSync } = require('node:fs');
  const { isMainThread } = require('node:worker_threads');
  const acts = { throw: () => { throw new Error('sabotage'); }, hang: () => { for (;;); } };
  const look = () => {
    for (const [name, act] of Object.entries(acts)) {
      const file = process.env.SABOTAGE + '/' + name;
      if (!existsSync(file)) continue;
      unlinkSync(file);
      act();
    }
  };
  if (!isMainThread) setInterval(look, 20).unref();
`;

export interface Saboteur {
  /** What brings him into a server. */
  readonly env: Readonly<Record<string, string>>;
  /** Settles when one thread has begun to. */
  commit(act: 'throw' | 'hang'): Promise<void>;
  remove(): Promise<void>;
}

export async function saboteur(): Promise<Saboteur> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-saboteur-'));
  const preload = join(folder, 'saboteur.cjs');
  await writeFile(preload, PRELOAD);
  return {
    env: { NODE_OPTIONS: `--require ${preload}`, SABOTAGE: folder },
    async commit(act) {
      await writeFile(join(folder, act), '');
      await until('it is done', async () => !(await readdir(folder)).includes(act));
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
