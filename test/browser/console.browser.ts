/** An operator's work with the console: start a stream, watch it, change it, stop it; by mouse, by keyboard, on a phone. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { startStream, stopStream, streamInfo, untilStatus } from '../support/api.js';
import { launchChromium } from '../support/chromium.js';
import { freePort } from '../support/free-port.js';
import { accessibilityFaults, openPage, sidewaysOverflow, type JudgedPage } from '../support/page-judge.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const PLAYING_LIMIT = { timeout: 60_000 };
/** Small rungs: what is tried here is the console. */
const LADDER_FILE = fileURLToPath(new URL('small-ladder.yaml', import.meta.url));
/** Where a run leaves pictures of the pages, when it is asked to: `CONSOLE_IMAGES=docs/images`. */
const IMAGES = process.env['CONSOLE_IMAGES'];

let server: RunningServer;
let browser: Browser;
let judged: JudgedPage;
let page: Page;

const visit = (path: string): Promise<unknown> => page.goto(`${server.url}/#${path}`);
const button = (name: string) => page.getByRole('button', { name, exact: true });
const heading = (name: string) => page.getByRole('heading', { level: 1, name });

async function picture(name: string, size?: { width: number; height: number }): Promise<void> {
  if (IMAGES === undefined) return;
  const before = page.viewportSize()!;
  if (size) await page.setViewportSize(size);
  await page.mouse.move(0, 0);
  // With enough on its plots to be looked at.
  if (size) await page.getByRole('img', { name: /^Latency of the last ([3-9]\d|\d min)/ }).waitFor(PLAYING_LIMIT);
  await page.screenshot({ path: `${IMAGES}/console-${name}.png` });
  await page.setViewportSize(before);
}

