/** From POST to playable, and to the first picture on a screen, for a live source that is there already. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import { servePlayerPages, type PlayerPages } from '../../test/players/page.js';
import { startStream, stopStream, untilStatus } from '../../test/support/api.js';
import { launchChromium } from '../../test/support/chromium.js';
import { startServer, type RunningServer } from '../../test/support/server.js';
import { until } from '../../test/support/until.js';
import { sourcesToStart, type StartableSource } from '../startable-sources.js';
import type { Row, Scenario } from '../report.js';

const ROUNDS = 7;

const scenario: Scenario = {
  about: `POST to playable, and POST to the first picture in hls.js (its page is there, and asks for the stream right after the POST), two rungs and sound, for live sources with a 1 s GOP, ${ROUNDS} rounds each. RTMP: our listener, the publisher starts with the POST. Baseline: \`ffmpeg -f hls\` of the TCP source from its start to the first segment in its playlist, default probing.`,
  async run(progress) {
    const media = await mkdtemp(join(tmpdir(), 'lockstep-start-'));
    const server = await startServer({ env: { MEDIA_ROOT: media } });
    const browser = await launchChromium();
    const pages = await servePlayerPages(browser);
    try {
      const sources = await sourcesToStart(media);
      const rows: Row[] = [];
      for (const source of sources) rows.push(...(await measure(source, { server, pages, progress })));
      const live = sources.find(({ name }) => name === 'MPEG-TS over TCP')!;
      rows.push({ name: 'baseline', unit: 's', samples: await rounds('baseline', progress, () => plainHls(live)) });
      return rows;
    } finally {
      await pages.close();
      await browser.close();
      await server.stop();
      await rm(media, { recursive: true, force: true });
    }
  },
};

export default scenario;

interface Stage {
  readonly server: RunningServer;
  readonly pages: PlayerPages;
  readonly progress: (text: string) => void;
}

async function measure(source: StartableSource, { server, pages, progress }: Stage): Promise<Row[]> {
  const both = await rounds(source.name, progress, () => once(source, server.url, pages));
  return [
    { name: `${source.name}, playable`, unit: 's', samples: both.map(({ playable }) => playable) },
    { name: `${source.name}, first picture`, unit: 's', samples: both.map(({ picture }) => picture) },
  ];
}

async function once(
  source: StartableSource,
  server: string,
  pages: PlayerPages,
): Promise<{ playable: number; picture: number }> {
  const stream_id = `start-${Date.now()}`;
  const camera = await source.begin();
  const player = await pages.prepare('hls-js');
  try {
    const startedAt = performance.now();
    const since = (): number => (performance.now() - startedAt) / 1000;
    await startStream(server, { stream_id, source_url: camera.url, qualities: ['720p', '360p'] });
    camera.called?.();
    const url = `${server}/streams/${stream_id}/playlist.m3u8`;
    const [playable, picture] = await Promise.all([
      untilStatus(server, stream_id, 'live').then(since),
      player.play(url, 'watched.state().frames > 0').then(since),
    ]);
    await stopStream(server, stream_id);
    return { playable, picture };
  } finally {
    await player.close();
    await camera.stop();
  }
}

async function rounds<Result>(
  name: string,
  progress: (text: string) => void,
  run: () => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    progress(`${name}, round ${round} of ${ROUNDS}`);
    results.push(await run());
  }
  return results;
}

async function plainHls(source: StartableSource): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-baseline-'));
  const playlist = join(folder, 'playlist.m3u8');
  const camera = await source.begin();
  const startedAt = performance.now();
  const packager = new FfmpegProcess({
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-i', camera.url, '-c:v', 'libx264'],
      ...['-preset', 'veryfast', '-tune', 'zerolatency', '-g', '60', '-sc_threshold', '0', '-c:a', 'aac'],
      ...['-f', 'hls', '-hls_time', '2', playlist],
    ],
  });
  try {
    await until('a segment is listed', async () =>
      (await readFile(playlist, 'utf8').catch(() => '')).includes('EXTINF'),
    );
    return (performance.now() - startedAt) / 1000;
  } finally {
    packager.kill();
    await packager.exited;
    await camera.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
