/** How many small streams one machine carries, and what Node alone costs for each of them. */
import { setTimeout as pass } from 'node:timers/promises';
import { fitLadder, type Rung } from '../../src/engine/ladder/index.js';
import { startStream, untilStatus } from '../../test/support/api.js';
import { startServer, type RunningServer } from '../../test/support/server.js';
import { LADDER } from '../plain-ffmpeg.js';
import { pretendFfmpeg } from '../pretend/index.js';
import { ownCpuSeconds, residentBytes } from '../process-tree.js';
import type { Row, Scenario } from '../report.js';
import { LATE_SECONDS, lateParts, readMetrics, type Metrics } from '../scrape.js';

export interface DensityTerms {
  /** Streams of one 240p rung, pretend encoders. */
  readonly streams: readonly number[];
  /** Rungs of each of ten streams, pretend encoders. */
  readonly rungs: readonly number[];
  /** Streams of one 240p rung that are added at a time, real encoders, until one is late. */
  readonly step: number;
  readonly seconds: number;
}

const TERMS: DensityTerms = { streams: [1, 10, 20, 30, 40, 50], rungs: [1, 2, 3], step: 4, seconds: 15 };
const SOURCE = { width: 852, height: 480 };
const STREAMS_OF_RUNGS = 10;
/** Until what runs all the time has been compiled for each thread. */
const SETTLE_MS = 20_000;
const MOST_REAL = 60;

const scenario: Scenario = {
  about: `Live streams of small rungs and sound, ${TERMS.seconds} s each after ${SETTLE_MS / 1000} s to settle. Node alone: sources and encoders are pretended (raw frames in and recorded fragments out by a script, in real time, on the same two cores); its CPU is that of all its threads, by a rendition (sound counts as one); heap is that of all V8 isolates, by a rendition; late: parts announced more than ${LATE_SECONDS} s after their end. Real: ffmpeg makes and encodes everything, ${TERMS.step} streams more at a time until one part is late or lost.`,
  run: async (progress) => [...(await nodeAlone(TERMS, progress)), await real(TERMS, progress)],
};

export default scenario;

/** What Node costs for so many streams, and for so many rungs each. */
async function nodeAlone(terms: DensityTerms, progress: (text: string) => void): Promise<Row[]> {
  const rungs = LADDER.slice(-Math.max(...terms.rungs));
  const pretend = await pretendFfmpeg(rungs, SOURCE);
  try {
    const rows: Row[] = [];
    const of = async (streams: number, count: number): Promise<void> => {
      const server = await startServer({ env: { FFMPEG_PATH: pretend.program } });
      try {
        await begin(server, 0, streams, rungs.slice(-count));
        rows.push(...rowsOf(streams, count, await measure(server, terms.seconds), progress));
      } finally {
        await server.stop();
      }
    };
    for (const streams of terms.streams) await of(streams, 1);
    for (const count of terms.rungs.filter((count) => count > 1)) await of(STREAMS_OF_RUNGS, count);
    return rows;
  } finally {
    await pretend.remove();
  }
}

/** As many real ones as are never late. */
async function real({ step, seconds }: DensityTerms, progress: (text: string) => void): Promise<Row> {
  const server = await startServer();
  try {
    let carried = 0;
    for (let streams = step; streams <= MOST_REAL; streams += step) {
      await begin(server, carried, streams, LADDER.slice(-1));
      const { late, cores } = await measure(server, seconds);
      progress(`${streams} real streams: ${late} parts late, Node ${(100 * cores).toFixed(1)} % of a core`);
      if (late > 0) break;
      carried = streams;
    }
    return { name: 'real 240p streams, none late', unit: 'streams', samples: [carried] };
  } finally {
    await server.stop();
  }
}

async function begin(server: RunningServer, from: number, to: number, rungs: readonly Rung[]): Promise<void> {
  const size = fitLadder(rungs.slice(0, 1), SOURCE).video[0]!;
  const source_url = `test:?size=${size.width}x${size.height}`;
  const qualities = rungs.map(({ name }) => name);
  for (let index = from; index < to; index += 1) {
    await startStream(server.url, { stream_id: `s${index}`, source_url, qualities });
    await untilStatus(server.url, `s${index}`, 'live');
  }
  await pass(SETTLE_MS);
}

interface Density {
  /** Cores Node's threads used. */
  readonly cores: number;
  /** Of the whole process. */
  readonly rssBytes: number;
  readonly heapBytes: number;
  /** The main thread's, 99th percentile. */
  readonly loopDelayMs: number;
  /** Parts published late, and units no source filled. */
  readonly late: number;
}

async function measure(server: RunningServer, seconds: number): Promise<Density> {
  const before = await readMetrics(server.url);
  const spent = await ownCpuSeconds(server.pid);
  await pass(seconds * 1000);
  const cores = ((await ownCpuSeconds(server.pid)) - spent) / seconds;
  const after = await readMetrics(server.url);
  const heap =
    after.sum('lockstep_node_nodejs_heap_size_used_bytes') + after.sum('lockstep_stream_memory_bytes', { of: 'heap' });
  return {
    ...{ cores, heapBytes: heap, rssBytes: await residentBytes(server.pid) },
    loopDelayMs: 1000 * after.sum('lockstep_event_loop_delay_seconds', { quantile: '0.99' }),
    late: lateOf(after) - lateOf(before),
  };
}

/** Parts published late and units no source filled, since the beginning. */
const lateOf = (metrics: Metrics): number => lateParts(metrics) + metrics.sum('lockstep_playout_filled_units_total');

function rowsOf(streams: number, rungs: number, density: Density, progress: (text: string) => void): Row[] {
  const name = `${streams} stream${streams > 1 ? 's' : ''} of ${rungs} rung${rungs > 1 ? 's' : ''}`;
  const renditions = streams * (rungs + 1);
  const percent = (100 * density.cores) / renditions;
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const note = [
    `${(100 * density.cores).toFixed(1)} % in all`,
    `heap ${mebibytes(density.heapBytes / renditions)} MiB each`,
    `RSS ${mebibytes(density.rssBytes)} MiB in all`,
    `loop delay p99 ${density.loopDelayMs.toFixed(1)} ms`,
    `${density.late} late`,
  ].join(', ');
  progress(`${name}: ${percent.toFixed(2)} % of a core each; ${note}`);
  return [{ name, unit: '% of a core', samples: [percent], note }];
}
