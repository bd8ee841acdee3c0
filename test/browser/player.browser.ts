/** What a viewer sees: a real push, through nginx, in Chromium, with hls.js and with dash.js. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import type { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import { startStream, untilStatus } from '../support/api.js';
import { launchChromium } from '../support/chromium.js';
import { freePort } from '../support/free-port.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { accessibilityFaults, openPage } from '../support/page-judge.js';
import { publish } from '../support/publisher.js';
import { startServer, type RunningServer } from '../support/server.js';

interface PlayerState {
  state: string;
  playing: boolean;
  latencySeconds: number | null;
  rendition: string | null;
  width: number;
  height: number;
  stalls: number;
  fatalErrors: number;
  errors: { detail: string; fatal: boolean }[];
  currentTime: number;
}

const VIDEO = `document.querySelector('video')`;

let server: RunningServer;
let nginx: RunningNginx;
let camera: FfmpegProcess;
let browser: Browser;

beforeAll(async () => {
  server = await startServer();
  nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
  const port = await freePort();
  await startStream(server.url, {
    stream_id: 'camera',
    source_url: `srt://127.0.0.1:${port}?mode=listener`,
    qualities: ['360p', '240p'],
  });
  // An SRT caller knocks for three seconds: the listener is there long before.
  camera = publish({ target: `srt://127.0.0.1:${port}?mode=caller`, size: '640x360' });
  await untilStatus(server.url, 'camera', 'live');
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  camera?.kill();
  await nginx?.stop();
  await server?.stop();
});

describe.each(['hls', 'dash'])('the player page over %s', (protocol) => {
  let page: Page;
  const requested: string[] = [];
  const consoleErrors: string[] = [];

  beforeAll(async () => {
    page = await browser.newPage();
    page.on('request', (request) => requested.push(new URL(request.url()).pathname));
    page.on('console', (message) => {
      if (message.type() === 'error') consoleErrors.push(message.text());
    });
    await page.goto(`${nginx.url}/player/?stream=camera&protocol=${protocol}`);
  });

  afterAll(() => page?.close());

  const ask = <T>(expression: string): Promise<T> => page.evaluate<T>(expression);
  const state = (): Promise<PlayerState> => ask('window.lockstepPlayer.state()');
  // Not waitForFunction: it evaluates text in the page, which the page's security policy forbids.
  const reached = (condition: string) =>
    expect.poll(() => ask<unknown>(condition), { timeout: 45_000, interval: 200 }).toBeTruthy();

  it('shows a moving picture', async () => {
    await reached('window.lockstepPlayer?.state().playing && window.lockstepPlayer.state().currentTime > 0');
    const before = (await state()).currentTime;
    await reached(`window.lockstepPlayer.state().currentTime > ${before + 3}`);
    expect(await ask<number>(`${VIDEO}.getVideoPlaybackQuality().totalVideoFrames`)).toBeGreaterThan(30);
  });

  it('carries sound', async () => {
    expect(await ask<number>(`${VIDEO}.webkitAudioDecodedByteCount`)).toBeGreaterThan(1_000);
  });

  it('reaches both rungs', async () => {
    for (const height of [240, 360]) {
      await page.getByText(`${height}p`, { exact: true }).first().click();
      await reached(`${VIDEO}.videoHeight === ${height}`);
      expect(requested.some((path) => path.includes(`/${height}p/`))).toBe(true);
    }
  });

  it('stays close to the live edge, with no fatal error and a clean console', async () => {
    await reached('(window.lockstepPlayer.state().latencySeconds ?? 99) < 4');
    const { fatalErrors, latencySeconds } = await state();
    expect(fatalErrors).toBe(0);
    expect(latencySeconds).toBeGreaterThan(0.2);
    expect(consoleErrors).toEqual([]);
  });

  it.each(['dark', 'light'] as const)('has no fault that axe-core knows, in %s colours', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

describe('the player page without a stream in its address', () => {
  it.each(['dark', 'light'] as const)('lets one be named, without a fault in %s colours', async (colorScheme) => {
    const { page } = await openPage(browser, { colorScheme });
    await page.goto(`${nginx.url}/player/`);
    await page.getByText('The list of streams is not shown here.').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Stream' }).fill('camera');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Latency' }).waitFor();
    await page.close();
  });
});
