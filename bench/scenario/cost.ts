/** CPU of the whole process tree for one live ladder: ours, one ffmpeg for everything, one ffmpeg for each rung. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import { startStream, untilStatus } from '../../test/support/api.js';
import { startServer } from '../../test/support/server.js';
import { until } from '../../test/support/until.js';
import { everyRungOnItsOwn, LADDER, oneForAll } from '../plain-ffmpeg.js';
import { makeClip, startCamera, type Camera } from '../live-clip.js';
import { cpuSecondsDuring, EndedMeanwhile } from '../process-tree.js';
import { IS_SHORT, median, type Row, type Scenario } from '../report.js';
import { lateParts, readMetrics } from '../scrape.js';

export interface CostTerms {
  readonly pairs: number;
  /** At the least; ours until its encoders have worked off the padding a stream begins with as well. */
  readonly settleSeconds: number;
  /** Measured of each run, after it has settled. */
  readonly seconds: number;
  readonly size: string;
  readonly qualities: readonly string[];
}

const TERMS: CostTerms = {
  ...(IS_SHORT ? { pairs: 3, settleSeconds: 12, seconds: 40 } : { pairs: 5, settleSeconds: 12, seconds: 60 }),
  ...{ size: '1920x1080', qualities: LADDER.map(({ name }) => name) },
};
const SEGMENT_SECONDS = 2;
const ATTEMPTS = 3;
const LEVEL_FOR_MS = 3_000;
const LEVEL_WITHIN_MS = 90_000;

const scenario: Scenario = {
  about: `CPU seconds of the whole process tree per second of a live 1080p30 source made into five rungs and sound; ${TERMS.pairs} rounds of ${TERMS.seconds} s each, in turn. (a) one ffmpeg: split, cascade of scalings, the same x264 settings; (b) one ffmpeg for each rung, each decoding. What sends the source is not counted. (b) does not keep pace on two cores: its figure is by second of media made.`,
  run: async (progress) => {
    const { ours, one, each } = await measureCost(TERMS, progress);
    const note = (than: readonly number[], name: string): string =>
      `${median(ours.map((value, round) => value / than[round]!)).toFixed(3)} of ${name}, round by round ${ours.map((value, round) => (value / than[round]!).toFixed(2)).join(' ')}`;
    return [
      { name: 'Lockstep', unit: 'CPU s/s', samples: ours, note: `${note(one, '(a)')}; ${note(each, '(b)')}` },
      { name: 'baseline', unit: 'CPU s/s', samples: one, note: '(a)' },
      { name: 'one ffmpeg for each rung', unit: 'CPU s/s', samples: each, note: '(b)' },
    ] satisfies Row[];
  },
};

export default scenario;

/** Ours, (a) and (b). */
export type Way = 'ours' | 'one' | 'each';

/** CPU seconds per second of each way, round by round; ways that are not measured have none. */
export async function measureCost(
  terms: CostTerms,
  progress: (text: string) => void,
  measured: readonly Way[] = ['ours', 'one', 'each'],
): Promise<Record<Way, readonly number[]>> {
  const clip = await makeClip(terms.size);
  const figures: Record<Way, number[]> = { ours: [], one: [], each: [] };
  const ways = { ours, one: plain(oneForAll, assertRealTime), each: plain(everyRungOnItsOwn, shareMade) };
  try {
    for (let round = 1; round <= terms.pairs; round += 1) {
      for (const way of measured) {
        const used = await inRealTime(() => ways[way](clip, terms), progress);
        figures[way].push(used / terms.seconds);
        progress(`round ${round} of ${terms.pairs}, ${way}: ${(used / terms.seconds).toFixed(3)} CPU s/s`);
      }
    }
    return figures;
  } finally {
    await rm(dirname(clip), { recursive: true, force: true });
  }
}

/** Whoever falls behind encodes less, and would seem cheap. */
class NotRealTime extends Error {}

/** Runs it again when the machine was too busy for it to be a measurement, three times at most. */
async function inRealTime(run: () => Promise<number>, progress: (text: string) => void): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const isBusy = error instanceof NotRealTime || error instanceof EndedMeanwhile;
      if (!isBusy || attempt === ATTEMPTS) throw error;
      progress(`once more: ${error.message}`);
    }
  }
}

