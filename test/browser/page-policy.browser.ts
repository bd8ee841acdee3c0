/** Our pages in a real browser, with the policy that the server sends along: nothing of theirs is blocked. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream, untilStatus } from '../support/api.js';
import { launchChromium } from '../support/chromium.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { freePort } from '../support/free-port.js';
import { startServer, type RunningServer } from '../support/server.js';

let browser: Browser;
let server: RunningServer;
let nginx: RunningNginx;

beforeAll(async () => {
  const cdnPort = await freePort();
  [browser, server] = await Promise.all([launchChromium(), startServer({ env: { CDN_PORT: `${cdnPort}` } })]);
  nginx = await startNginx({ port: cdnPort, originPort: server.port, outputDir: server.outputDir });
  await startStream(server.url, { stream_id: 'own', source_url: 'test:', qualities: ['240p'] });
  await untilStatus(server.url, 'own', 'live', 60_000);
});
afterAll(async () => {
  await browser?.close();
  await nginx?.stop();
  await server?.stop();
});

/** Opens a page and gives what its console said was wrong, of the policy above all, until `ready` is true. */
async function complaintsOf(url: string, ready: string): Promise<string[]> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  // Not waitForFunction: it evaluates text in the page, which the policy forbids.
  await expect.poll(() => page.evaluate(ready), { timeout: 60_000 }).toBe(true);
  await page.close();
  return complaints;
}

const PLAYS = `(document.querySelector('video')?.currentTime ?? 0) > 0 && !document.querySelector('video').paused`;

describe('with the policy that the server sends', () => {
  it.each(['hls', 'dash'])('the player page plays %s', async (protocol) => {
    expect(await complaintsOf(`${server.url}/player/?stream=own&protocol=${protocol}`, PLAYS)).toEqual([]);
  });

  it('the player page plays through nginx', async () => {
    expect(await complaintsOf(`${nginx.url}/player/?stream=own`, PLAYS)).toEqual([]);
  });

  it('the API description is drawn', async () => {
    expect(await complaintsOf(`${server.url}/docs`, `document.querySelectorAll('.opblock').length > 5`)).toEqual([]);
  });

  it('a page of the API may load from nginx at the name it was reached by, and from nowhere else', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.url}/problems`);
    const fetches = (url: string) => page.evaluate(`fetch('${url}').then(() => true, () => false)`);
    expect(await fetches(`${nginx.url}/own/playlist.m3u8`)).toBe(true);
    const elsewhere = `http://127.0.0.1:${server.port}/problems`.replace('127.0.0.1', 'localhost');
    expect(await fetches(elsewhere)).toBe(false);
    await page.close();
  });

  it('a page from elsewhere may show the player in a frame, and the API description not', async () => {
    const page = await browser.newPage();
    const frames = (url: string) => `<iframe src="${url}"></iframe>`;
    await page.setContent(frames(`${server.url}/player/?stream=own`) + frames(`${server.url}/docs`));
    const titleOf = (frame: number) =>
      page
        .frames()
        [frame]?.evaluate('document.title')
        .catch(() => '');
    await expect.poll(() => titleOf(1), { timeout: 10_000 }).toContain('Lockstep');
    await expect.poll(() => page.frames()[2]?.url()).toMatch(/^chrome-error:/);
    await page.close();
  });
});