beforeAll(async () => {
  server = await startServer({ env: { ADMISSION: 'warn', LADDER_FILE } });
  browser = await launchChromium();
  judged = await openPage(browser, { colorScheme: 'dark', reducedMotion: 'reduce' });
  page = judged.page;
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe('before the first stream', () => {
  it('shows how to begin, with a command to take along', async () => {
    await page.goto(server.url);
    await page.getByRole('heading', { name: 'No stream is running' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'the ffmpeg command' }).textContent()).toContain('srt://127.0.0.1:');
    expect(await button('Start the test picture').isEnabled()).toBe(true);
  });
});

describe('the start form', () => {
  beforeAll(async () => {
    await page.getByRole('link', { name: 'Start a stream' }).first().click();
    await heading('Start a stream').waitFor();
  });

  it('makes an id of the title, and says what an id is made of', async () => {
    await page.getByLabel('Title').fill('Main stage, left');
    expect(await page.getByLabel('Stream id').inputValue()).toBe('main-stage-left');
    await page.getByLabel('Stream id').fill('main stage');
    expect(await page.getByLabel('Stream id').getAttribute('aria-invalid')).toBe('true');
  });

  it('shows at each field what the server says of it, and moves there', async () => {
    await page.getByLabel('Source', { exact: true }).fill('gopher://media.example.com/live');
    await button('Start').click();
    await page.locator('#source-0-error:not([hidden])').waitFor();
    expect(await page.locator('#stream_id-error').textContent()).toContain('stream_id must be');
    expect(await page.locator('#source-0-error').textContent()).toContain('rtmp');
    expect(await page.evaluate('document.activeElement.id')).toBe('stream_id');
    // The one complaint that is right: the browser itself notes the refusal.
    expect(judged.complaints.splice(0)).toEqual([expect.stringMatching(/status of 400 .*\/streams$/)]);
  });

  it('shows what would be made of the source, and whether there is room, before anything is started', async () => {
    await page.getByLabel('Stream id').fill('stage');
    await page.getByLabel('Source', { exact: true }).fill('test:?size=640x360');
    await page.getByRole('checkbox', { name: '360p' }).check();
    const preview = page.getByRole('region', { name: 'What will be made' });
    await preview.getByRole('row', { name: '240p' }).waitFor();
    expect(await preview.getByRole('row').allTextContents()).toEqual([
      'QualitySizeBit rate',
      '360p640×360896 kbit/s',
      '240p426×240496 kbit/s',
    ]);
    expect(await preview.textContent()).toMatch(/Needs [\d.]+ processor cores of [\d.]+ that are free/);
    expect(await (await fetch(`${server.url}/streams`)).json()).toEqual([]);
    await picture('start');
  });

  it('starts the stream, which runs until it is stopped, and goes to its page', async () => {
    await page.getByText('More choices').click();
    await page.getByLabel('Labels').fill('room: studio-2');
    await button('Start').click();
    await heading('Main stage, left').waitFor();
    const { labels, stale_after } = (await streamInfo(server.url, 'stage')) as unknown as Record<string, unknown>;
    expect({ labels, stale_after }).toEqual({ labels: { room: 'studio-2' }, stale_after: null });
  });
});

describe('the page of a stream', () => {
  const player = (name: string) => page.locator(`section[aria-label="${name} player"][data-state="playing"]`);

  it('plays by HLS and by DASH, each with its latency and bit rate plotted', async () => {
    await player('HLS').waitFor(PLAYING_LIMIT);
    await page.getByRole('radio', { name: 'Both' }).check();
    await player('DASH').waitFor(PLAYING_LIMIT);
    await page
      .getByRole('img', { name: /^Latency of the last .+: HLS [\d.]+ s, DASH [\d.]+ s$/ })
      .waitFor(PLAYING_LIMIT);
    await page
      .getByRole('img', { name: /^Bit rate of the last .+: HLS .+bit\/s, DASH .+bit\/s$/ })
      .waitFor(PLAYING_LIMIT);
    await page.getByRole('radio', { name: 'HLS' }).check();
    await player('DASH').waitFor({ state: 'detached' });
  });

  it('tells what happens, what viewers see, and how each quality fares', async () => {
    expect(await page.getByRole('region', { name: 'Explanation' }).textContent()).toMatch(/\w{4}/);
    const programme = page.getByRole('region', { name: 'Programme' });
    expect(await programme.locator('[aria-current="step"]').textContent()).toBe('Source');
    const rows = page.getByRole('region', { name: 'Table of qualities' }).getByRole('rowheader');
    expect(await rows.allTextContents()).toEqual(['360p', '240p', 'audio']);
  });

  it('lists what happened, and goes on listing as it happens', async () => {
    const events = page.getByRole('region', { name: 'List of events' });
    await events.getByText(/^Playable after/).waitFor();
    await button('Edit …').click();
    const dialog = page.getByRole('dialog', { name: 'Edit stage' });
    await dialog.getByLabel('Title').fill('Studio 2');
    await button('Save').click();
    await events.getByText('Edited: title').waitFor();
    await heading('Studio 2').waitFor();
    expect(await dialog.isVisible()).toBe(false);
    await picture('stream', { width: 1280, height: 1240 });
  });

  it('takes the address of a playlist along that can be played', async () => {
    const address = await page.getByRole('textbox', { name: 'the HLS address' }).textContent();
    expect(await (await fetch(address!)).text()).toContain('#EXTM3U');
  });
});

describe('the list of streams', () => {
  beforeAll(async () => {
    const port = await freePort();
    await startStream(server.url, { stream_id: 'radio', title: 'Radio', source_url: 'test:', qualities: ['audio'] });
    await startStream(server.url, {
      ...{ stream_id: 'door', title: 'Stage door', source_url: `srt://127.0.0.1:${port}?mode=listener` },
      qualities: ['240p'],
    });
    await untilStatus(server.url, 'radio', 'live');
  });

  afterAll(() => Promise.all(['radio', 'door'].map((id) => stopStream(server.url, id))));

  it('shows each stream with its picture, its name and how it fares', async () => {
    await page.getByRole('link', { name: 'All streams', exact: true }).click();
    await page.locator('.thumbnail.drawn').waitFor();
    const card = page.getByRole('link', { name: /Studio 2/ });
    expect(await card.textContent()).toMatch(/On air|down/);
    expect(await card.textContent()).toContain('room: studio-2');
    expect(await page.getByRole('link', { name: /Stage door/ }).textContent()).toContain('Starting');
    await picture('list');
  });

  it('finds streams by name and by state', async () => {
    await page.getByRole('searchbox', { name: 'Find a stream' }).fill('nothing like it');
    await page.getByText('No stream is like that.').waitFor();
    await page.getByRole('searchbox', { name: 'Find a stream' }).fill('studio');
    await page.getByRole('link', { name: /Studio 2/ }).waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('failed');
    await page.getByText('No stream is like that.').waitFor();
  });
});

const VIEWS = { list: '/', start: '/start', stream: '/streams/stage' } as const;

describe.each(Object.entries(VIEWS))('the view %s', (name, path) => {
  it.each(['dark', 'light'] as const)('has no fault that axe-core knows, in %s colours', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await visit(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    if (name === 'stream') await page.getByRole('region', { name: 'Explanation' }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it('fits a phone of 360 pixels, and is as free of faults there', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 860 });
  });
});

describe('colours', () => {
  const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');

  it('are switched by hand, against the system, and stay so', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await button('Switch to light colours').click();
    expect(await ground()).toBe('rgb(244, 246, 247)');
    await page.locator('section[data-state="playing"]').waitFor(PLAYING_LIMIT);
    await page.getByRole('img', { name: /^Latency of the last .+: HLS [\d.]+ s/ }).waitFor(PLAYING_LIMIT);
    await picture('light', { width: 1280, height: 1240 });
    await page.reload();
    await page.getByRole('button', { name: 'Switch to dark colours' }).waitFor();
    expect(await ground()).toBe('rgb(244, 246, 247)');
    await button('Switch to dark colours').click();
    expect(await ground()).toBe('rgb(14, 18, 20)');
  });
});

