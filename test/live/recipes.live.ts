/** The commands of docs/recipes.md that are marked to be run, run as they stand there, against the real server. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fences, pageText } from '../docs/markdown.js';
import { stopStream, streamInfo, untilStatus } from '../support/api.js';
import { freePort } from '../support/free-port.js';
import { fetchPlaylist } from '../support/playlist.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const recipes = fences(pageText('docs/recipes.md'))
  .filter(({ info }) => info[0] === 'sh' && info[1] === 'run')
  .map(({ text }) => ({ ids: [...text.matchAll(/"stream_id": "([\w-]+)"/g)].map(([, id]) => id!), text }))
  .map((recipe) => ({ ...recipe, id: recipe.ids.at(-1)! }));

/** The names people know, in sizes that two cores encode beside everything else a test runs. */
const SMALL_LADDER = `rungs:
  - { name: 720p, height: 180, video_kbps: 300, audio_kbps: 64, profile: main }
default: [720p]
`;

let server: RunningServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-recipes-'));
  writeFileSync(join(folder, 'ladder.yaml'), SMALL_LADDER);
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30'],
    ...['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-t', '20'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '30', '-pix_fmt', 'yuv420p'],
    ...['-c:a', 'aac', '-b:a', '128k', join(folder, 'talk.mp4')],
  ]);
  server = await startServer({ env: { MEDIA_ROOT: folder, LADDER_FILE: join(folder, 'ladder.yaml') } });
});

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The text with this run's server, folder and ports in place of the page's. */
async function fitted(text: string): Promise<string> {
  let fit = text
    .replaceAll('127.0.0.1:8083', new URL(server.url).host)
    .replaceAll('file:///media/', `file://${folder}/`);
  const ports = new Set([...fit.matchAll(/:\/\/(?:0\.0\.0\.0|127\.0\.0\.1):(\d+)/g)].map(([, port]) => port!));
  ports.delete(`${server.port}`);
  for (const port of ports) fit = fit.replaceAll(`:${port}`, `:${await freePort()}`);
  return fit;
}

/** Commands of a recipe: those that end, and the sender that goes on, if there is one. */
function commands(text: string): { requests: string; sender: string | undefined } {
  const at = text.search(/^ffmpeg /m);
  return at < 0 ? { requests: text, sender: undefined } : { requests: text.slice(0, at), sender: text.slice(at) };
}

const shell = (script: string): ChildProcess =>
  spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });

/** Runs a sender that tries again, as the page advises, until it is ended. */
function send(command: string): { words(): string; end(): Promise<void> } {
  const child = shell(`until ${command.trim()} </dev/null; do sleep 0.2; done`);
  let words = '';
  child.stderr!.on('data', (bytes: Buffer) => (words = `${words}${bytes.toString()}`.slice(-2_000)));
  const gone = once(child, 'exit');
  return {
    words: () => words,
    async end() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
      await gone;
    },
  };
}

describe('a recipe of docs/recipes.md', () => {
  it('is there for every kind of source that can be tried on one machine', () => {
    const kinds = recipes.map(({ text }) => /"source_url": "(\w+):/g.exec(text)?.[1]);
    expect(new Set(kinds)).toEqual(new Set(['srt', 'rtmp', 'tcp', 'udp', 'test', 'file']));
    expect(recipes.some(({ text }) => /"source_url": "http:.*m3u8"/.test(text))).toBe(true);
  });

  it.each(recipes)('leads to a stream that plays: $id', async ({ id, ids, text }) => {
    const { requests, sender } = commands(await fitted(text));
    execFileSync('bash', ['-euo', 'pipefail', '-c', requests], { cwd: folder, stdio: 'pipe' });
    const sending = sender === undefined ? undefined : send(sender);
    try {
      await untilStatus(server.url, id, 'live', 40_000).catch((error: Error) => {
        throw new Error(`${error.message}; the sender said: ${sending?.words() ?? 'nothing'}`, { cause: error });
      });
      const { segments } = await until('the first segments are listed', async () => {
        const playlist = await fetchPlaylist(`${server.url}/streams/${id}/720p/playlist.m3u8`);
        return playlist.segments.length > 0 && playlist;
      });
      expect(segments.length).toBeGreaterThan(0);
      expect((await streamInfo(server.url, id)).last_problem).toBeNull();
    } finally {
      await sending?.end();
      for (const each of ids) await stopStream(server.url, each);
    }
  });
});

describe('a password of SRT', () => {
  it('keeps out who does not know it, and lets in who does', async () => {
    const { text } = recipes.find(({ id }) => id === 'guarded')!;
    const { requests, sender } = commands((await fitted(text)).replaceAll('guarded', 'locked'));
    execFileSync('bash', ['-euo', 'pipefail', '-c', requests], { cwd: folder, stdio: 'pipe' });
    const stranger = shell(sender!.replace('ten-or-more-letters', 'some-other-letters'));
    const [code] = (await once(stranger, 'exit')) as [number];
    expect(code).not.toBe(0);
    const { status, source_connected } = await streamInfo(server.url, 'locked');
    expect({ status, source_connected }).toEqual({ status: 'starting', source_connected: false });
    const friend = send(sender!);
    await untilStatus(server.url, 'locked', 'live').finally(() => friend.end());
    await stopStream(server.url, 'locked');
  });
});
