/** A disk that fills up, one that turns read-only, and a server that may open no more files: what viewers get meanwhile. */
import { execFile } from 'node:child_process';
import { readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { startStream, streamInfo, untilStatus, type StreamInfo } from '../support/api.js';
import { complaints, judge } from '../support/judged.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { ffmpegChildren, setReadOnly, startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const RENDITIONS = ['240p', 'tiny', 'audio'];

let server: RunningServer;
let nginx: RunningNginx;

afterEach(async () => {
  await nginx?.stop();
  await server?.stop();
});

async function onAir(options: Parameters<typeof startServer>[0]): Promise<void> {
  server = await startServer(options);
  nginx = await startNginx({ originPort: server.port, outputDir: server.files });
  const qualities = ['240p', { name: 'tiny', height: 120, video_kbps: 100 }];
  await startStream(server.url, { stream_id: 'camera', source_url: 'test:?size=426x240', qualities });
  await untilStatus(server.url, 'camera', 'live');
  await untilSegments(3);
}

const urls = () =>
  ['playlist.m3u8', 'manifest.mpd', 'manifest-timeline.mpd'].map((name) => `${nginx.url}/camera/${name}`);
const playlist = async (rendition: string): Promise<string> =>
  (await fetch(`${nginx.url}/camera/${rendition}/playlist.m3u8`)).text();
const newestSegment = async (): Promise<number> =>
  Math.max(...[...(await playlist('240p')).matchAll(/^(\d+)\.m4s$/gm)].map(([, number]) => Number(number)));
const untilSegments = async (count: number): Promise<void> => {
  const first = await newestSegment();
  await until(`${count} more segments`, async () => (await newestSegment()) >= first + count);
};
const untilStorage = (writable: boolean): Promise<StreamInfo> =>
  until(`the storage is ${writable ? '' : 'not '}writable`, async () => {
    const info = await streamInfo(server.url, 'camera');
    return info.storage.writable === writable && info;
  });
/** Segments at the end of a playlist that are there: a gap is said before its segment. */
const wholeAtTheEnd = (text: string): number => {
  const segments = text.split(/(?<=^\d+\.m4s$)/m).slice(0, -1);
  return segments.length - 1 - segments.findLastIndex((segment) => segment.includes('#EXT-X-GAP'));
};
const untilWhole = (count: number): Promise<unknown> =>
  until(`${count} segments without a gap in every rendition`, async () => {
    const texts = await Promise.all(RENDITIONS.map(playlist));
    return texts.every((text) => wholeAtTheEnd(text) >= count);
  });
const untilGaps = (): Promise<unknown> =>
  until('every rendition has a gap', async () => {
    const texts = await Promise.all(RENDITIONS.map(playlist));
    return texts.every((text) => text.includes('#EXT-X-GAP'));
  });
const filler = () => join(server.files, 'someone-elses-film');
/** Fills the disk until this much is free. */
const fillUpTo = async (freeBytes: number): Promise<void> => {
  const { bavail, bsize } = await statfs(server.files);
  await writeFile(filler(), Buffer.alloc(bavail * bsize - freeBytes));
};
/** Fills the disk to its last byte, while others write too. */
const fillUp = async (): Promise<void> => {
  const { bavail, bsize } = await statfs(server.files);
  await expect(writeFile(filler(), Buffer.alloc(bavail * bsize + bsize))).rejects.toThrow('ENOSPC');
};
const freeBytes = async (): Promise<number> => {
  const { bavail, bsize } = await statfs(server.files);
  return bavail * bsize;
};
const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
};
const halfWritten = async (): Promise<string[]> => {
  const names = await Promise.all(RENDITIONS.map((rendition) => readdir(join(server.files, 'camera', rendition))));
  return names.flat().filter((name) => name.endsWith('.tmp'));
};
/**
 * What an MPD by number cannot keep, for it cannot say that a segment is missing; and in a list of times the jump over it,
 * at whose end nothing new comes for a while.
 */
const DASH_GAPS = [
  ...['dash.available-on-time', 'http.listed-is-there', 'dash.timeline-without-gap', 'dash.edge-moves'],
];
/** A segment in progress that could not be finished: its transfer is cut, never ended as if it were whole. */
const CUT = ['http.whole', 'dash.stays-there'];
const logged = (words: string): number => server.log().split(words).length - 1;

