/**
 * Sources that would use up the machine or the patience of whoever reads them. A stream beside them must not notice, the
 * server must stay small, and the status must say what is wrong.
 */
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream, streamInfo, untilStatus } from '../support/api.js';
import { complaints, judge, type Judged } from '../support/judged.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const TIMEOUT_SECONDS = 2;
/** Of the server; the raw pictures of three small streams and Node itself are a third of it. */
const MEMORY_LIMIT_MB = 700;

let server: RunningServer;
let http: Server;
let flood: TcpServer;
let mute: TcpServer;
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = await startServer({ env: { SOURCE_TIMEOUT: `${TIMEOUT_SECONDS}` } });
  http = createHttpServer((request, response) => {
    if (request.url === '/round') return void response.writeHead(302, { location: '/round' }).end();
    if (request.url === '/silent.ts') return void response.writeHead(200, { 'content-type': 'video/mp2t' });
    // A playlist without an end: a line, and another, for as long as anybody listens.
    response.writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl' });
    response.write('#EXTM3U\n#EXT-X-TARGETDURATION:4\n');
    const lines = Array.from({ length: 2_000 }, (_, index) => `#EXTINF:4,\nsegment-${index}.ts\n`).join('');
    const pour = (): void => {
      while (!response.destroyed && response.write(lines));
    };
    response.on('drain', pour);
    pour();
  });
  const film = filmOfSeconds(10);
  mute = createTcpServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  flood = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    const pour = (): void => {
      while (!socket.destroyed && socket.write(film));
    };
    socket.on('drain', pour);
    pour();
  });
  await Promise.all(
    [http, flood, mute].map((one) => new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))),
  );
  await startStream(server.url, { stream_id: 'beside', source_url: 'test:?size=426x240', qualities: ['240p'] });
  await untilStatus(server.url, 'beside', 'live');
});

afterAll(async () => {
  await server?.stop();
  http?.closeAllConnections();
  for (const socket of sockets) socket.destroy();
  http?.close();
  flood?.close();
  mute?.close();
});

const port = (one: Server | TcpServer): number => (one.address() as AddressInfo).port;

/** MPEG-TS of this many seconds, ten times as fast as life when it is poured. */
function filmOfSeconds(seconds: number): Buffer {
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=426x240:rate=30', '-f', 'lavfi', '-i', 'sine=sample_rate=48000'];
  const coding = ['-t', `${seconds}`, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '30', '-c:a', 'aac'];
  return spawnSync('ffmpeg', ['-v', 'error', ...inputs, ...coding, '-f', 'mpegts', 'pipe:1'], { maxBuffer: 1e8 })
    .stdout;
}

async function residentMegabytes(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

interface Hostile {
  readonly id: string;
  readonly name: string;
  readonly url: () => string;
  /** What the status says of it. */
  readonly reason: RegExp;
}

const HOSTILE: readonly Hostile[] = [
  {
    ...{ id: 'endless', name: 'a playlist without an end', reason: /a playlist of more than 8 MB/ },
    url: () => `http://127.0.0.1:${port(http)}/endless.m3u8`,
  },
  {
    ...{ id: 'round', name: 'a redirect in a circle', reason: /exit code|no data for 4 s/ },
    url: () => `http://127.0.0.1:${port(http)}/round`,
  },
  {
    ...{ id: 'silent', name: 'a server that answers and sends nothing', reason: /exit code|no data for 4 s/ },
    url: () => `http://127.0.0.1:${port(http)}/silent.ts`,
  },
  {
    ...{ id: 'mute', name: 'a peer that takes the call and says nothing', reason: /no data for 4 s/ },
    url: () => `tcp://127.0.0.1:${port(mute)}`,
  },
];

describe('sources of bad will, all at once', () => {
  const peaks: number[] = [];
  let judged: Judged[];

  beforeAll(async () => {
    const watched = judge([`${server.url}/streams/beside/playlist.m3u8`], 14);
    for (const { id, url } of HOSTILE) {
      await startStream(server.url, { stream_id: id, source_url: url(), qualities: ['240p'] });
    }
    await startStream(server.url, {
      stream_id: 'flood',
      source_url: `tcp://127.0.0.1:${port(flood)}`,
      qualities: ['240p'],
    });
    const ended = watched.then((verdict) => (judged = verdict));
    await until('they have been watched', async () => {
      peaks.push(await residentMegabytes());
      return judged;
    });
    await ended;
  });

  it.each(HOSTILE)('$name is given up and called again, and the status says so', async ({ id, reason }) => {
    const { last_problem: problem, status } = await streamInfo(server.url, id);
    expect(problem?.code).toBe('source-unreachable');
    expect(problem?.detail).toMatch(reason);
    expect(status).toBe('starting');
  });

  it('one that floods is cut down to real time', async () => {
    await untilStatus(server.url, 'flood', 'live');
  });

  it('leave the server small', () => {
    expect(Math.max(...peaks)).toBeLessThan(MEMORY_LIMIT_MB);
  });

  it('leave the stream beside them as it was', () => {
    expect(complaints(judged)).toEqual([]);
  });
});
