/** Every kind of source leads to a playable stream, and what cannot be is refused with the reason. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import { startStream, stopStream, streamInfo, untilStatus } from '../support/api.js';
import { freePort } from '../support/free-port.js';
import { fetchPlaylist } from '../support/playlist.js';
import { meanVolume, probe } from '../support/probe.js';
import { publish } from '../support/publisher.js';
import { serveFolder } from '../support/serve-folder.js';
import { ffmpegChildren, startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

let server: RunningServer;
let media: string;
const cameras: FfmpegProcess[] = [];

/** A short film: 640x360, 25 fps, three seconds, with or without sound or picture. */
function film(name: string, options: { size?: string; sound?: boolean; picture?: boolean; seconds?: number }): string {
  const { size = '640x360', sound = true, picture = true, seconds = 3 } = options;
  const file = join(media, name);
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-y'],
    ...(picture ? ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25`] : []),
    ...(sound ? ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'] : []),
    ...['-t', `${seconds}`, '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', file],
  ]);
  return file;
}

beforeAll(async () => {
  media = mkdtempSync(join(tmpdir(), 'lockstep-media-'));
  server = await startServer({ env: { MEDIA_ROOT: media } });
});

afterAll(async () => {
  for (const camera of cameras) camera.kill();
  await server?.stop();
  rmSync(media, { recursive: true, force: true });
});

const manifest = (id: string): string => `${server.url}/streams/${id}/playlist.m3u8`;

/** Sends a film at its own pace, for ever, to whoever connects first. */
function loop(file: string, target: string): FfmpegProcess {
  const args = [
    '-v',
    'error',
    '-nostdin',
    '-re',
    '-stream_loop',
    '-1',
    '-i',
    file,
    '-c',
    'copy',
    '-f',
    'mpegts',
    target,
  ];
  return new FfmpegProcess({ program: 'ffmpeg', args });
}

/** Seconds of media in a stream's playlist. */
async function listedSeconds(id: string): Promise<number> {
  const { segments } = await fetchPlaylist(`${server.url}/streams/${id}/240p/playlist.m3u8`);
  return segments.reduce((sum, { duration }) => sum + duration, 0);
}

async function playable(id: string, source_url: string, body: object = {}): Promise<void> {
  await startStream(server.url, { stream_id: id, source_url, qualities: ['240p'], ...body });
  await untilStatus(server.url, id, 'live');
}

describe('a live source', () => {
  it.each([
    ['tcp', 'tcp://127.0.0.1:PORT', '?listen'],
    ['srt', 'srt://127.0.0.1:PORT', '?mode=listener'],
  ])('over %s is pulled and plays', async (id, url, listen) => {
    const source = url.replace('PORT', `${await freePort()}`);
    cameras.push(publish({ target: `${source}${listen}`, size: '640x360' }));
    await playable(id, source);
    expect((await probe(manifest(id))).map(({ codec_name }) => codec_name).sort()).toEqual(['aac', 'h264']);
    await stopStream(server.url, id);
  });

  it('may be a film sent in a loop, whose sound overlaps where it begins anew', async () => {
    const address = `tcp://127.0.0.1:${await freePort()}`;
    cameras.push(loop(film('loop.ts', { seconds: 4 }), `${address}?listen`));
    await playable('loop', address);
    await until('the film has begun a third time', async () => (await listedSeconds('loop')) >= 14);
    expect((await streamInfo(server.url, 'loop')).sources[0]).toMatchObject({ state: 'up', losses: 0 });
    await stopStream(server.url, 'loop');
  });

  it('that is HLS itself is followed at its own pace', async () => {
    await playable('first', 'test:?size=640x360', { low_latency: false });
    await playable('second', manifest('first'));
    expect(await probe(manifest('second'))).toHaveLength(2);
    await stopStream(server.url, 'second');
    await stopStream(server.url, 'first');
  });
});

