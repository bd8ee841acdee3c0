/** A running stream is given other sources and another slate: encoders, numbers and players notice nothing. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBadSource, type BadSource } from '../../bad-source/index.js';
import { startStream, streamInfo, untilStatus, type StreamInfo } from '../support/api.js';
import { complaints, judge, type Judged } from '../support/judged.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const SIZE = { width: 426, height: 240 };

let server: RunningServer;
let first: BadSource;
let second: BadSource;
const watching = new AbortController();
let judged: Promise<Judged[]>;

beforeAll(async () => {
  server = await startServer({ env: { SOURCE_ALLOWED_ADDRESSES: '127.0.0.0/8', SLATE_TEXT: '' } });
  first = await startBadSource({ script: 'size 426x240 up 600' });
  second = await startBadSource({ script: 'size 426x240 up 600' });
  await startStream(server.url, {
    ...{ stream_id: 'channel', source_url: first.url, qualities: ['240p'] },
    ...{ slate_after: 30, next_source_after: 2, fail_back_after: null },
  });
  await untilStatus(server.url, 'channel', 'live');
  const stream = `${server.url}/streams/channel`;
  judged = judge([`${stream}/playlist.m3u8`, `${stream}/manifest.mpd`], 120, watching.signal);
});

afterAll(async () => {
  watching.abort();
  await first?.stop();
  await second?.stop();
  await server?.stop();
});

const info = (): Promise<StreamInfo> => streamInfo(server.url, 'channel');

async function change(fields: object): Promise<StreamInfo> {
  const response = await fetch(`${server.url}/streams/channel`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as StreamInfo;
}

/** Told once a second, so not at once. */
const filledFrames = (): Promise<number> =>
  until('the metrics tell of repeated pictures', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const found = /^lockstep_playout_filled_units_total\{[^}]*video[^}]*\} (\d+)$/m.exec(text);
    return found ? Number(found[1]) : undefined;
  });

const onAir = (step: string, index: number): Promise<StreamInfo> =>
  until(`source ${index} is on air: ${step}`, async () => {
    const now = await info();
    return now.programme.step === step && now.programme.source_index === index && now;
  });

/** The last picture of the newest finished segment, as brightness. */
async function newestPicture(): Promise<Buffer> {
  const rendition = `${server.url}/streams/channel/240p`;
  const playlist = await (await fetch(`${rendition}/playlist.m3u8`)).text();
  const init = /URI="(init-[^"]+)"/.exec(playlist)![1]!;
  const segment = playlist.match(/^\d+\.m4s$/gm)!.at(-1)!;
  const files = [init, segment].map(async (name) =>
    Buffer.from(await (await fetch(`${rendition}/${name}`)).arrayBuffer()),
  );
  const options = ['-v', 'error', '-i', 'pipe:0', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'];
  const { stdout } = spawnSync('ffmpeg', options, {
    input: Buffer.concat(await Promise.all(files)),
    maxBuffer: 1 << 28,
  });
  return stdout.subarray(-SIZE.width * SIZE.height);
}

/** Of a slate, which is dark: a source is bright all over. */
function hasWords(picture: Buffer): boolean {
  const bright = picture.filter((value) => value > 150).length / picture.length;
  const dark = picture.filter((value) => value < 60).length / picture.length;
  return bright > 0.001 && dark > 0.9;
}

describe('a running stream', () => {
  it('takes a source before the one on air, and viewers see no picture twice', async () => {
    const before = await filledFrames();
    const { programme, sources } = await change({ source_urls: [second.url, first.url], title: 'Moved' });
    expect(programme).toMatchObject({ step: 'source', source_index: 1 });
    expect(sources.map(({ state }) => state)).toEqual(['closed', 'up']);
    const now = await onAir('backup', 1);
    expect(now).toMatchObject({ title: 'Moved', sources: [{ losses: 0 }, { state: 'up', losses: 0 }] });
    expect((await filledFrames()) - before).toBeLessThanOrEqual(1);
  });

  it('is moved to the new source by hand, and the old one can then be taken away', async () => {
    const before = await filledFrames();
    await fetch(`${server.url}/streams/channel/source`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"index":0}',
    });
    await onAir('source', 0);
    await change({ source_url: second.url });
    const now = await onAir('source', 0);
    expect(now.sources).toMatchObject([{ state: 'up', losses: 0 }]);
    // A cut from one picture to another costs a few pictures at most.
    expect((await filledFrames()) - before).toBeLessThan(15);
  });

  it('shows the slate in place of a source that is lost, with the words it was given last', async () => {
    await change({ slate_text: 'Back at nine', slate_after: 0.5, next_source_after: null });
    await second.stop();
    await onAir('slate', 0);
    await until('words are on it, though there were none at first', async () => hasWords(await newestPicture()));
  });

  it('comes back with the source it is given then', async () => {
    await change({ source_url: first.url });
    await onAir('source', 0);
    expect(await info()).toMatchObject({ status: 'live', sources: [{ state: 'up' }] });
  });

  it('was valid all the time, without a gap or a break', async () => {
    watching.abort();
    expect(complaints(await judged)).toEqual([]);
    const playlist = await (await fetch(`${server.url}/streams/channel/240p/playlist.m3u8`)).text();
    expect(playlist).not.toMatch(/^#EXT-X-(DISCONTINUITY|GAP)$/m);
    expect((await info()).rungs.every(({ restarts }) => restarts === 0)).toBe(true);
  });

  it('is brought back by a restart as it was changed last', async () => {
    await change({ title: 'Last', source_url: 'test:?size=426x240' });
    await server.kill();
    server = await server.restart();
    await untilStatus(server.url, 'channel', 'live');
    expect(await info()).toMatchObject({ title: 'Last', sources: [{ url: 'test:?size=426x240' }] });
  });
});
