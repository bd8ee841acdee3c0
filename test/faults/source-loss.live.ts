/**
 * A camera goes away and comes back while two players watch: the last picture, the slate, the camera again, and neither
 * player notices. `LOSS_SECONDS=30` keeps it away longer.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from 'playwright-core';
import { startBadSource, type BadSource } from '../../bad-source/index.js';
import { servePlayerPages, type PlayerPages, type Seen, type WatchedPlayer } from '../players/page.js';
import { startStream, streamInfo, untilStatus } from '../support/api.js';
import { launchChromium } from '../support/chromium.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const LOSS_SECONDS = Number(process.env['LOSS_SECONDS'] || 10);
const SLATE_AFTER = 3;

let server: RunningServer;
let nginx: RunningNginx;
let camera: BadSource;
let browser: Browser;
let pages: PlayerPages;

interface Watched {
  readonly player: WatchedPlayer;
  readonly before: Seen;
  after: Seen;
}

const watched = new Map<string, Watched>();
const steps: string[] = [];
let playlist = '';

beforeAll(async () => {
  server = await startServer();
  nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
  camera = await startBadSource({ script: 'size 426x240 up 600' });
  const wishes = { source_url: camera.url, qualities: ['240p'], slate_after: SLATE_AFTER, slate_text: 'Back soon' };
  await startStream(server.url, { stream_id: 'camera', ...wishes });
  await untilStatus(server.url, 'camera', 'live');
  browser = await launchChromium();
  pages = await servePlayerPages(browser);
  for (const [page, manifest] of [
    ['hls-js', 'playlist.m3u8'],
    ['dash-js', 'manifest.mpd'],
  ] as const) {
    const player = await pages.open(page, `${nginx.url}/camera/${manifest}`);
    // Its first ten seconds, in which it finds its distance, are its own affair.
    await player.reached('watched.seen.samples.length > 40');
    const before = await player.seen();
    watched.set(page, { player, before, after: before });
  }
  await loseTheCamera();
  for (const one of watched.values()) one.after = await one.player.seen();
  playlist = await (await fetch(`${nginx.url}/camera/240p/playlist.m3u8`)).text();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await pages?.close();
  await camera?.stop();
  await nginx?.stop();
  await server?.stop();
});

async function loseTheCamera(): Promise<void> {
  const see = async (step: string): Promise<void> => {
    await until(
      `viewers see the ${step}`,
      async () => (await streamInfo(server.url, 'camera')).programme.step === step,
    );
    steps.push(step);
  };
  camera.say(`drop ${LOSS_SECONDS}`);
  await see('repeat');
  await see('slate');
  await camera.finished();
  await see('source');
  // Two segments of the camera's own again.
  const end = Date.now() + 5_000;
  await watched.get('hls-js')!.player.reached(`watched.seen.samples.at(-1).at > ${end}`);
}

describe.each(['hls-js', 'dash-js'])('%s, while the camera was away', (page) => {
  it('never stood still, jumped, or had anything to say', () => {
    const { player, before, after } = watched.get(page)!;
    expect(after.stalls.slice(before.stalls.length)).toEqual([]);
    expect(after.seeks.slice(before.seeks.length)).toEqual([]);
    expect(after.standstills).toBe(before.standstills);
    expect([...after.errors, ...after.fatal, ...player.console]).toEqual([]);
    expect(after.samples.length - before.samples.length).toBeGreaterThan(4 * LOSS_SECONDS);
  });

  it('stayed as close to the wall clock as it had been', () => {
    const { before, after } = watched.get(page)!;
    const age = (samples: Seen['samples']): number => {
      const known = samples.flatMap(({ date }) => date ?? []).sort((a, b) => a - b);
      return known[Math.floor(known.length / 2)]!;
    };
    const away = after.samples.slice(before.samples.length);
    expect(Math.abs(age(away) - age(before.samples.slice(-12)))).toBeLessThan(1);
  });
});

describe('the stream, while the camera was away', () => {
  it('showed its last picture, then the slate, then the camera again', () => {
    expect(steps).toEqual(['repeat', 'slate', 'source']);
  });

  it('has neither a gap nor a discontinuity', () => {
    expect(playlist).not.toContain('GAP');
    expect(playlist).not.toContain('#EXT-X-DISCONTINUITY\n');
  });
});
