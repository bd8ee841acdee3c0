/**
 * Threads, nginx and the server die, one by one, together, and again and again. An immutable cache watches all of their lives
 * through nginx: the same URLs go on, no name ever means other bytes, nothing is cut, and what is missing is a gap.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Violations } from '../../chaos/invariants/violations.js';
import { isAlive, nginxPids, signal } from '../../chaos/stage/processes.js';
import { Audience, type Scene } from '../../chaos/watch/audience.js';
import { parseMediaPlaylist, type Position } from '../../load/hls/media-playlist.js';
import { startStream, streamInfo, untilStatus } from '../support/api.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { ask, type RawAnswer } from '../support/raw-http.js';
import { saboteur, type Saboteur } from '../support/saboteur.js';
import { ffmpegChildren, startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const RENDITIONS = ['240p', '144p', 'audio'].map((name) => `phoenix/${name}`);
/** A viewer has something new to play so soon after the order to start again. */
const BACK_WITHIN_MS = 5_000;
/** For a machine that is busy with other things: the figures are printed. */
const ROOM_MS = 5_000;
const HELD = 200;

let server: RunningServer;
let nginx: RunningNginx;
let vandal: Saboteur;
let audience: Audience;
let violations: Violations;
/** When the server in turn was ordered to start. */
let startedAtMs: number;

beforeAll(async () => {
  const startedAt = performance.now();
  vandal = await saboteur();
  server = await startServer({ env: vandal.env });
  nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
  await startStream(server.url, {
    stream_id: 'phoenix',
    source_url: 'test:?size=426x240',
    qualities: ['240p', { name: '144p', height: 144, video_kbps: 150 }],
  });
  await untilStatus(server.url, 'phoenix', 'live');
  const elapsedSeconds = (): number => (performance.now() - startedAt) / 1000;
  violations = new Violations(elapsedSeconds);
  const scene: Scene = {
    ...{ url: nginx.url, streams: ['phoenix'], renditions: RENDITIONS },
    get serverPid() {
      return server.pid;
    },
  };
  audience = new Audience(scene, violations, elapsedSeconds);
  await untilSegmentsLater();
});

afterAll(async () => {
  await audience?.leave();
  await nginx?.stop();
  await server?.stop();
  await vandal?.remove();
});

describe("a stream's thread", () => {
  it('that throws is replaced, and the stream goes on under the same URLs', async () => {
    const backMs = await sabotage('throw');
    say(`thread that throws: back after ${backMs} ms`);
    expect(backMs).toBeLessThan(BACK_WITHIN_MS + ROOM_MS);
    expect((await streamInfo(server.url, 'phoenix')).last_problem).toMatchObject({ code: 'pipeline-lost' });
  });

  it('that is stuck in a loop is found out, ended with its children, and replaced', async () => {
    const backMs = await sabotage('hang');
    say(`thread that hangs: back after ${backMs} ms`);
    // Five of them are the silence that tells it from a pause.
    expect(backMs).toBeLessThan(5_000 + BACK_WITHIN_MS + ROOM_MS);
    expect(server.log()).toContain('said nothing for 5 s');
  });
});

describe('nginx', () => {
  it('that is killed and started again is not missed for longer than its start takes', async () => {
    const before = await positions();
    const startedAt = performance.now();
    await killNginx();
    await startNginxAgain();
    await untilPast(before);
    const backMs = Math.round(performance.now() - startedAt);
    say(`nginx killed: back after ${backMs} ms`);
    expect(backMs).toBeLessThan(BACK_WITHIN_MS);
    await untilSegmentsLater();
  });
});

describe('the server', () => {
  it('that is killed leaves no process behind, and resumes by itself', async () => {
    const children = await ffmpegChildren(server.outputDir);
    expect(children.length).toBeGreaterThan(RENDITIONS.length);
    const backMs = await restart(() => server.kill());
    say(`server killed: back ${backMs} ms after it was started again`);
    expect(backMs).toBeLessThan(BACK_WITHIN_MS + ROOM_MS);
    await untilGone(children);
    await untilSegmentsLater();
  });

  it('that is killed with nginx and every child in one instant resumes by itself', async () => {
    const backMs = await restart(async () => {
      for (const pid of await ffmpegChildren(server.outputDir)) signal(pid, 'SIGKILL');
      await Promise.all([server.kill(), killNginx()]);
    }, startNginxAgain);
    say(`everything killed: back ${backMs} ms after it was started again`);
    expect(backMs).toBeLessThan(BACK_WITHIN_MS + ROOM_MS);
    await untilSegmentsLater();
  });

  it('that is killed five times in a row, whatever it was at, still comes back', async () => {
    const startedAt = performance.now();
    for (let count = 0; count < 4; count += 1) {
      audience.serverGone();
      await server.kill();
      audience.serverStarts();
      server = await server.restart();
      audience.serverIsBack();
      // Once before its stream begins, once while it does, and so on.
      if (count % 2 === 1) await until('it encodes', async () => (await ffmpegChildren(server.outputDir)).length > 2);
    }
    const backMs = await restart(() => server.kill());
    say(`killed five times in ${Math.round(performance.now() - startedAt)} ms: back ${backMs} ms after the last start`);
    expect(backMs).toBeLessThan(BACK_WITHIN_MS + 2 * ROOM_MS);
    await untilSegmentsLater();
  });

  it('leaves nothing half written of its earlier lives', async () => {
    const files = await readdir(server.outputDir, { recursive: true, withFileTypes: true });
    const halves = files.filter((file) => file.isFile() && file.name.includes('.tmp'));
    const written = await Promise.all(
      halves.map(({ parentPath, name }) => stat(join(parentPath, name)).catch(() => undefined)),
    );
    expect(written.filter((file) => file && file.mtimeMs < startedAtMs)).toEqual([]);
    expect(files.length).toBeGreaterThan(20);
  });
});

