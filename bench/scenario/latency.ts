/** Glass to glass: a clock burned into the picture at the source, read back from the screen of a real Chromium. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import { startStream, untilStatus } from '../../test/support/api.js';
import { launchChromium } from '../../test/support/chromium.js';
import { freePort } from '../../test/support/free-port.js';
import { startNginx } from '../../test/support/nginx.js';
import { publish } from '../../test/support/publisher.js';
import { startServer } from '../../test/support/server.js';
import { serveFolder } from '../../test/support/serve-folder.js';
import { until } from '../../test/support/until.js';
import { burnedClockPicture, PICTURE, READER } from '../burned-clock.js';
import type { Row, Scenario } from '../report.js';

const SETTLE_SECONDS = 15;
const MEASURE_SECONDS = 60;

const scenario: Scenario = {
  about: `Glass to glass through nginx at default settings over ${MEASURE_SECONDS} s, after ${SETTLE_SECONDS} s to settle; baseline: \`ffmpeg -f hls\` with 2 s segments.`,
  async run(progress) {
    const server = await startServer();
    const nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
    const folder = await mkdtemp(join(tmpdir(), 'lockstep-baseline-'));
    const files = await serveFolder(folder);
    const browser = await launchChromium();
    const port = await freePort();
    const target = `srt://127.0.0.1:${port}?mode=listener&latency=20000`;
    const camera = publish({ target, picture: burnedClockPicture() });
    const baseline = plainHls(join(folder, 'playlist.m3u8'));
    try {
      const source_url = `srt://127.0.0.1:${port}?mode=caller&latency=20000`;
      await startStream(server.url, { stream_id: 'clock', source_url, qualities: ['360p'] });
      await untilStatus(server.url, 'clock', 'live');
      await until('the baseline has a playlist', async () => (await fetch(`${files.url}/playlist.m3u8`)).ok);
      const rows: Row[] = [];
      for (const protocol of ['hls', 'dash']) {
        progress(`Lockstep over ${protocol}`);
        const page = await browser.newPage();
        await page.addInitScript(READER);
        await page.goto(`${nginx.url}/player/?stream=clock&protocol=${protocol}`);
        rows.push(await measure(page, `Lockstep, ${protocol === 'hls' ? 'LL-HLS in hls.js' : 'LL-DASH in dash.js'}`));
        await page.close();
      }
      progress('baseline');
      const page = await browser.newPage();
      await page.addInitScript(READER);
      await page.goto(`${nginx.url}/player/`);
      await playPlainHls(page, `${files.url}/playlist.m3u8`);
      rows.push(await measure(page, 'baseline'));
      return rows;
    } finally {
      await browser.close();
      camera.kill();
      baseline.kill();
      await files.stop();
      await nginx.stop();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

export default scenario;

/** What everybody has: one ffmpeg, 2 s segments, the same encoder settings as the camera's. */
function plainHls(playlist: string): FfmpegProcess {
  return new FfmpegProcess({
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-re', '-f', 'lavfi', '-i', burnedClockPicture()],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-g', '60', '-sc_threshold', '0'],
      ...['-b:v', '800k', '-pix_fmt', 'yuv420p', '-f', 'hls', '-hls_time', '2', '-hls_list_size', '10'],
      ...['-hls_flags', 'delete_segments', playlist],
    ],
  });
}

/** hls.js from the player's own bundle is not exported, so the page loads the package's file. */
async function playPlainHls(page: Page, url: string): Promise<void> {
  await page.addScriptTag({ path: 'node_modules/hls.js/dist/hls.min.js' });
  await page.evaluate(`{
    document.body.innerHTML = '<video muted autoplay></video>';
    window.stalls = 0;
    const video = document.querySelector('video');
    const hls = new Hls();
    hls.on(Hls.Events.ERROR, (_, data) => { if (data.details === 'bufferStalledError') window.stalls += 1; });
    hls.loadSource(${JSON.stringify(url)});
    hls.attachMedia(video);
    video.play();
  }`);
}

async function measure(page: Page, name: string): Promise<Row> {
  const video = `document.querySelector('video')`;
  await page.waitForFunction(`${video}?.currentTime > 0 && ${video}.videoWidth === ${PICTURE.width}`, undefined, {
    timeout: 60_000,
  });
  await page.waitForTimeout(SETTLE_SECONDS * 1000);
  const stallsBefore = await page.evaluate<number>(STALLS);
  const samples: number[] = [];
  const endsAt = performance.now() + MEASURE_SECONDS * 1000;
  while (performance.now() < endsAt) {
    const age = await page.evaluate<number | null>(`window.readBurnedClock(${video})`);
    if (age !== null) samples.push(age / 1000);
    await page.waitForTimeout(200);
  }
  const stalls = (await page.evaluate<number>(STALLS)) - stallsBefore;
  return { name, unit: 's', samples, note: `${stalls} stalls` };
}

const STALLS = 'window.lockstepPlayer?.state().stalls ?? window.stalls ?? 0';
