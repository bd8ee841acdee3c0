/** A live audience through nginx while the stream is encoded beside it: what it gets, and what it costs. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { startStream, untilStatus } from '../../test/support/api.js';
import { startNginx } from '../../test/support/nginx.js';
import { startServer } from '../../test/support/server.js';
import { cpuSecondsOf, ownCpuSeconds } from '../process-tree.js';
import type { Row, Scenario } from '../report.js';

export interface ViewersTerms {
  readonly audiences: readonly number[];
  readonly seconds: number;
}

const TERMS: ViewersTerms = { audiences: [500, 1000, 2000], seconds: 40 };
const STREAM = 'audience';

const scenario: Scenario = {
  about: `The load generator's low-latency HLS viewers through nginx for ${TERMS.seconds} s, one stream of two rungs encoded beside them, the generator on the same two cores. Wake: from a part's publication to the playlist that lists it at a viewer; part: its last byte at a viewer from its request; CPU by a thousand viewers of Node (without its encoders) and of nginx.`,
  run: (progress) => measureViewers(TERMS, progress),
};

export default scenario;

/** For each audience: wake and part latency in ms, and the CPU of both servers in cores per thousand viewers. */
export async function measureViewers(terms: ViewersTerms, progress: (text: string) => void): Promise<Row[]> {
  const server = await startServer();
  const nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
  try {
    const qualities = ['360p', '240p'];
    await startStream(server.url, { stream_id: STREAM, source_url: 'test:?size=640x360', qualities });
    await untilStatus(server.url, STREAM, 'live');
    const rows: Row[] = [];
    for (const viewers of terms.audiences) {
      progress(`${viewers} viewers`);
      const before = await Promise.all([ownCpuSeconds(server.pid), treeSeconds(nginx.pid)]);
      const report = await load(`${nginx.url}/${STREAM}/playlist.m3u8`, viewers, terms.seconds);
      const after = await Promise.all([ownCpuSeconds(server.pid), treeSeconds(nginx.pid)]);
      const cores = after.map((seconds, index) => (seconds - before[index]!) / terms.seconds / (viewers / 1000));
      rows.push(...rowsOf(viewers, report, cores));
    }
    return rows;
  } finally {
    await nginx.stop();
    await server.stop();
  }
}

interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

interface LoadReport {
  readonly wakeMs: Percentiles;
  readonly mediaMs: Percentiles;
  readonly stalls: { readonly count: number };
  readonly errors: Readonly<Record<string, number>>;
  readonly requests: { readonly perSecond: number };
  readonly generator: { readonly idleShare: number };
}

function rowsOf(viewers: number, report: LoadReport, [node, nginx]: readonly number[]): Row[] {
  const { stalls, errors, requests, generator } = report;
  const row = (name: string, { p50, p95, p99, count }: Percentiles, note: string): Row => ({
    ...{ name: `${viewers} viewers, ${name}`, unit: 'ms', samples: { median: p50, p95, count } },
    note: `p99 ${p99.toFixed(0)} ms${note}`,
  });
  const failed = Object.values(errors).reduce((sum, times) => sum + times, 0);
  return [
    row(
      'wake',
      report.wakeMs,
      `; ${stalls.count} stalls, ${failed} errors, ${requests.perSecond.toFixed(0)} requests/s`,
    ),
    row('part', report.mediaMs, `; machine ${(generator.idleShare * 100).toFixed(0)} % idle`),
    { name: `${viewers} viewers, Node`, unit: 'cores/1000', samples: [node!] },
    { name: `${viewers} viewers, nginx`, unit: 'cores/1000', samples: [nginx!] },
  ];
}

function load(url: string, viewers: number, seconds: number): Promise<LoadReport> {
  const script = join(import.meta.dirname, '..', '..', 'scripts', 'load.mjs');
  const args = ['--url', url, '--viewers', `${viewers}`, '--seconds', `${seconds}`, '--json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [script, ...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      // Its exit code says whether there were stalls, which is told in the report.
      if (stdout.trim() === '') reject(new Error(stderr || error?.message));
      else resolve(JSON.parse(stdout) as LoadReport);
    });
  });
}

/** The process itself: its children are the encoders. */
const treeSeconds = async (pid: number): Promise<number> =>
  [...(await cpuSecondsOf([pid])).values()].reduce((sum, seconds) => sum + seconds, 0);