describe('a disk that fills up', () => {
  it('pauses the stream before it is full, and lets it go on by itself; viewers get gaps and nothing broken', async () => {
    await onAir({ diskMegabytes: 60, env: { DISK_RESERVE: '8' } });
    expect(await metric('lockstep_stream_storage_writable')).toBe(1);
    const stop = new AbortController();
    const judging = judge(urls(), 120, stop.signal);
    await fillUpTo(6e6);

    const paused = await untilStorage(false);
    expect(paused.last_problem).toMatchObject({ code: 'disk-full', detail: expect.stringMatching(/MB free.*8 MB/) });
    expect(paused.storage.since).toBeGreaterThan(Date.now() / 1000 - 30);
    await untilGaps();
    await untilSegments(4);
    const ready = await fetch(`${server.url}/health/ready`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('at least 8 MB are needed')]);
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    expect(await metric('lockstep_stream_storage_writable')).toBe(0);
    // What leaves the window goes all the same: that is how room comes back.
    const before = await freeBytes();
    await until('old segments were removed', async () => (await freeBytes()) > before, 60_000);

    await rm(filler());
    expect((await untilStorage(true)).storage.since).toBeNull();
    await untilWhole(3);
    await until('it is ready again', async () => (await fetch(`${server.url}/health/ready`)).ok);
    stop.abort();
    const judged = await judging;
    expect(complaints(judged.slice(0, 1))).toEqual([]);
    expect(complaints(judged, DASH_GAPS)).toEqual([]);
    expect(judged.every(({ verdict }) => verdict.seen.media > 10)).toBe(true);
    // Told once when it began, and once when it was over.
    expect([logged('nothing is written until there is room'), logged('media is written again')]).toEqual([1, 1]);
  });

  it('that is full to the last byte leaves nothing half written, and the stream comes back', async () => {
    await onAir({ diskMegabytes: 60, env: { DISK_RESERVE: '0' } });
    const stop = new AbortController();
    const judging = judge(urls(), 120, stop.signal);
    await fillUp();
    const paused = await untilStorage(false);
    expect(paused.last_problem).toMatchObject({ code: 'disk-full', detail: expect.stringContaining('is full') });
    await untilGaps();
    await untilSegments(2);
    await rm(filler());
    await untilStorage(true);
    await untilWhole(3);
    stop.abort();
    const judged = await judging;
    expect(complaints(judged.slice(0, 1))).toEqual([]);
    expect(complaints(judged, [...DASH_GAPS, ...CUT])).toEqual([]);
    await until('nothing half written is there', async () => (await halfWritten()).length === 0);
  });
});

describe('a disk that turns read-only', () => {
  it('is told as what it is, and forgotten when it can be written again', async () => {
    await onAir({ diskMegabytes: 60, env: { DISK_RESERVE: '0' } });
    await setReadOnly(server, true);
    const paused = await untilStorage(false);
    expect(paused.last_problem).toMatchObject({
      code: 'output-not-writable',
      detail: expect.stringContaining('mounted read-only'),
    });
    await untilGaps();
    await setReadOnly(server, false);
    await untilStorage(true);
    await untilWhole(3);
    expect((await streamInfo(server.url, 'camera')).rungs.every(({ restarts }) => restarts === 0)).toBe(true);
  });
});

describe('a server that may open no more files', () => {
  const limitFiles = async (soft: number): Promise<void> => {
    await promisify(execFile)('prlimit', ['--pid', `${server.pid}`, `--nofile=${soft}:`]);
  };

  it('says so, loses no encoder for good, and goes on when it may', async () => {
    await onAir({});
    const [killed] = await ffmpegChildren(server.outputDir);
    const open = (await readdir(`/proc/${server.pid}/fd`)).length;
    await limitFiles(10);
    // Nobody can be answered now: the log has to tell.
    await until('the log tells', () => server.log().includes('ulimit -n'));
    process.kill(killed!, 'SIGKILL');
    await until('an encoder was started in vain', () => /spawn setpriv EMFILE/.test(server.log()));
    await limitFiles(open + 1_000);
    await untilStorage(true);
    await untilGaps();
    await untilWhole(2);
    await untilStatus(server.url, 'camera', 'live');
    expect((await ffmpegChildren(server.outputDir)).includes(killed!)).toBe(false);
    expect(logged('too-many-open-files')).toBeGreaterThan(0);
  });
});
