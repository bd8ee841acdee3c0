/** A bare page with one player on it, watched from a test. The pages are the HTML files of this folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { serveFolder } from '../support/serve-folder.js';

export type PlayerPage = 'hls-js' | 'dash-js' | 'shaka';

/** What `watch.js` notes four times a second. Seconds; null where it could not be told. */
export interface Sample {
  /** Unix ms. */
  readonly at: number;
  /** How far behind live the player says it is. */
  readonly player: number | null;
  /** Age of the picture by its own date: PROGRAM-DATE-TIME, or availabilityStartTime and media time. */
  readonly date: number | null;
  readonly rate: number;
  readonly buffer: number;
  readonly height: number;
}

/** Everything since the page began. */
export interface Seen {
  /** `waiting` events of a picture that had already played: when and where each came. */
  readonly stalls: readonly string[];
  /** Quarters of a second in which playback stood still, with or without such an event. */
  readonly standstills: number;
  /** Jumps of a picture that had already played, the player's own doing. */
  readonly seeks: readonly string[];
  readonly errors: readonly string[];
  readonly fatal: readonly string[];
  readonly samples: readonly Sample[];
}

export interface State {
  readonly started: boolean;
  readonly currentTime: number;
  readonly height: number;
  /** Of the rungs it may choose from. */
  readonly heights: readonly number[];
  readonly frames: number;
  readonly dropped: number;
  readonly soundBytes: number;
}

export interface WatchedPlayer {
  seen(): Promise<Seen>;
  state(): Promise<State>;
  /** Has the player change to the rung of this height, without throwing away what it has buffered. */
  choose(height: number): Promise<void>;
  /** Resolves when the condition, an expression over `watched`, holds; rejects after `limitMs` (45 s). */
  reached(condition: string, limitMs?: number): Promise<void>;
  /** The value of an expression, in its page. */
  evaluate<Value>(expression: string): Promise<Value>;
  closePage(): Promise<void>;
  /** Addresses it has asked for, oldest first. */
  readonly requested: readonly string[];
  /** Errors and warnings on its console, and what was thrown past every handler. */
  readonly console: readonly string[];
}

/** A page whose player waits to be told what to play. */
export interface ReadyPlayer {
  /** Resolves when its picture moves, or `until` holds. */
  play(manifest: string, until?: string): Promise<WatchedPlayer>;
  close(): Promise<void>;
}

export interface PlayerPages {
  /** Opens a page. `settings` go to the player's own configuration. */
  prepare(player: PlayerPage, settings?: object): Promise<ReadyPlayer>;
  /** Opens a page and plays. */
  open(player: PlayerPage, manifest: string, settings?: object): Promise<WatchedPlayer>;
  close(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LIMIT_MS = 45_000;

/** Serves the pages, and the players from node_modules, to this browser. */
export async function servePlayerPages(browser: Browser): Promise<PlayerPages> {
  const files = await serveFolder(ROOT, { '/catch-up.js': await catchUpScript() });
  const prepare = async (player: PlayerPage, settings: object = {}): Promise<ReadyPlayer> => {
    const query = new URLSearchParams({ settings: JSON.stringify(settings) });
    const page = await browser.newPage();
    const watched = watchedPlayer(page);
    await page.goto(`${files.url}/test/players/${player}.html?${query.toString()}`);
    return {
      async play(manifest, until = 'watched.state().started && watched.state().frames > 30') {
        await page.evaluate(`play(${JSON.stringify(manifest)})`);
        await watched.reached(until);
        return watched;
      },
      close: () => page.close(),
    };
  };
  return {
    prepare,
    open: async (player, manifest, settings) => (await prepare(player, settings)).play(manifest),
    close: () => files.stop(),
  };
}

/** The player page's own way to its target latency, as a page without a bundler has it. */
async function catchUpScript(): Promise<string> {
  const source = await readFile(join(ROOT, 'web', 'src', 'player', 'catch-up.ts'), 'utf8');
  const compilerOptions = { target: ScriptTarget.ES2022, module: ModuleKind.ES2022 };
  return transpileModule(source, { compilerOptions }).outputText;
}

function watchedPlayer(page: Page): WatchedPlayer {
  const requested: string[] = [];
  const words: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  page.on('pageerror', (error) => words.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) words.push(message.text());
  });
  return {
    ...{ requested, console: words },
    seen: () => page.evaluate<Seen>('watched.seen'),
    state: () => page.evaluate<State>('watched.state()'),
    choose: (height) => page.evaluate(`void watched.choose(${height})`),
    evaluate: (expression) => page.evaluate(expression),
    closePage: () => page.close(),
    reached: async (condition, limitMs = LIMIT_MS) => {
      await page.waitForFunction(`window.watched && ${condition}`, undefined, { timeout: limitMs, polling: 100 });
    },
  };
}
