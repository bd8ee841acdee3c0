/**
 * One process of a stream dies, hangs or starves. Viewers of every rendition keep the time between two parts; those of the
 * rendition that was hit see a gap up to a segment boundary, and then go on under the same numbers.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpegsOf, type FfmpegChild } from '../../chaos/stage/processes.js';
import { startStream, untilStatus } from '../support/api.js';
import { complaints, judge, type Judged } from '../support/judged.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { RenditionFollower } from '../support/rendition-follower.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const PART_MS = 1000 / 3;
const SEGMENT_MS = 2_000;
const RENDITIONS = ['360p', '240p', '144p', 'audio'] as const;
type Rendition = (typeof RENDITIONS)[number];
/** How the process that makes it is known. */
const ABOUT: Readonly<Record<Rendition, string>> = {
  '360p': 'picture 640x360',
  '240p': 'picture 426x240',
  '144p': 'picture 256x144',
  audio: 'sound',
};
/** Undisturbed time before each fault: what the machine's own noise is. */
const CALM_MS = 3_000;
/** Beyond the promised times: the machine's. */
const ROOM_MS = 1_000;

/**
 * HLS can say GAP, and nothing is excused. A `$Number$` MPD cannot: the missing segment is answered with 404, and what was
 * being sent of it when its encoder died breaks off. A SegmentTimeline leaves it out, and is shorter by it.
 */
const EXCUSED: Readonly<Record<string, readonly string[]>> = {
  'playlist.m3u8': [],
  'manifest.mpd': ['dash.available-on-time', 'dash.stays-there', 'http.listed-is-there', 'http.whole'],
  'manifest-timeline.mpd': ['dash.timeline-without-gap', 'dash.segments-stay-long-enough'],
};

let server: RunningServer;
let nginx: RunningNginx;
const followers = new Map<Rendition, RenditionFollower>();
let watching: Promise<Judged[]>;
const watched = new AbortController();

beforeAll(async () => {
  server = await startServer();
  nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
  await startStream(server.url, {
    stream_id: 'trio',
    source_url: 'test:?size=640x360',
    qualities: ['360p', '240p', { name: '144p', height: 144, video_kbps: 150 }],
  });
  await untilStatus(server.url, 'trio', 'live');
  for (const name of RENDITIONS) followers.set(name, new RenditionFollower(`${nginx.url}/trio/${name}/playlist.m3u8`));
  watching = judge(
    Object.keys(EXCUSED).map((text) => `${nginx.url}/trio/${text}`),
    120,
    watched.signal,
  );
});

afterAll(async () => {
  watched.abort();
  await Promise.all([...followers.values()].map((follower) => follower.stop()));
  await nginx?.stop();
  await server?.stop();
});

describe('an encoder', () => {
  it('that is killed is back with the next segment, and no sibling waits for it', async () => {
    const told = await disturb('240p', ({ pid }) => process.kill(pid, 'SIGKILL'));
    expect(told.problem).toMatchObject({ code: 'ffmpeg-failed', reason: 'ended by SIGKILL' });
    expect(told.detectedMs).toBeLessThan(ROOM_MS);
    expectIsolation(told);
  });

  it('that is stopped for ever is found out within three parts and replaced, and no sibling waits for it', async () => {
    const told = await disturb('144p', ({ pid }) => process.kill(pid, 'SIGSTOP'));
    expect(told.problem).toMatchObject({ code: 'ffmpeg-failed', reason: expect.stringContaining('hung') as unknown });
    expect(told.detectedMs).toBeLessThan(3 * PART_MS + ROOM_MS);
    expectIsolation(told);
  });

  it('that is starved of its processor sheds the rest of the segment and says why, and no sibling waits for it', async () => {
    const told = await disturb('360p', ({ pid }) => starve(pid));
    expect(told.problem).toMatchObject({ code: 'encoder-too-slow' });
    expectIsolation(told);
  });

  it('of the sound that is killed is back with the next segment, and no picture waits for it', async () => {
    const told = await disturb('audio', ({ pid }) => process.kill(pid, 'SIGKILL'));
    expect(told.detectedMs).toBeLessThan(ROOM_MS);
    expectIsolation(told);
  });
});

describe('the decoder', () => {
  it('that is killed is replaced, and no rendition has a gap or waits for it', async () => {
    const before = await children();
    const calm = await calmWaits();
    const decoder = before.find(({ role, about }) => role === 'intake' && about.includes('decoder'))!;
    const killedAt = Date.now();
    process.kill(decoder.pid, 'SIGKILL');
    await until('another one runs', async () => (await intakes()).some(({ pid }) => pid !== decoder.pid));
    await untilStatus(server.url, 'trio', 'live');
    await untilTold(killedAt + SEGMENT_MS);
    const now = Date.now();
    for (const [name, follower] of followers) {
      const longest = follower.longestWait(killedAt, now);
      say(`decoder killed: ${name} longest wait ${ms(longest)}, undisturbed ${ms(calm.get(name)!)}`);
      expect(longest).toBeLessThan(allowed(calm.get(name)!));
      expect(follower.told.filter(({ gap, atMs }) => gap && atMs >= killedAt)).toEqual([]);
    }
    const encoders = (list: readonly FfmpegChild[]) => list.filter(({ role }) => role === 'encoder');
    expect(encoders(await children())).toEqual(encoders(before));
  });
});

