/** Where a source may lead: only 127.0.0.1 is allowed here, and 127.0.0.2 plays the network that nobody may see. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream, stopStream, untilStatus } from '../support/api.js';
import { selfSignedCertificate, type Certificate } from '../support/certificate.js';
import { rtspCamera } from '../support/rtsp-camera.js';
import { ffmpegChildren, startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const SECRETS = { PLAYBACK_SECRET: 'nobody-needs-to-know-this', SOME_CLOUD_KEY: 'nor-this-one' };

let server: RunningServer;
let certificate: Certificate;
let folder: string;
let media: string;
let outside: Server;
let secure: string;
let plain: string;
let inside: string;
/** Connections to the address that is not allowed. */
let intrusions = 0;
const servers: Server[] = [];

async function listening(started: Server, host: string): Promise<number> {
  servers.push(started.listen(0, host));
  await once(started, 'listening');
  return (started.address() as AddressInfo).port;
}

/** `?to=URL` redirects there; the segments of a playlist are below `?at=`. Everything else is a file. */
const serve: RequestListener = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const to = searchParams.get('to');
  if (to !== null) return response.writeHead(302, { location: to }).end();
  const isPlaylist = pathname.endsWith('.m3u8');
  const bytes = readFileSync(join(folder, isPlaylist ? 'list.m3u8' : 'film.ts'));
  const body = isPlaylist ? bytes.toString().replace(/^film/gm, `${searchParams.get('at') ?? ''}film`) : bytes;
  response.writeHead(200, { 'content-type': isPlaylist ? 'application/vnd.apple.mpegurl' : 'video/mp2t' });
  return response.end(body);
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-addresses-'));
  media = join(folder, 'media');
  mkdirSync(media);
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-f', 'lavfi', '-i', 'sine', '-t', '30'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-c:a', 'aac', join(folder, 'film.ts')],
  ]);
  const segments = Array.from({ length: 4 }, () => '#EXTINF:30,\nfilm.ts').join('\n#EXT-X-DISCONTINUITY\n');
  writeFileSync(join(folder, 'list.m3u8'), `#EXTM3U\n#EXT-X-TARGETDURATION:30\n#EXT-X-MEDIA-SEQUENCE:0\n${segments}\n`);
  certificate = await selfSignedCertificate();
  const [key, cert] = [readFileSync(certificate.keyFile), readFileSync(certificate.certificateFile)];
  plain = `http://127.0.0.1:${await listening(createServer(serve), '127.0.0.1')}`;
  secure = `https://127.0.0.1:${await listening(createTlsServer({ key, cert }, serve), '127.0.0.1')}`;
  outside = createServer(serve).on('connection', () => (intrusions += 1));
  inside = `127.0.0.2:${await listening(outside, '127.0.0.2')}`;
  server = await startServer({
    env: { ...SECRETS, SOURCE_ALLOWED_ADDRESSES: '127.0.0.1', SOURCE_TIMEOUT: '3', MEDIA_ROOT: media },
  });
});
afterAll(async () => {
  await server?.stop();
  for (const started of servers) started.close();
  await certificate?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const wanted = (id: string, source_url: string) => ({ stream_id: id, source_url, qualities: ['240p'] });

async function problemOf(id: string): Promise<string> {
  const problem = await until(`stream ${id} has lost its source`, async () => {
    const { last_problem } = (await (await fetch(`${server.url}/streams/${id}`)).json()) as {
      last_problem: { code: string } | null;
    };
    return last_problem?.code;
  });
  await stopStream(server.url, id);
  return problem;
}

describe('a source at an address that is not allowed', () => {
  it.each([
    (address: string) => `http://${address}/film.ts`,
    (address: string) => `rtmp://${address}/live/key`,
    (address: string) => `tcp://${address}`,
    (address: string) => `srt://${address}`,
    (address: string) => `rtsp://user:word@${address}/1`,
    (address: string) => `tcp://${address}?listen`,
    (address: string) => `http://[::ffff:127.0.0.2]:${address.split(':')[1]}/film.ts`,
    (address: string) => `http://2130706434:${address.split(':')[1]}/film.ts`,
    (address: string) => `http://0x7f.2:${address.split(':')[1]}/film.ts`,
  ])('is refused when it is asked for', async (urlOf) => {
    const refused = startStream(server.url, wanted('refused', urlOf(inside)));
    await expect(refused).rejects.toThrow(/403.*source-address-not-allowed/s);
  });

  it.each([
    ['a redirect', () => `${plain}/a?to=http://${inside}/film.ts`, 'source-address-not-allowed'],
    ['a redirect of a secure server', () => `${secure}/a?to=http://${inside}/film.ts`, 'source-address-not-allowed'],
    ['a redirect to TLS', () => `${plain}/a?to=https://${inside}/film.ts`, 'source-address-not-allowed'],
    ['a playlist', () => `${plain}/list.m3u8?at=http://${inside}/`, 'source-address-not-allowed'],
    ['a playlist of a secure server', () => `${secure}/list.m3u8?at=https://${inside}/`, 'source-address-not-allowed'],
    ['a playlist that names a proxy', () => `${plain}/list.m3u8?at=httpproxy://${inside}/`, 'source-unreachable'],
    ['a playlist that names a socket', () => `${plain}/list.m3u8?at=tcp://${inside}/`, 'source-unreachable'],
    ['a playlist that names files', () => `${plain}/list.m3u8?at=file://${folder}/`, 'source-unreachable'],
  ])('is not reached by %s', async (_, url, code) => {
    await startStream(server.url, wanted('detour', url()));
    expect(await problemOf('detour')).toBe(code);
  });

  it('is not reached by a redirect of an RTSP server', async () => {
    const camera = await rtspCamera({ redirectTo: `rtsp://${inside}/secret` });
    await startStream(server.url, wanted('detour', `rtsp://127.0.0.1:${camera.port}/1`));
    expect(await problemOf('detour')).toBe('source-address-not-allowed');
    expect(camera.asked.at(-1)).toMatch(/^DESCRIBE /);
    camera.close();
  });

  it('was never connected to, by any of these', () => expect(intrusions).toBe(0));
});

describe('a source at an address that is allowed', () => {
  it.each([
    ['over https', () => `${secure}/film.ts`],
    ['over https, as HLS', () => `${secure}/list.m3u8`],
    ['as HLS whose segments are elsewhere, over https', () => `${plain}/list.m3u8?at=${secure}/`],
    ['behind a redirect to https', () => `${plain}/a?to=${secure}/film.ts`],
  ])('plays %s', async (_, url) => {
    await startStream(server.url, wanted('allowed', url()));
    await untilStatus(server.url, 'allowed', 'live');
    await stopStream(server.url, 'allowed');
  });

  it('plays as RTSP', async () => {
    const camera = await rtspCamera({ file: join(folder, 'film.ts'), seconds: 30 });
    await startStream(server.url, wanted('allowed', `rtsp://user:word@127.0.0.1:${camera.port}/1`));
    await untilStatus(server.url, 'allowed', 'live');
    await stopStream(server.url, 'allowed');
    camera.close();
  });

  it('is read by children that know none of the secrets of the server', async () => {
    await startStream(server.url, wanted('children', `${secure}/film.ts`));
    await untilStatus(server.url, 'children', 'live');
    const children = await ffmpegChildren(server.outputDir);
    expect(children.length).toBeGreaterThan(1);
    const known = children.map((pid) => readFileSync(`/proc/${pid}/environ`, 'utf8')).join('\0');
    for (const secret of Object.values(SECRETS)) expect(known).not.toContain(secret);
    await stopStream(server.url, 'children');
  });
});

describe('a file below the media root', () => {
  const named = (name: string, text: string): string => {
    writeFileSync(join(media, name), text);
    return `file://${join(media, name)}`;
  };

  it.each([
    [
      'a playlist',
      'list.m3u8',
      (film: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:30\n#EXTINF:30,\n${film}\n#EXT-X-ENDLIST\n`,
    ],
    ['a script of files', 'list.ffconcat', (film: string) => `ffconcat version 1.0\nfile ${film}\n`],
    ['a script in disguise', 'list.ts', (film: string) => `ffconcat version 1.0\nfile ${film}\n`],
    [
      'a description of a session',
      'session.sdp',
      () => `v=0\no=- 0 0 IN IP4 127.0.0.2\ns=x\nc=IN IP4 127.0.0.2\nt=0 0\nm=video 5004 RTP/AVP 33\n`,
    ],
  ])('that is %s opens no other', async (_, name, text) => {
    await startStream(server.url, wanted('script', named(name, text(join(folder, 'film.ts')))));
    expect(await problemOf('script')).toBe('source-unreachable');
  });

  it('that is a link to another place is refused', async () => {
    execFileSync('ln', ['-s', join(folder, 'film.ts'), join(media, 'link.ts')]);
    const refused = startStream(server.url, wanted('link', `file://${join(media, 'link.ts')}`));
    await expect(refused).rejects.toThrow(/403.*source-file-not-allowed/s);
  });

  it('that is a pipe is refused', async () => {
    execFileSync('mkfifo', [join(media, 'pipe.ts')]);
    const refused = startStream(server.url, wanted('pipe', `file://${join(media, 'pipe.ts')}`));
    await expect(refused).rejects.toThrow(/403.*source-file-not-allowed/s);
  });
});
