/** Glass to glass: a clock burned into the picture at the source, read back from the screen of a real Chromium. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import type { PlayerPage } from '../../test/players/page.js';
import { startStream, untilStatus } from '../../test/support/api.js';
import { launchChromium } from '../../test/support/chromium.js';
import { freePort } from '../../test/support/free-port.js';
import { startNginx } from '../../test/support/nginx.js';
import { startServer } from '../../test/support/server.js';
import { serveFolder } from '../../test/support/serve-folder.js';
import { until } from '../../test/support/until.js';
import { burnedClockInput, filmClock } from '../burned-clock.js';
import { cameraDelay } from '../camera-delay.js';
import { watchClock } from '../glass-to-glass.js';
import { LADDER } from '../plain-ffmpeg.js';
import { publicationDelays } from '../publication.js';
import { IS_SHORT, type Row, type Scenario } from '../report.js';

export interface LatencyTerms {
  /** PART_DURATION of each round, seconds. */
  readonly parts: readonly number[];
  readonly players: readonly (keyof typeof PLAYERS)[];
  readonly settleSeconds: number;
  readonly seconds: number;
  readonly qualities: readonly string[];
  /** Whether the legs are measured too. */
  readonly legs: boolean;
}

/** With the settings that docs/players.md asks for. */
export const PLAYERS = {
  'hls.js': { player: 'hls-js', manifest: 'playlist.m3u8', settings: { maxLiveSyncPlaybackRate: 1.06 } },
  'hls.js, catch-up': { player: 'hls-js', manifest: 'playlist.m3u8', settings: { catchUp: true } },
  'Shaka, HLS': {
    player: 'shaka',
    manifest: 'playlist.m3u8',
    settings: { streaming: { lowLatencyMode: true }, manifest: { hls: { sequenceMode: true } } },
  },
  'dash.js': { player: 'dash-js', manifest: 'manifest.mpd', settings: {} },
  'Shaka, DASH': { player: 'shaka', manifest: 'manifest.mpd', settings: { streaming: { lowLatencyMode: true } } },
} as const satisfies Record<string, { player: PlayerPage; manifest: string; settings: object }>;

const TERMS: LatencyTerms = {
  parts: [0.2, 0.333, 0.5],
  players: ['hls.js', 'hls.js, catch-up', 'Shaka, HLS', 'dash.js', 'Shaka, DASH'],
  ...{ settleSeconds: 12, seconds: IS_SHORT ? 20 : 60, qualities: ['360p'], legs: true },
};

/** Until five encoders on two cores have worked off the padding a stream begins with. */
const FIVE_SETTLE_SECONDS = 25;
const FIVE_SECONDS = 60;

const scenario: Scenario = {
  about: `Glass to glass through nginx over ${TERMS.seconds} s a player, after ${TERMS.settleSeconds} s to settle: a camera (x264 zerolatency, MPEG-TS over SRT with latency=20 ms) films a clock, Chromium shows it, one player at a time. Parts of 0.2, 0.333 (the default) and 0.5 s. Legs: camera is from the lens to the frame's house time (its encoder, SRT, our tap and decoder), publication from our reading of a part's last byte to a held playlist's last byte through nginx. Baseline: \`ffmpeg -f hls\` with 2 s segments, nginx, hls.js.`,
  run: async (progress) => [
    ...(await measureLatency(TERMS, progress)),
    await publicationOfFive(progress),
    await baseline(TERMS, progress),
  ],
};

export default scenario;

/** Rows of seconds: players, and the legs that can be measured from outside, for each length of parts. */
export async function measureLatency(terms: LatencyTerms, progress: (text: string) => void): Promise<Row[]> {
  const browser = await launchChromium();
  try {
    const rows: Row[] = [];
    for (const part of terms.parts) rows.push(...(await round(part, terms, browser, progress)));
    return rows;
  } finally {
    await browser.close();
  }
}

