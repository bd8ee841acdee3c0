/** How old the picture on the screen is, in one player: the burned clock read several times a second. */
import type { Browser } from 'playwright-core';
import { servePlayerPages, type PlayerPage } from '../test/players/page.js';
import { setTimeout as pass } from 'node:timers/promises';
import { READER } from './burned-clock.js';
import { median, type Row } from './report.js';

export interface Watching {
  readonly name: string;
  readonly player: PlayerPage;
  readonly url: string;
  /** For the player's own configuration. */
  readonly settings?: object;
  readonly settleSeconds: number;
  readonly seconds: number;
}

const READ_EVERY_MS = 200;

/** Seconds from lens to screen, one sample every fifth of a second; the note tells of stalls and of the player's buffer. */
export async function watchClock(browser: Browser, watching: Watching): Promise<Row> {
  const pages = await servePlayerPages(browser);
  try {
    const player = await pages.open(watching.player, watching.url, watching.settings);
    await player.evaluate(READER);
    await pass(watching.settleSeconds * 1000);
    const before = await player.seen();
    const samples: number[] = [];
    const endsAt = performance.now() + watching.seconds * 1000;
    while (performance.now() < endsAt) {
      const age = await player.evaluate<number | null>(`window.readBurnedClock(document.querySelector('video'))`);
      if (age !== null) samples.push(age / 1000);
      await pass(READ_EVERY_MS);
    }
    const seen = await player.seen();
    await player.closePage();
    const stalls = seen.stalls.length - before.stalls.length;
    const buffer = median(seen.samples.slice(before.samples.length).map((sample) => sample.buffer));
    return { name: watching.name, unit: 's', samples, note: `${stalls} stalls, ${buffer.toFixed(2)} s buffered` };
  } finally {
    await pages.close();
  }
}