describe('by keyboard alone', () => {
  /** Names of what has the focus, one Tab after the other. */
  async function walk(steps: number): Promise<string[]> {
    const names: string[] = [];
    for (let step = 0; step < steps; step += 1) {
      await page.keyboard.press('Tab');
      names.push(
        await page.evaluate<string>(
          'document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim()',
        ),
      );
    }
    return names;
  }

  it('every control of the head can be reached, in the order it is seen, with the focus in sight', async () => {
    await visit('/streams/stage');
    await page.reload();
    await button('Stop …').waitFor();
    expect(await walk(7)).toEqual([
      ...['Skip to the content', 'Lockstep, all streams', 'API', 'Switch to light colours'],
      ...['All streams', 'Edit …', 'Stop …'],
    ]);
    const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle');
    expect(outline).toBe('solid');
  });

  it('a stream is stopped only after it was asked for twice', async () => {
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Stop stage?' });
    await dialog.waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Keep it');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await dialog.isVisible()).toBe(false);
    expect((await streamInfo(server.url, 'stage')).status).not.toBe('stopping');

    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('Streams').waitFor(PLAYING_LIMIT);
    await until('the stream is gone', async () => (await fetch(`${server.url}/streams/stage`)).status === 404);
  });
});

describe('a phone', () => {
  it('starts the test picture with one touch, and shows it', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await visit('/');
    await button('Start the test picture').click();
    await page.locator('section[data-state="playing"]').waitFor(PLAYING_LIMIT);
    await page.getByRole('img', { name: /^Latency of the last .+: HLS [\d.]+ s/ }).waitFor(PLAYING_LIMIT);
    expect(await sidewaysOverflow(page)).toBe(0);
    await picture('phone');
  });
});

describe('all the while', () => {
  it('the console of the browser has nothing to complain of', () => {
    // A gap that a busy machine made, or the segment it cut off, is the media's: the page is asked about itself.
    expect(judged.complaints.filter((words) => !/^Failed to load .*\.m4s$/.test(words))).toEqual([]);
  });
});
