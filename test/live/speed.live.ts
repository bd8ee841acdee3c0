/**
 * The bench's bars at a hundredth of their size, as ratios: to the same done without Lockstep in the same minute, or to what
 * it promises. A limit lies below twice what was measured, so that nothing becomes twice as dear or as slow unseen.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { wakeDelays } from '../../bench/held-viewers.js';
import { median } from '../../bench/report.js';
import { measureCost } from '../../bench/scenario/cost.js';
import { measureLatency } from '../../bench/scenario/latency.js';
import { startStream, stopStream, untilStatus } from '../support/api.js';
import { startServer } from '../support/server.js';

/** Three parts of 0.333 s. */
const HOLD_BACK_SECONDS = 1;

const say = (text: string): void => console.log(`      ${text}`);

it('two rungs cost little more than one plain ffmpeg that makes both', async () => {
  const terms = { pairs: 1, settleSeconds: 4, seconds: 8, size: '1280x720', qualities: ['720p', '360p'] };
  const { ours, one } = await measureCost(terms, say, ['ours', 'one']);
  const ratio = ours[0]! / one[0]!;
  say(`${ratio.toFixed(2)} times the cost of one ffmpeg`);
  expect(ratio).toBeLessThan(1.9);
});

it('viewers who wait for a part are answered hardly later than by a server that does nothing else', async () => {
  const audience = { viewers: 400, rounds: 5 };
  const server = await startServer();
  await startStream(server.url, { stream_id: 'wake', source_url: 'test:?size=426x240', qualities: ['240p'] });
  await untilStatus(server.url, 'wake', 'live');
  const ours = await wakeDelays({
    ...{ ...audience, url: `${server.url}/streams/wake/240p/playlist.m3u8` },
    folder: join(server.outputDir, 'wake', '240p'),
  });
  await stopStream(server.url, 'wake');
  await server.stop();
  const bare = await bareDelays(audience);
  const ratio = median(ours) / median(bare);
  say(`${ratio.toFixed(2)} times as long as bare Node (${median(ours).toFixed(0)} and ${median(bare).toFixed(0)} ms)`);
  expect(ratio).toBeLessThan(2.3);
});

it('a picture is not much older on the screen than the playlist asks hls.js to be behind', async () => {
  const terms = { settleSeconds: 8, seconds: 10, parts: [0.333], players: ['hls.js'], qualities: ['360p'] } as const;
  const [seen] = await measureLatency({ ...terms, legs: false }, say);
  const ratio = median(seen!.samples as readonly number[]) / HOLD_BACK_SECONDS;
  say(`${ratio.toFixed(2)} times PART-HOLD-BACK from lens to screen`);
  expect(ratio).toBeLessThan(2.8);
});

/** The same viewers, before a bare Node server that publishes parts on its own. */
async function bareDelays(audience: { viewers: number; rounds: number }): Promise<readonly number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-bare-'));
  const bare = fork(join(import.meta.dirname, '..', '..', 'bench', 'bare-origin.mjs'));
  try {
    bare.send({ folder, bodyBytes: 900 });
    const [{ port }] = (await once(bare, 'message')) as [{ port: number }];
    return await wakeDelays({ ...audience, url: `http://127.0.0.1:${port}/playlist`, folder });
  } finally {
    bare.kill();
    await rm(folder, { recursive: true, force: true });
  }
}
