/** Several sources: the next one when one is lost, back to the first when it has proved itself, and by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBadSource, type BadSource } from '../../bad-source/index.js';
import { startStream, streamInfo, untilStatus, type StreamInfo } from '../support/api.js';
import { complaints, judge, type Judged } from '../support/judged.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

let server: RunningServer;
let first: BadSource;
let second: BadSource;
const watching = new AbortController();
let judged: Promise<Judged[]>;

beforeAll(async () => {
  server = await startServer();
  first = await startBadSource({ script: 'size 426x240 up 600' });
  second = await startBadSource({ script: 'size 426x240 up 600' });
  await startStream(server.url, {
    ...{ stream_id: 'channel', source_urls: [first.url, second.url], qualities: ['240p'] },
    ...{ slate_after: 1, next_source_after: 2, fail_back_after: 3 },
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

const programme = async (): Promise<StreamInfo['programme']> => (await streamInfo(server.url, 'channel')).programme;
const onAir = (index: number, step: string): Promise<unknown> =>
  until(`source ${index} is on air`, async () => {
    const now = await programme();
    return now.source_index === index && now.step === step;
  });

const metrics = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text();

async function ask(index: number | null): Promise<Response> {
  return fetch(`${server.url}/streams/channel/source`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ index }),
  });
}

describe('a stream with two sources', () => {
  it('turns to the second when the first is lost, showing the slate meanwhile', async () => {
    first.say('drop 8');
    await until('viewers see the slate', async () => (await programme()).step === 'slate');
    await onAir(1, 'backup');
    const { status, sources } = await streamInfo(server.url, 'channel');
    expect(status).toBe('live');
    expect(sources.map(({ losses }) => losses)).toEqual([1, 0]);
  });

  it('goes back to the first when that has delivered for long enough, without showing anything else', async () => {
    await first.finished();
    await onAir(0, 'source');
    await until(
      'the second is let go',
      async () => (await streamInfo(server.url, 'channel')).sources[1]!.state === 'closed',
    );
    expect(await metrics()).toContain('lockstep_stream_programme{stream="channel",step="source"} 1');
  });

  it('cuts to the one it is asked for and stays there, though the first is well', async () => {
    expect((await ask(1)).status).toBe(200);
    await onAir(1, 'backup');
    expect((await programme()).pinned).toBe(true);
    await ask(null);
    await onAir(0, 'source');
    expect((await programme()).pinned).toBe(false);
  });

  it('says which sources there are when asked for another', async () => {
    const response = await ask(2);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'source-index-unknown', index: 2, sources: 2 });
  });

  it('was a flawless stream all the while', async () => {
    watching.abort();
    expect(complaints(await judged)).toEqual([]);
  });
});

describe('a stream that was told when to give up', () => {
  it('is ended, whole, and says why', async () => {
    const source = await startBadSource({ script: 'size 426x240 up 600' });
    await startStream(server.url, {
      ...{ stream_id: 'brief', source_url: source.url, qualities: ['240p'], slate_after: null, give_up_after: 3 },
    });
    await untilStatus(server.url, 'brief', 'live');
    await source.stop();
    const { last_problem } = await untilStatus(server.url, 'brief', 'failed');
    expect(last_problem?.code).toBe('source-given-up');
    const playlist = await (await fetch(`${server.url}/streams/brief/240p/playlist.m3u8`)).text();
    expect(playlist).toContain('#EXT-X-ENDLIST');
    expect(playlist).not.toContain('GAP');
  });
});