describe('a viewer', () => {
  it('was told the truth through all of it: names, numbers, gaps, whole objects', async () => {
    await audience.leave();
    expect(violations.all).toEqual([]);
    expect(audience.cache.names).toBeGreaterThan(200);
    expect(audience.gaps).toBeGreaterThan(0);
    say(`${audience.cache.names} names seen through all lives, ${audience.gaps} segments were gaps`);
  });
});

describe('a server that is asked to leave', () => {
  it('lets go whoever it holds, ends its children, and is gone within ten seconds with code 0', async () => {
    // A segment may be finished while they are still arriving: then they are answered, and others ask for the next.
    const held = await until('all are held at once', async () => {
      const crowd = await askForTheNextSegment();
      await until('they are held', async () => crowd.answered > 0 || (await heldRequests()) >= HELD);
      return crowd.answered === 0 && crowd.answers;
    });
    const children = await ffmpegChildren(server.outputDir);
    const askedAt = performance.now();
    const code = await server.stop();
    const leftMs = Math.round(performance.now() - askedAt);
    say(`asked to leave with ${HELD} held requests: gone after ${leftMs} ms`);
    expect([code, leftMs < 10_000]).toEqual([0, true]);
    const answers = await Promise.all(held);
    const said = answers.map((answer) =>
      answer === 'closed' ? answer : `${answer.status}, again in ${answer.headers['retry-after']} s`,
    );
    expect(new Set(said)).toEqual(new Set(['503, again in 1 s']));
    expect(await Promise.all(children.map(isAlive))).toEqual(children.map(() => false));
  });
});

interface Asked {
  answered: number;
  readonly answers: readonly Promise<RawAnswer | 'closed'>[];
}

async function askForTheNextSegment(): Promise<Asked> {
  const { msn } = (await positions()).get(RENDITIONS[0]!)!;
  const asked: Asked = {
    answered: 0,
    answers: Array.from({ length: HELD }, async (_, index) => {
      const path = `/streams/${RENDITIONS[index % RENDITIONS.length]!}/playlist.m3u8?_HLS_msn=${msn + 1}`;
      const answer = await ask(server.url, path).catch(() => 'closed' as const);
      asked.answered += 1;
      return answer;
    }),
  };
  return asked;
}

/** Kills, starts again, and gives the time from the order to start until every rendition has something new, in ms. */
async function restart(kill: () => Promise<void>, startRest = () => Promise.resolve()): Promise<number> {
  const before = await positions();
  audience.serverGone();
  await kill();
  audience.serverStarts();
  const startedAt = performance.now();
  startedAtMs = Date.now();
  const [again] = await Promise.all([server.restart(), startRest()]);
  server = again;
  audience.serverIsBack();
  await untilPast(before);
  return Math.round(performance.now() - startedAt);
}

/** Gives the time from the act until every rendition has something new, in ms; the children of the thread are gone then. */
async function sabotage(act: 'throw' | 'hang'): Promise<number> {
  const children = await ffmpegChildren(server.outputDir);
  const startedAt = performance.now();
  await vandal.commit(act);
  const before = await positions();
  await until('the thread is lost', () => server.log().split('pipeline-lost').length > (act === 'throw' ? 1 : 2));
  await untilPast(before);
  const backMs = Math.round(performance.now() - startedAt);
  await untilGone(children);
  await untilSegmentsLater();
  return backMs;
}

const untilGone = (pids: readonly number[]): Promise<true> =>
  until('the children are gone', async () => !(await Promise.all(pids.map(isAlive))).includes(true), 5_000);

async function killNginx(): Promise<void> {
  for (const pid of await nginxPids()) signal(pid, 'SIGKILL');
  await nginx.stop();
}

async function startNginxAgain(): Promise<void> {
  const port = Number(new URL(nginx.url).port);
  nginx = await startNginx({ port, originPort: server.port, outputDir: server.outputDir });
}

/** The next position of every rendition, as a viewer is told. */
async function positions(): Promise<Map<string, Position>> {
  const all = await Promise.all(
    RENDITIONS.map(async (name): Promise<[string, Position] | undefined> => {
      const url = new URL(`${nginx.url}/${name}/playlist.m3u8`);
      const response = await fetch(url).catch(() => undefined);
      const text = response?.ok ? await response.text().catch(() => '') : '';
      return text === '' ? undefined : [name, parseMediaPlaylist(text, url).next];
    }),
  );
  return new Map(all.filter((position) => position !== undefined));
}

const untilPast = (before: ReadonlyMap<string, Position>): Promise<true> =>
  until('every rendition has something new', async () => {
    const now = await positions();
    return RENDITIONS.every((name) => isPast(now.get(name), before.get(name)));
  });

function isPast(now: Position | undefined, before: Position | undefined): boolean {
  if (!now || !before) return false;
  return now.msn > before.msn || (now.msn === before.msn && now.part > before.part);
}

/** The stream is live, and two segments have been finished since. */
async function untilSegmentsLater(): Promise<void> {
  await untilStatus(server.url, 'phoenix', 'live');
  const { msn } = (await positions()).get(RENDITIONS[0]!)!;
  await until('two more segments', async () => ((await positions()).get(RENDITIONS[0]!)?.msn ?? 0) >= msn + 2);
}

async function heldRequests(): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const values = [...metrics.matchAll(/^lockstep_held_requests\S* (\d+)/gm)].map(([, value]) => Number(value));
  return values.reduce((sum, value) => sum + value, 0);
}

/** Figures belong in the output of a run, whether it fails or not. */
const say = (words: string): void => void process.stderr.write(`${words}\n`);
