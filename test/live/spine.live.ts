/** From a real camera's push to what players get through nginx, and what is left after a stop, a crash and a restart. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import { parseMediaName } from '../../src/engine/storage/index.js';
import { startStream, stopStream, streamInfo, untilStatus } from '../support/api.js';
import { freePort } from '../support/free-port.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { fetchPlaylist, mediaNames } from '../support/playlist.js';
import { decodeWithFfmpeg, playWithMpv } from '../support/programs.js';
import { publish } from '../support/publisher.js';
import { ffmpegChildren, startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const RUNGS = ['360p', '240p'];

describe('a stream pushed over RTMP', () => {
  let server: RunningServer;
  let nginx: RunningNginx;
  let camera: FfmpegProcess;
  let source: string;

  beforeAll(async () => {
    server = await startServer();
    nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
    source = `rtmp://127.0.0.1:${await freePort()}/live/camera`;
    await startStream(server.url, { stream_id: 'camera', source_url: `${source}?listen=1`, qualities: RUNGS });
    camera = await pushUntilAccepted(server, source);
    await untilStatus(server.url, 'camera', 'live');
  });

  afterAll(async () => {
    camera?.kill();
    await nginx?.stop();
    await server?.stop();
  });

  it('lists its rungs and one sound in the multivariant playlist, under both URLs', async () => {
    const text = await (await fetch(`${nginx.url}/camera/playlist.m3u8`)).text();
    expect(text).toContain('RESOLUTION=640x360');
    expect(text).toContain('RESOLUTION=426x240');
    expect(text).toMatch(/CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2"/);
    expect(await (await fetch(`${nginx.url}/streams/camera/playlist.m3u8`)).text()).toBe(text);
    expect((await fetch(`${server.url}/streams/camera/playlist.m3u8`)).status).toBe(200);
  });

  it('serves every part and segment its playlists name, each immutable for a year', async () => {
    for (const rendition of [...RUNGS, 'audio']) {
      const text = await (await fetch(`${nginx.url}/camera/${rendition}/playlist.m3u8`)).text();
      const hinted = /PRELOAD-HINT:TYPE=PART,URI="([^"]+)"/.exec(text)?.[1];
      for (const name of mediaNames(text)) {
        const response = await fetch(`${nginx.url}/camera/${rendition}/${name}`);
        expect([name, response.status]).toEqual([name, 200]);
        expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
        expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      }
      expect(mediaNames(text)).toContain(hinted);
    }
  });

  it('holds a blocking reload until the part it names is there, and answers with that part listed', async () => {
    const url = `${nginx.url}/camera/360p/playlist.m3u8`;
    const text = await (await fetch(url)).text();
    const [, msn, part] = /PRELOAD-HINT:TYPE=PART,URI="(\d+)\.(\d+)\.m4s"/.exec(text)!;
    const held = await (await fetch(`${url}?_HLS_msn=${msn}&_HLS_part=${part}`)).text();
    expect(held).toContain(`#EXT-X-PART:DURATION=0.33333,URI="${msn}.${part}.m4s"`);
  });

  it('sends the DASH segment in progress in bursts, to the byte the file it becomes', async () => {
    const text = await (await fetch(`${nginx.url}/camera/360p/playlist.m3u8`)).text();
    const next = Number(/PRELOAD-HINT:TYPE=PART,URI="(\d+)\./.exec(text)![1]) + 1;
    const url = `${nginx.url}/camera/360p/${next}.m4s`;
    const inProgress = await fetch(url);
    expect(inProgress.headers.get('content-length')).toBeNull();
    const sent = Buffer.from(await inProgress.arrayBuffer());
    const finished = await until('the segment is a file', async () => {
      const response = await fetch(url);
      return response.headers.has('content-length') && Buffer.from(await response.arrayBuffer());
    });
    expect(sent.equals(finished)).toBe(true);
  });

  it('plays in ffmpeg as HLS and as DASH, picture and sound, without a complaint', async () => {
    for (const manifest of ['playlist.m3u8', 'manifest.mpd']) {
      const played = await decodeWithFfmpeg(`${nginx.url}/camera/${manifest}`, 4);
      expect([manifest, played.frames >= 100]).toEqual([manifest, true]);
      expect(played.seconds).toBeGreaterThan(3.5);
    }
  });

  it('plays in mpv as HLS and as DASH', async () => {
    for (const manifest of ['playlist.m3u8', 'manifest.mpd']) {
      const { code, output } = await playWithMpv(`${nginx.url}/camera/${manifest}`, 4);
      expect([manifest, code]).toEqual([manifest, 0]);
      expect(output).toMatch(/VO: .*\d+x\d+/);
      expect(output).toMatch(/AO: .*48000Hz/);
    }
  });

  it('keeps its playlists moving while the camera is away, and takes it back', async () => {
    const url = `${nginx.url}/camera/360p/playlist.m3u8`;
    const newest = async (): Promise<number> =>
      Math.max(
        ...mediaNames(await (await fetch(url)).text())
          .map(Number.parseFloat)
          .map(Math.floor),
      );
    const before = await newest();
    camera.kill();
    await untilStatus(server.url, 'camera', 'filling');
    await until('three more segments came', async () => (await newest()) >= before + 3);
    const text = await (await fetch(url)).text();
    expect(text).not.toContain('GAP');
    expect(text).not.toContain('EXT-X-DISCONTINUITY\n');
    camera = await pushUntilAccepted(server, source);
    await untilStatus(server.url, 'camera', 'live');
  });

  it('ends with ENDLIST and a static MPD when it is deleted, still playable, and is gone from the API', async () => {
    expect((await stopStream(server.url, 'camera')).status).toBe(200);
    expect((await fetch(`${server.url}/streams/camera`)).status).toBe(404);
    const playlist = await fetchPlaylist(`${nginx.url}/camera/360p/playlist.m3u8`);
    expect(playlist.endList).toBe(true);
    expect(await (await fetch(`${nginx.url}/camera/manifest.mpd`)).text()).toContain('type="static"');
    const played = await decodeWithFfmpeg(`${nginx.url}/camera/playlist.m3u8`, 3);
    expect(played.frames).toBeGreaterThan(60);
    expect(await ffmpegChildren(server.outputDir)).toEqual([]);
  });
});

describe('a server that dies', () => {
  let server: RunningServer | undefined;

  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  it('leaves no ffmpeg behind, resumes its streams under the same URLs, and reuses no name', async () => {
    server = await startServer();
    await startStream(server.url, { stream_id: 'phoenix', source_url: 'test:?size=640x360', qualities: ['240p'] });
    await untilStatus(server.url, 'phoenix', 'live');
    const url = `${server.url}/streams/phoenix/240p/playlist.m3u8`;
    const earlier = await until('a few parts are out', async () => {
      const names = mediaNames(await (await fetch(url)).text());
      return names.length > 8 && names.slice(0, -1);
    });
    const contents = () => Promise.all(earlier.map(async (name) => (await fetch(new URL(name, url))).text()));
    const before = await contents();
    expect((await ffmpegChildren(server.outputDir)).length).toBeGreaterThan(0);

    await until('it is stopped in the middle of a segment', () => stoppedInSegment(server!, 'phoenix/240p'));
    await server.kill();
    await until('its children are gone', async () => (await ffmpegChildren(server!.outputDir)).length === 0, 5_000);
    server = await server.restart();
    await untilStatus(server.url, 'phoenix', 'live');
    const playlist = await (await fetch(url)).text();
    const hint = /PRELOAD-HINT:TYPE=PART,URI="([^"]+)"/.exec(playlist)![1]!;
    // The window goes on: what was finished is listed still, what was not is a gap, and every name means what it meant.
    const finished = earlier.filter((name) => /^\d+\.m4s$/.test(name));
    expect(mediaNames(playlist)).toEqual(expect.arrayContaining(finished));
    expect(playlist).toContain('#EXT-X-GAP');
    expect(await contents()).toEqual(before);
    expect(Number.parseInt(hint)).toBeGreaterThan(Number.parseInt(lastOf(earlier)));

    expect((await stopStream(server.url, 'phoenix')).status).toBe(200);
  });

  it('leaves within ten seconds when it is asked to, with every child gone', async () => {
    server = await startServer();
    await startStream(server.url, { stream_id: 'calm', source_url: 'test:?size=640x360', qualities: ['240p'] });
    await untilStatus(server.url, 'calm', 'live');
    const startedAt = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(await ffmpegChildren(server.outputDir)).toEqual([]);
    server = undefined;
  });
});

/** A publisher is refused while nobody listens yet: a camera tries again, and so does this. */
function pushUntilAccepted(server: RunningServer, target: string): Promise<FfmpegProcess> {
  return until(`somebody takes ${target}`, async () => {
    const camera = publish({ target, size: '640x360' });
    const taken = until('the source is connected', async () => {
      if (!camera.alive) return 'refused';
      return (await streamInfo(server.url, 'camera')).source_connected && 'taken';
    });
    return (await taken) === 'taken' && camera;
  });
}

/** Stops the server (SIGSTOP) if a segment has parts on disk and is not finished; it goes on otherwise. */
async function stoppedInSegment({ pid, files }: RunningServer, rendition: string): Promise<boolean> {
  process.kill(pid, 'SIGSTOP');
  const names = await readdir(join(files, rendition));
  const media = names.map(parseMediaName).filter((name) => name !== undefined);
  const finished = new Set(media.flatMap((name) => (name.kind === 'segment' ? [name.segment] : [])));
  if (media.some((name) => name.kind === 'part' && !finished.has(name.segment))) return true;
  process.kill(pid, 'SIGCONT');
  return false;
}

const lastOf = (names: readonly string[]): string => names.at(-1)!;