/** Segments since the beginning, by the playlist. */
function segmentsMade(playlist: string): number {
  const first = Number(/#EXT-X-MEDIA-SEQUENCE:(\d+)/.exec(playlist)?.[1] ?? 0);
  return first + [...playlist.matchAll(/^#EXTINF/gm)].length;
}

/** Of what is due in so many seconds, the share that was made. */
type Pace = (before: readonly number[], after: readonly number[], seconds: number) => number;

/** Throws `NotRealTime` when it is less than all. */
function assertRealTime(...[before, after, seconds]: Parameters<Pace>): number {
  const least = Math.min(...after.map((count, index) => count - before[index]!));
  // A segment more or less is where the two readings fell.
  if (least < seconds / SEGMENT_SECONDS - 1.5) throw new NotRealTime(`only ${least} segments in ${seconds} s`);
  return 1;
}

/** On average over the rungs: where a machine is too small, each falls behind on its own. */
function shareMade(...[before, after, seconds]: Parameters<Pace>): number {
  const made = after.reduce((sum, count, index) => sum + count - before[index]!, 0) / after.length;
  const due = seconds / SEGMENT_SECONDS;
  return made < due - 1 ? made / due : 1;
}

/** Pictures that were not there in time, parts that were late, parts that were never made: since the beginning. */
async function shortfalls(server: string): Promise<number> {
  const metrics = await readMetrics(server);
  const filled = metrics.sum('lockstep_playout_filled_units_total', { kind: 'video' });
  return filled + lateParts(metrics) + metrics.sum('lockstep_rung_gaps_total');
}

/** Waits until every rung's parts have been published in time for a while. */
async function untilLevel(server: string): Promise<void> {
  const endsAt = performance.now() + LEVEL_WITHIN_MS;
  for (let late = lateParts(await readMetrics(server)); ;) {
    await pass(LEVEL_FOR_MS);
    const before = late;
    late = lateParts(await readMetrics(server));
    if (late === before) return;
    if (performance.now() > endsAt) throw new NotRealTime('its encoders never caught up');
  }
}

async function ours(clip: string, { seconds, settleSeconds, qualities }: CostTerms): Promise<number> {
  const server = await startServer();
  const camera = await startCamera(clip);
  try {
    await startStream(server.url, { stream_id: 'cost', source_url: camera.url, qualities: [...qualities] });
    await untilStatus(server.url, 'cost', 'live');
    await pass(settleSeconds * 1000);
    await untilLevel(server.url);
    const before = await shortfalls(server.url);
    const used = await cpuSecondsDuring([server.pid], () => pass(seconds * 1000));
    const after = await shortfalls(server.url);
    if (after > before + seconds) throw new NotRealTime(`${after - before} pictures or parts were not there in time`);
    return used;
  } finally {
    await server.stop();
    await camera.stop();
  }
}

/** ffmpegs that write fMP4 HLS with 2 s segments: what one would run by hand. */
function plain(
  commands: (urls: readonly string[], folder: string, qualities: readonly string[]) => string[][],
  pace: Pace,
) {
  return async (clip: string, { seconds, settleSeconds, qualities }: CostTerms): Promise<number> => {
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-plain-'));
    const cameras: Camera[] = [];
    for (let count = 0; count < qualities.length; count += 1) cameras.push(await startCamera(clip));
    const urls = cameras.map(({ url }) => url);
    const lists = commands(urls, folder, qualities);
    const children = lists.map((args) => new FfmpegProcess({ program: 'ffmpeg', args }));
    try {
      await until('every ffmpeg runs', async () => {
        const dead = children.find(({ alive }) => !alive);
        if (dead) throw new Error(dead.lastWords.join('\n'));
        return (await readdir(folder)).some((name) => name.endsWith('.m4s'));
      });
      await pass(settleSeconds * 1000);
      const playlists = qualities.map((name) => join(folder, `${name}.m3u8`));
      const made = (): Promise<number[]> =>
        Promise.all(playlists.map(async (file) => segmentsMade(await readFile(file, 'utf8'))));
      const before = await made();
      const pids = children.map(({ pid }) => pid!);
      const used = await cpuSecondsDuring(pids, () => pass(seconds * 1000));
      return used / pace(before, await made(), seconds);
    } finally {
      for (const child of children) child.kill();
      await Promise.all(children.map(({ exited }) => exited));
      await Promise.all(cameras.map((camera) => camera.stop()));
      await rm(folder, { recursive: true, force: true });
    }
  };
}
