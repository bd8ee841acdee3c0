/** The players people have at hand, ffmpeg, mpv and VLC, as judges: what they show, and how often they ask. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SCREENLESS, type Playing } from '../players/screenless.js';
import { busiestSecond, createAccessLog, refused, type AccessLog } from '../support/access-log.js';
import { startStream, stopStream, untilStatus } from '../support/api.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { fetchPlaylist } from '../support/playlist.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

/** Ten seconds at 30 fps. */
const FRAMES = 300;
/** A player that joins fetches what it needs of two rungs and the sound at once: 26 requests were the most seen. */
const JOINING = 40;
/** Then a track costs a playlist, a segment and, with ffmpeg, the init segment again, every two seconds. */
const REQUESTS = 110;

let server: RunningServer;
let nginx: RunningNginx;
let log: AccessLog;
const started: Playing[] = [];

beforeAll(async () => {
  log = await createAccessLog();
  server = await startServer();
  const { port: originPort, outputDir } = server;
  nginx = await startNginx({ originPort, outputDir, values: { ACCESS_LOG: log.file } });
});

afterEach(async () => {
  for (const playing of started.splice(0)) await playing.stop();
});

afterAll(async () => {
  await nginx?.stop();
  await server?.stop();
  await log?.remove();
});

async function play(player: keyof typeof SCREENLESS, id: string, manifest: string): Promise<Playing> {
  const playing = await SCREENLESS[player](`${nginx.url}/${id}/${manifest}`);
  started.push(playing);
  return playing;
}

async function beginStream(id: string): Promise<void> {
  await startStream(server.url, { stream_id: id, source_url: 'test:?size=640x360', qualities: ['360p', '240p'] });
  await untilStatus(server.url, id, 'live');
  // VLC joins a DASH stream three segments back whatever its age, and gives up if there is nothing yet.
  await until('there are four segments to join at', async () => {
    const { segments } = await fetchPlaylist(`${nginx.url}/${id}/240p/playlist.m3u8`);
    return segments.length >= 4;
  });
}

const players = Object.keys(SCREENLESS) as (keyof typeof SCREENLESS)[];
const manifests = ['playlist.m3u8', 'manifest.mpd'];
const pairs = players.flatMap((player) => manifests.map((manifest) => [player, manifest] as const));

describe('a live stream', () => {
  beforeAll(() => beginStream('camera'));
  afterAll(() => stopStream(server.url, 'camera'));

  it.each(pairs)(
    'is played by %s from %s, at a steady pace and without a refused request',
    async (player, manifest) => {
      await log.mark();
      const playing = await play(player, 'camera', manifest);
      await until(`${player} has shown ${FRAMES} frames`, () => playing.frames() >= FRAMES, 45_000);
      const requests = await log.requests();
      expect(playing.complaints()).toEqual([]);
      expect(refused(requests)).toEqual([]);
      expect(busiestSecond(requests)).toBeLessThan(JOINING);
      expect(requests.length).toBeLessThan(REQUESTS);
    },
  );
});

describe('a stream that ends', () => {
  /** ffmpeg 5.1 never reads a `$Number$` MPD again, so neither it nor mpv can know: they go on asking. */
  const learnsOfTheEnd = (player: string, manifest: string): boolean => player === 'vlc' || manifest !== 'manifest.mpd';

  it('ends all players that can know of it, and those that cannot ask no more than a slow trickle', async () => {
    await beginStream('farewell');
    await log.mark();
    const playing = await Promise.all(
      pairs.map(async ([player, manifest]) => ({ player, manifest, it: await play(player, 'farewell', manifest) })),
    );
    const allShow = () => playing.every(({ it }) => it.frames() > FRAMES / 3);
    await until('every player shows the stream', allShow, 45_000).catch((e) => {
      console.log(
        playing.map(({ player, manifest, it }) => [player, manifest, it.frames(), it.exitCode(), it.complaints()]),
      );
      throw e;
    });
    await stopStream(server.url, 'farewell');
    for (const { player, manifest, it } of playing.filter((one) => learnsOfTheEnd(one.player, one.manifest))) {
      await until(`${player} ends ${manifest}`, () => it.exitCode() !== undefined, 45_000);
      expect(it.exitCode()).toBe(0);
    }
    await log.mark();
    const asked = await until('the rest has asked on', async () => {
      const requests = await log.requests();
      const seconds = new Set(requests.map(({ second }) => second)).size;
      return seconds > 4 && requests;
    });
    expect(busiestSecond(asked)).toBeLessThan(JOINING);
  });
});
