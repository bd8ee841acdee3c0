/** A power cut takes what was not yet on the disk: files come back empty, short or not at all. Nobody is served them. */
import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStream, untilStatus } from '../support/api.js';
import { complaints, judge } from '../support/judged.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { mediaNames } from '../support/playlist.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const RENDITIONS = ['240p', 'tiny', 'audio'];

let server: RunningServer;
let nginx: RunningNginx;
/** A cache that never forgets: what every URL held, over both lives. */
let seen: Map<string, string>;

beforeEach(async () => {
  seen = new Map();
  server = await startServer();
  nginx = await startNginx({ originPort: server.port, outputDir: server.files });
  const qualities = ['240p', { name: 'tiny', height: 120, video_kbps: 100 }];
  await startStream(server.url, { stream_id: 'camera', source_url: 'test:?size=426x240', qualities });
  await untilStatus(server.url, 'camera', 'live');
  await until('five segments are out', async () => {
    await remember();
    return wholeSegments(await playlist('240p')).length >= 5;
  });
});
afterEach(async () => {
  await nginx.stop();
  await server.stop();
});

const playlist = async (rendition: string): Promise<string> =>
  (await fetch(`${nginx.url}/camera/${rendition}/playlist.m3u8`)).text();
/** The numbers of the finished segments that a playlist lists, with or without a gap. */
const entries = (text: string): { number: number; gap: boolean }[] =>
  text
    .split(/(?<=^\d+\.m4s$)/m)
    .slice(0, -1)
    .map((entry) => ({ number: Number(/^(\d+)\.m4s$/m.exec(entry)![1]), gap: entry.includes('#EXT-X-GAP') }));
const wholeSegments = (text: string): number[] => entries(text).flatMap(({ number, gap }) => (gap ? [] : [number]));
/** The newest segment of which anything was there: the one the hint is of, unless its first part is still to come. */
const begunSegment = (text: string): number => {
  const [, segment, part] = /PRELOAD-HINT:TYPE=PART,URI="(\d+)\.(\d+)/.exec(text)!;
  return Number(segment) - (part === '0' ? 1 : 0);
};
const hash = (bytes: ArrayBuffer): string => createHash('sha256').update(new Uint8Array(bytes)).digest('hex');
const at = (rendition: string, name = ''): string => join(server.files, 'camera', rendition, name);

/** Fetches all media that is listed now. Fails where a URL gives other bytes than before. */
async function remember(): Promise<void> {
  for (const rendition of RENDITIONS) {
    const text = await playlist(rendition);
    const gaps = new Set(entries(text).flatMap(({ number, gap }) => (gap ? [`${number}`] : [])));
    const names = mediaNames(text).filter((name) => !gaps.has(name.split('.')[0]!));
    for (const name of names.filter((each) => !text.includes(`PRELOAD-HINT:TYPE=PART,URI="${each}"`))) {
      const url = `/camera/${rendition}/${name}`;
      const response = await fetch(nginx.url + url);
      if (response.status !== 200) continue;
      const bytes = hash(await response.arrayBuffer());
      expect([url, seen.get(url) ?? bytes]).toEqual([url, bytes]);
      seen.set(url, bytes);
    }
  }
}

/** The power goes: everything stops at once. `lose` is what the disk had not yet; then all is started again. */
async function powerCut(lose: () => Promise<void>): Promise<void> {
  await server.kill();
  await nginx.stop();
  await lose();
  server = await server.restart();
  await untilStatus(server.url, 'camera', 'live');
  nginx = await startNginx({ originPort: server.port, outputDir: server.files });
}

