/** What players make of a disk that is full for a while: they stand still at most as long as that, and play on by themselves. */
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servePlayerPages, type PlayerPages } from '../players/page.js';
import { startStream, streamInfo, untilStatus } from '../support/api.js';
import { launchChromium } from '../support/chromium.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

let server: RunningServer;
let nginx: RunningNginx;
let browser: Browser;
let pages: PlayerPages;

beforeAll(async () => {
  server = await startServer({ diskMegabytes: 80, env: { DISK_RESERVE: '8' } });
  nginx = await startNginx({ originPort: server.port, outputDir: server.files });
  await startStream(server.url, { stream_id: 'camera', source_url: 'test:?size=426x240', qualities: ['240p'] });
  await untilStatus(server.url, 'camera', 'live');
  browser = await launchChromium();
  pages = await servePlayerPages(browser);
});
afterAll(async () => {
  await browser?.close();
  await pages?.close();
  await nginx?.stop();
  await server?.stop();
});

const newest = async (): Promise<number> => {
  const text = await (await fetch(`${nginx.url}/camera/240p/playlist.m3u8`)).text();
  return Math.max(...[...text.matchAll(/^(\d+)\.m4s$/gm)].map(([, number]) => Number(number)));
};
const untilWritable = (writable: boolean) =>
  until('the storage has changed', async () => (await streamInfo(server.url, 'camera')).storage.writable === writable);

/** Nothing is written for this many segments. */
async function fullFor(segments: number): Promise<void> {
  const filler = join(server.files, 'someone-elses-film');
  const { bavail, bsize } = await statfs(server.files);
  await writeFile(filler, Buffer.alloc(bavail * bsize - 6e6));
  await untilWritable(false);
  const since = await newest();
  await until('the time has passed', async () => (await newest()) >= since + segments, 60_000);
  await rm(filler);
  await untilWritable(true);
}

it.each([
  ['hls-js', 'playlist.m3u8', 5],
  ['hls-js', 'playlist.m3u8', 14],
  ['shaka', 'playlist.m3u8', 5],
  ['dash-js', 'manifest.mpd', 5],
  ['shaka', 'manifest.mpd', 5],
] as const)(
  '%s plays %s on by itself after a disk that was full for %d segments',
  async (player, manifest, segments) => {
    const page = await pages.open(player, `${nginx.url}/camera/${manifest}`);
    await fullFor(segments);
    const { frames } = await page.state();
    await page.reached(`watched.state().frames > ${frames + 90}`, 40_000);
    // dash.js and Shaka report each missing segment as an error, and ask on.
    if (player === 'hls-js') expect((await page.seen()).fatal).toEqual([]);
  },
);
