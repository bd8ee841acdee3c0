/** Streams that share a thread: what they have of their own all the same, and what becomes of them when it is lost. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream, stopStream, streamInfo, untilStatus } from '../support/api.js';
import { fetchPlaylist } from '../support/playlist.js';
import { saboteur, type Saboteur } from '../support/saboteur.js';
import { ffmpegChildren, startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const STREAMS = ['wren', 'lark', 'finch'];

let server: RunningServer;
let vandal: Saboteur;

beforeAll(async () => {
  vandal = await saboteur();
  server = await startServer({ env: { ...vandal.env, STREAM_THREADS: '1' } });
  for (const stream_id of STREAMS) {
    await startStream(server.url, { stream_id, source_url: 'test:?size=256x144', qualities: [TINY] });
    await untilStatus(server.url, stream_id, 'live');
  }
});

afterAll(async () => {
  await server?.stop();
  await vandal?.remove();
});

const TINY = { name: 'tiny', height: 144, video_kbps: 100 };

const newest = async (stream: string): Promise<number> => {
  const { mediaSequence, segments } = await fetchPlaylist(`${server.url}/streams/${stream}/tiny/playlist.m3u8`);
  return mediaSequence + segments.length;
};
/** Every one of these goes on, under the same URL. */
async function untilLater(streams: readonly string[]): Promise<void> {
  for (const stream of streams) {
    const before = await newest(stream);
    await until(`two more segments of ${stream}`, async () => (await newest(stream)) >= before + 2);
  }
}
const lost = (): number => server.log().split('"code":"pipeline-lost"').length - 1;
const threads = async (): Promise<number> => {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^lockstep_stream_threads (\d+)$/m.exec(text)?.[1]);
};

describe('three streams in one thread', () => {
  it('are told apart: one is stopped with its children, and the others notice nothing', async () => {
    expect(await threads()).toBe(1);
    const children = (await ffmpegChildren(server.outputDir)).length;
    expect((await stopStream(server.url, 'finch')).status).toBe(200);
    await until('its children are gone, and only they', async () => {
      const left = (await ffmpegChildren(server.outputDir)).length;
      return left === (children / 3) * 2;
    });
    await untilLater(['wren', 'lark']);
    expect(lost()).toBe(0);
    await startStream(server.url, { stream_id: 'finch', source_url: 'test:?size=256x144', qualities: [TINY] });
    await untilStatus(server.url, 'finch', 'live');
    expect(await threads()).toBe(1);
  });

  it('are lost with it, come back by themselves under the same URLs, and are apart from then on', async () => {
    await vandal.commit('throw');
    await until('all are lost', () => lost() === 3);
    await until('all have begun again', async () => (await threads()) === 3);
    await untilLater(STREAMS);
    await vandal.commit('throw');
    await until('one is lost', () => lost() === 4);
    await untilLater(STREAMS);
    expect(lost()).toBe(4);
    const told = await Promise.all(STREAMS.map((stream) => streamInfo(server.url, stream)));
    expect(told.map(({ status }) => status)).toEqual(['live', 'live', 'live']);
  });
});
