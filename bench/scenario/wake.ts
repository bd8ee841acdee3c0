/** From a part's publication to the last byte of the playlist at everyone who waits for it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startStream, untilStatus } from '../../test/support/api.js';
import { startNginx } from '../../test/support/nginx.js';
import { startServer } from '../../test/support/server.js';
import { percentile, type Row, type Scenario } from '../report.js';

const HELD = [100, 1000, 4000];
const ROUNDS = 5;
const STREAM = 'wake';

const scenario: Scenario = {
  about: `N playlist requests held for the same part, from the part's rename onto disk to the last byte at the last of them; ${ROUNDS} rounds each, one 240p stream being encoded beside, viewers in a process of their own on the same two cores.`,
  async run(progress) {
    const server = await startServer();
    const nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
    try {
      await startStream(server.url, { stream_id: STREAM, source_url: 'test:?size=426x240', qualities: ['240p'] });
      await untilStatus(server.url, STREAM, 'live');
      const rows: Row[] = [];
      for (const [name, url] of [['Node', server.url] as const, ['nginx', nginx.url] as const]) {
        for (const viewers of HELD) {
          progress(`${viewers} through ${name}`);
          rows.push(await measure(`${viewers} held, ${name}`, url, viewers, server));
        }
      }
      return rows;
    } finally {
      await nginx.stop();
      await server.stop();
    }
  },
};

export default scenario;

async function measure(
  name: string,
  url: string,
  viewers: number,
  server: { readonly pid: number; readonly outputDir: string },
): Promise<Row> {
  const { hostname: host, port } = new URL(url);
  const child = fork(join(import.meta.dirname, '..', 'held-viewers.mjs'), { stdio: 'inherit' });
  const before = await residentKb(server.pid);
  child.send({
    ...{ host, port: Number(port), viewers, rounds: ROUNDS },
    path: `/streams/${STREAM}/240p/playlist.m3u8`,
    folder: join(server.outputDir, STREAM, '240p'),
  });
  const answer = once(child, 'message') as Promise<[{ delays: number[]; bytes: number }]>;
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the viewers' process ended with ${String(code)}`);
  });
  const [{ delays }] = await Promise.race([answer, ended]);
  const grown = (await residentKb(server.pid)) - before;
  return {
    ...{ name, unit: 'ms', samples: delays },
    note: `p99 ${percentile(delays, 0.99).toFixed(0)} ms, max ${Math.max(...delays).toFixed(0)} ms; ${(grown / viewers).toFixed(1)} KB of process each`,
  };
}

async function residentKb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
}