describe('a file', () => {
  it('below the media root is paced, and the stream ends with it', async () => {
    const file = film('film.mp4', { seconds: 3 });
    await playable('film', `file://${file}`);
    const info = await untilStatus(server.url, 'film', 'ended');
    expect(info.reason).toBe('source-ended');
    const playlist = await fetchPlaylist(`${server.url}/streams/film/240p/playlist.m3u8`);
    expect(playlist.endList).toBe(true);
    const seconds = await listedSeconds('film');
    // Three seconds of film, after up to three of padding; a busy machine may notice the end a little later.
    expect(seconds).toBeGreaterThan(2.9);
    expect(seconds).toBeLessThan(9);
  });

  it('over http is paced too', async () => {
    film('served.mp4', { seconds: 4 });
    const files = await serveFolder(media);
    await playable('served', `${files.url}/served.mp4`);
    await untilStatus(server.url, 'served', 'ended');
    await files.stop();
  });

  it('outside the media root is refused with the reason', async () => {
    const outside = { stream_id: 'outside', source_url: 'file:///etc/hostname' };
    await expect(startStream(server.url, outside)).rejects.toThrow(/403.*source-file-not-allowed/s);
  });

  it('without sound gets silence', async () => {
    await playable('mute', `file://${film('mute.mp4', { sound: false, seconds: 8 })}`);
    expect(await meanVolume(manifest('mute'), 4)).toBeLessThan(-80);
    await stopStream(server.url, 'mute');
  });

  it('without a picture is refused, unless sound alone is asked for', async () => {
    const file = film('song.m4a', { picture: false, seconds: 8 });
    await startStream(server.url, { stream_id: 'song', source_url: `file://${file}`, qualities: ['240p'] });
    expect((await untilStatus(server.url, 'song', 'failed')).last_problem?.code).toBe('source-without-picture');
    await playable('radio', `file://${file}`, { qualities: ['audio'] });
    expect((await probe(manifest('radio'))).map(({ codec_type }) => codec_type)).toEqual(['audio']);
    // A stream begins with silence, so the song is heard in the seconds after.
    expect(await meanVolume(manifest('radio'), 6)).toBeGreaterThan(-40);
    await stopStream(server.url, 'radio');
  });

  it('that stands upright keeps its aspect, and taller rungs are left out', async () => {
    const file = film('portrait.mp4', { size: '360x640', seconds: 8 });
    await playable('portrait', `file://${file}`, { qualities: ['720p', '360p', '240p'] });
    expect(await streamInfo(server.url, 'portrait')).toMatchObject({ qualities: ['360p', '240p'], left_out: ['720p'] });
    const sizes = (await probe(manifest('portrait')))
      .filter(({ width }) => width)
      .map(({ width, height }) => `${width}x${height}`);
    expect(sizes.sort()).toEqual(['240x426', '360x640']);
    await stopStream(server.url, 'portrait');
  });
});

describe('an encoder that is killed', () => {
  it('is replaced at a segment boundary: a gap for its rung, nothing for the others, no discontinuity', async () => {
    await playable('rungs', 'test:?size=640x360', { qualities: ['360p', '240p'] });
    const text = async (rendition: string): Promise<string> =>
      (await fetch(`${server.url}/streams/rungs/${rendition}/playlist.m3u8`)).text();
    const victim = await encoderOf('240p', 426);
    process.kill(victim, 'SIGKILL');
    await until('the rung was replaced', async () =>
      (await streamInfo(server.url, 'rungs')).rungs.some(
        ({ name, state, restarts }) => name === '240p' && state === 'up' && restarts === 1,
      ),
    );
    const mended = await until('a whole segment follows the gap', async () => {
      const playlist = await text('240p');
      return /EXT-X-GAP[\s\S]*EXTINF[\s\S]*INDEPENDENT=YES[\s\S]*EXTINF/.test(playlist) && playlist;
    });
    expect(mended).not.toContain('EXT-X-DISCONTINUITY\n');
    expect(await text('360p')).not.toContain('GAP');
    expect(await text('audio')).not.toContain('GAP');
    await untilStatus(server.url, 'rungs', 'live');
    await stopStream(server.url, 'rungs');
  });
});

/** The pid of the encoder that makes pictures of this width for the server under test. */
async function encoderOf(rendition: string, width: number): Promise<number> {
  return until(`the encoder of ${rendition} runs`, async () => {
    for (const pid of await ffmpegChildren(server.outputDir)) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (command.includes(`\0${width}x`) && command.includes('libx264')) return pid;
    }
    return undefined;
  });
}