describe('after a power cut', () => {
  it('files that are not whole are gaps, and the rest of the window is what it was', async () => {
    const newest = Math.min(
      ...(await Promise.all(RENDITIONS.map(playlist))).map((text) => wholeSegments(text).at(-1)!),
    );
    const told = Math.max(...(await Promise.all(RENDITIONS.map(playlist))).map(begunSegment));
    const broken: string[] = [];
    const cut = async (rendition: string, name: string, keep: (bytes: number) => number): Promise<void> => {
      const { size } = await stat(at(rendition, name));
      await truncate(at(rendition, name), keep(size));
      broken.push(`${rendition}/${name}`);
    };
    await powerCut(async () => {
      await cut('240p', `${newest}.m4s`, () => 0);
      await cut('240p', `${newest - 1}.m4s`, (size) => Math.floor(size / 2));
      await cut('tiny', `${newest}.m4s`, (size) => size - 5);
      await cut('240p', `${newest}.1.m4s`, () => 4096);
      await rm(at('audio', `${newest}.m4s`));
      // Half a line that stands for nothing.
      await appendFile(at('240p', '.inits'), '1087156');
      // And one that stood for something: the only one.
      const journal = (await readFile(at('tiny', '.inits'), 'utf8')).length;
      await truncate(at('tiny', '.inits'), journal - 10);
    });

    const texts = new Map(
      await Promise.all(RENDITIONS.map(async (name): Promise<[string, string]> => [name, await playlist(name)])),
    );
    const listed = (rendition: string, number: number) =>
      entries(texts.get(rendition)!).find((entry) => entry.number === number);
    expect(listed('240p', newest)).toEqual({ number: newest, gap: true });
    expect(listed('240p', newest - 1)).toEqual({ number: newest - 1, gap: true });
    expect(listed('240p', newest - 2)).toEqual({ number: newest - 2, gap: false });
    expect(listed('tiny', newest)).toEqual({ number: newest, gap: true });
    expect(listed('tiny', newest - 1)).toEqual({ number: newest - 1, gap: false });
    expect(listed('audio', newest)).toEqual({ number: newest, gap: true });
    for (const name of broken) expect([name, (await fetch(`${nginx.url}/camera/${name}`)).status]).toEqual([name, 404]);
    // Both names of a segment go with it.
    for (const rendition of RENDITIONS) {
      const links = await Promise.all(
        (await readdir(at(rendition))).map(async (name) => [name, await stat(at(rendition, name))] as const),
      );
      const single = links.filter(([name, { nlink }]) => /^(t\d+|\d+)\.m4s$/.test(name) && nlink !== 2);
      expect(single.map(([name]) => name)).toEqual([]);
    }
    for (const text of texts.values()) {
      expect(text).not.toContain('#EXT-X-DISCONTINUITY\n');
      expect(begunSegment(text)).toBeGreaterThan(told);
    }
    expect(server.log()).toContain('broken files are gaps now');

    await remember();
    // A gap of a list of times is a jump, and an MPD by number cannot tell of it.
    const excused = ['dash.timeline-without-gap', 'dash.available-on-time', 'http.listed-is-there'];
    const urls = ['playlist.m3u8', 'manifest.mpd', 'manifest-timeline.mpd'].map(
      (name) => `${nginx.url}/camera/${name}`,
    );
    const judged = await judge(urls, 12);
    expect(complaints(judged.slice(0, 1))).toEqual([]);
    expect(complaints(judged, excused)).toEqual([]);
    await remember();
  });

  it('no number is begun again, even where all files of the last seconds are gone', async () => {
    const told = Math.max(...(await Promise.all(RENDITIONS.map(playlist))).map(begunSegment));
    const lostSince = Date.now() - 7_000;
    let lost = 0;
    await powerCut(async () => {
      for (const rendition of RENDITIONS) {
        for (const name of await readdir(at(rendition))) {
          if (!/^t?\d[\d.]*\.m4s$/.test(name) || (await stat(at(rendition, name))).mtimeMs < lostSince) continue;
          await rm(at(rendition, name));
          lost += 1;
        }
      }
    });
    expect(lost).toBeGreaterThan(20);
    const texts = await Promise.all(RENDITIONS.map(playlist));
    for (const text of texts) expect(begunSegment(text)).toBeGreaterThan(told);
    const begun = Math.min(...texts.flatMap((text) => wholeSegments(text).filter((number) => number >= told)));
    expect(begun).toBeGreaterThan(told);
    // The cache that watched both lives agrees.
    await remember();
  });
});