describe('all along', () => {
  it('numbers went on one by one, nothing was discontinuous, and the judge found nothing but the gaps', async () => {
    watched.abort();
    for (const [name, follower] of followers) expect([name, follower.complaints]).toEqual([name, []]);
    const judged = await watching;
    const unexcused = Object.entries(EXCUSED).flatMap(([text, excused]) =>
      complaints(
        judged.filter(({ url }) => url.endsWith(`/${text}`)),
        excused,
      ),
    );
    expect(unexcused).toEqual([]);
    expect(judged.every(({ verdict }) => verdict.seen.media > 50)).toBe(true);
  });
});

interface Disturbance {
  readonly victim: Rendition;
  readonly problem: { readonly code: string; readonly reason?: string };
  /** From the act to the word of it in the log. */
  readonly detectedMs: number;
  /** From there to the first part of the new encoder, as a viewer is told of it. */
  readonly backMs: number;
  readonly gaps: number;
  readonly siblings: readonly { readonly name: Rendition; readonly longest: number; readonly calm: number }[];
  /** Encoders that are not those of before, the victim's aside. */
  readonly strangers: readonly FfmpegChild[];
}

/** Does something to the encoder of a rendition, and waits until a new one delivers. */
async function disturb(victim: Rendition, act: (child: FfmpegChild) => void): Promise<Disturbance> {
  const calm = await calmWaits();
  const before = await children();
  const child = before.find(({ role, about }) => role === 'encoder' && about === ABOUT[victim])!;
  const follower = followers.get(victim)!;
  const actedAt = Date.now();
  act(child);
  const down = await until(`the log tells of ${victim}`, () =>
    logLines().find(({ time, facts }) => time >= actedAt && facts?.['rendition'] === victim),
  );
  const back = await until(`${victim} is back`, () => {
    const told = follower.told.filter(({ atMs }) => atMs > actedAt);
    const gap = told.findIndex((part) => part.gap);
    return gap >= 0 && told.slice(gap).find((part) => !part.gap);
  });
  await untilTold(back.atMs + SEGMENT_MS);
  await untilStatus(server.url, 'trio', 'live');
  const now = Date.now();
  const siblings = RENDITIONS.filter((name) => name !== victim).map((name) => ({
    ...{ name, longest: followers.get(name)!.longestWait(actedAt, now), calm: calm.get(name)! },
  }));
  const old = new Set(before.map(({ pid }) => pid));
  const disturbance: Disturbance = {
    ...{ victim, siblings, detectedMs: down.time - actedAt, backMs: back.atMs - down.time },
    problem: { code: down.code!, ...(down.facts as { reason?: string }) },
    gaps: follower.told.filter(({ gap, atMs }) => gap && atMs >= actedAt).length,
    strangers: (await children()).filter(({ pid, about }) => !old.has(pid) && about !== ABOUT[victim]),
  };
  expect(back.part).toBe(0);
  say(
    `${victim}: ${disturbance.problem.code} after ${ms(disturbance.detectedMs)}, back ${ms(disturbance.backMs)} later,`,
    `${disturbance.gaps} parts missing;`,
    ...siblings.map(({ name, longest, calm }) => `${name} waited ${ms(longest)} (undisturbed ${ms(calm)})`),
  );
  return disturbance;
}

function expectIsolation({ backMs, gaps, siblings, strangers }: Disturbance): void {
  expect(backMs).toBeLessThan(SEGMENT_MS + 1_000 + ROOM_MS);
  expect(gaps).toBeGreaterThan(0);
  for (const { name, longest, calm } of siblings) expect([name, longest < allowed(calm)]).toEqual([name, true]);
  expect(strangers).toEqual([]);
}

/**
 * One and a half parts are what a quiet machine shows. On one that is not, twice what it takes when nothing is wrong, and
 * no less than a second: a rendition that waited for another would wait for longer.
 */
const allowed = (calm: number): number => Math.max(1_000, 2 * calm);

/** The longest wait for a part in each rendition, over a while in which nothing is done to any. */
async function calmWaits(): Promise<Map<Rendition, number>> {
  const since = Date.now();
  await untilTold(since + CALM_MS);
  const now = Date.now();
  return new Map([...followers].map(([name, follower]) => [name, follower.longestWait(since, now)]));
}

/** Every rendition has been told of something at that time or later. */
const untilTold = (atMs: number): Promise<true> =>
  until('every rendition has gone on', () =>
    [...followers.values()].every(({ told }) => (told.at(-1)?.atMs ?? 0) >= atMs),
  );

/** Runs for five of every 250 ms, until it is gone. */
function starve(pid: number): void {
  const stop = (): void => {
    if (signal(pid, 'SIGSTOP')) setTimeout(go, 245);
  };
  const go = (): void => {
    if (signal(pid, 'SIGCONT')) setTimeout(stop, 5);
  };
  stop();
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

const children = (): Promise<FfmpegChild[]> => ffmpegsOf(server.outputDir);
const intakes = async (): Promise<FfmpegChild[]> => (await children()).filter(({ role }) => role === 'intake');

interface LogLine {
  readonly time: number;
  readonly code?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

const logLines = (): LogLine[] =>
  server
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Omit<LogLine, 'time'> & { readonly time: string })
    .map(({ time, ...line }) => ({ ...line, time: Date.parse(time) }));

const ms = (value: number): string => `${Math.round(value)} ms`;
/** Figures belong in the output of a run, whether it fails or not. */
const say = (...words: string[]): void => void process.stderr.write(`${words.join(' ')}\n`);
