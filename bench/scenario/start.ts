/** From POST to playable, for a live source that is there already. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import { startStream, stopStream, untilStatus } from '../../test/support/api.js';
import { freePort } from '../../test/support/free-port.js';
import { isListening } from '../../test/support/listening.js';
import { publish } from '../../test/support/publisher.js';
import { startServer } from '../../test/support/server.js';
import { until } from '../../test/support/until.js';
import type { Row, Scenario } from '../report.js';

const ROUNDS = 7;

const scenario: Scenario = {
  about: `POST to playable (two rungs and sound) for live sources with a 1 s GOP, ${ROUNDS} rounds; baseline: \`ffmpeg -f hls\` from its start to the first segment in its playlist, default probing.`,
  async run(progress) {
    const server = await startServer();
    try {
      const rows: Row[] = [];
      rows.push(await rounds('test:', progress, () => playable(server.url, 'test:?size=1280x720')));
      rows.push(
        await rounds('MPEG-TS over TCP', progress, () =>
          fromCamera((url) => playable(server.url, url), 'tcp', '?listen'),
        ),
      );
      rows.push(
        await rounds('SRT', progress, () => fromCamera((url) => playable(server.url, url), 'srt', '?mode=listener')),
      );
      rows.push(await rounds('baseline', progress, () => fromCamera(plainHls, 'tcp', '?listen')));
      return rows;
    } finally {
      await server.stop();
    }
  },
};

export default scenario;

async function rounds(name: string, progress: (text: string) => void, once: () => Promise<number>): Promise<Row> {
  const samples: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    progress(`${name}, round ${round} of ${ROUNDS}`);
    samples.push(await once());
  }
  return { name, unit: 's', samples };
}

/** A camera that is already there and waits to be fetched. */
async function fromCamera(measure: (url: string) => Promise<number>, scheme: string, listen: string): Promise<number> {
  const url = `${scheme}://127.0.0.1:${await freePort()}`;
  const camera = publish({ target: `${url}${listen}` });
  try {
    await until('the camera listens', () => isListening(new URL(url.replace(/^\w+/, 'http')).port));
    return await measure(url);
  } finally {
    camera.kill();
    await camera.exited;
  }
}

async function playable(server: string, source_url: string): Promise<number> {
  const id = `start-${Date.now()}`;
  const startedAt = performance.now();
  await startStream(server, { stream_id: id, source_url, qualities: ['720p', '360p'] });
  await untilStatus(server, id, 'live');
  const seconds = (performance.now() - startedAt) / 1000;
  await stopStream(server, id);
  return seconds;
}

async function plainHls(url: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-baseline-'));
  const playlist = join(folder, 'playlist.m3u8');
  const startedAt = performance.now();
  const packager = new FfmpegProcess({
    program: 'ffmpeg',
    args: [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-i', url, '-c:v', 'libx264', '-preset', 'veryfast'],
      ...[
        '-tune',
        'zerolatency',
        '-g',
        '60',
        '-sc_threshold',
        '0',
        '-c:a',
        'aac',
        '-f',
        'hls',
        '-hls_time',
        '2',
        playlist,
      ],
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
    await rm(folder, { recursive: true, force: true });
  }
}
