/** From a part's publication to the last byte of the playlist at everyone who waits for it. */
import { join } from 'node:path';
import { startStream, untilStatus } from '../../test/support/api.js';
import { startNginx } from '../../test/support/nginx.js';
import { startServer } from '../../test/support/server.js';
import { wakeDelays } from '../held-viewers.js';
import { residentBytes } from '../process-tree.js';
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
  const before = await residentBytes(server.pid);
  const delays = await wakeDelays({
    ...{ url: `${url}/streams/${STREAM}/240p/playlist.m3u8`, viewers, rounds: ROUNDS },
    folder: join(server.outputDir, STREAM, '240p'),
  });
  const grown = ((await residentBytes(server.pid)) - before) / 1024;
  return {
    ...{ name, unit: 'ms', samples: delays },
    note: `p99 ${percentile(delays, 0.99).toFixed(0)} ms, max ${Math.max(...delays).toFixed(0)} ms; ${(grown / viewers).toFixed(1)} KB of process each`,
  };
}