async function round(
  part: number,
  terms: LatencyTerms,
  browser: Browser,
  progress: (text: string) => void,
): Promise<Row[]> {
  const server = await startServer({ env: { PART_DURATION: `${part}` } });
  const nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
  const port = await freePort();
  const camera = filmClock(`srt://127.0.0.1:${port}?mode=listener&latency=20000`);
  try {
    const source_url = `srt://127.0.0.1:${port}?mode=caller&latency=20000`;
    await startStream(server.url, { stream_id: 'clock', source_url, qualities: [...terms.qualities] });
    await untilStatus(server.url, 'clock', 'live');
    const rows: Row[] = [];
    for (const name of terms.players) {
      progress(`parts of ${part} s: ${name}`);
      const { player, manifest, settings } = PLAYERS[name];
      const url = `${nginx.url}/clock/${manifest}`;
      const { settleSeconds, seconds } = terms;
      rows.push(
        await watchClock(browser, { name: `${part} s, ${name}`, player, url, settings, settleSeconds, seconds }),
      );
    }
    if (!terms.legs) return rows;
    progress(`parts of ${part} s: the legs`);
    const folder = join(server.outputDir, 'clock');
    const renditions = [...terms.qualities, 'audio'];
    const delays = await publicationDelays({ nginx: nginx.url, stream: 'clock', renditions, folder, seconds: 10 });
    const lens = await cameraDelay(
      join(folder, terms.qualities[0]!),
      `${server.url}/streams/clock/${terms.qualities[0]}`,
    );
    return [
      ...rows,
      { name: `${part} s, leg: camera`, unit: 's', samples: lens },
      { name: `${part} s, leg: publication`, unit: 's', samples: delays.map((ms) => ms / 1000) },
    ];
  } finally {
    camera.kill();
    await nginx.stop();
    await server.stop();
  }
}

/** From the encoder's last byte of a part to its being there, while five rungs of 1080p30 are encoded. */
async function publicationOfFive(progress: (text: string) => void): Promise<Row> {
  progress('publication with five rungs');
  const server = await startServer();
  const nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
  try {
    const qualities = LADDER.map(({ name }) => name);
    await startStream(server.url, { stream_id: 'five', source_url: 'test:?size=1920x1080', qualities });
    await untilStatus(server.url, 'five', 'live');
    await pass(FIVE_SETTLE_SECONDS * 1000);
    const delays = await publicationDelays({
      ...{ nginx: nginx.url, stream: 'five', renditions: [...qualities, 'audio'], seconds: FIVE_SECONDS },
      folder: join(server.outputDir, 'five'),
    });
    const p99 = delays.sort((a, b) => a - b)[Math.floor(delays.length * 0.99)]!;
    return { name: 'five rungs, leg: publication', unit: 'ms', samples: delays, note: `p99 ${p99.toFixed(1)} ms` };
  } finally {
    await nginx.stop();
    await server.stop();
  }
}

/** What everybody has: one ffmpeg, 2 s segments, the same encoder settings as the camera's, nginx, hls.js. */
async function baseline(
  { settleSeconds, seconds }: Pick<LatencyTerms, 'settleSeconds' | 'seconds'>,
  progress: (text: string) => void,
): Promise<Row> {
  progress('baseline');
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-baseline-'));
  const files = await serveFolder(folder);
  const browser = await launchChromium();
  const packager = plainHls(join(folder, 'playlist.m3u8'));
  try {
    const url = `${files.url}/playlist.m3u8`;
    await until('the baseline has a playlist', async () => (await fetch(url)).ok);
    return await watchClock(browser, { name: 'baseline', player: 'hls-js', url, settleSeconds, seconds });
  } finally {
    await browser.close();
    packager.kill();
    await files.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function plainHls(playlist: string): FfmpegProcess {
  return new FfmpegProcess({
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', ...burnedClockInput()],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-g', '60', '-sc_threshold', '0'],
      ...['-b:v', '800k', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-f', 'hls', '-hls_time', '2', '-hls_list_size', '10'],
      ...['-hls_flags', 'delete_segments', playlist],
    ],
  });
}
