/** What the hot paths of the server cost each time: boxes, parts, playlists, the MPD, the database. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderMpd } from '../../src/engine/dash/index.js';
import { renderMediaPlaylist } from '../../src/engine/hls/index.js';
import { BoxSplitter, chunkBytes, readFragment, type Sample } from '../../src/engine/isobmff/index.js';
import { addPart, videoTrack } from '../../src/engine/timeline/index.js';
import { aGrid, aPart, aPresentation, aTimeline, FIRST_SEGMENT } from '../../src/engine/timeline/testing.js';
import { openDatabase } from '../../src/platform/database/index.js';
import { StreamsRepository } from '../../src/streams/streams.repository.js';
import type { StreamSpec } from '../../src/streams/live/index.js';
import type { Row, Scenario } from '../report.js';

const BATCHES = 30;
const BATCH_MS = 20;

const scenario: Scenario = {
  about: `Microseconds each, ${BATCHES} batches of about ${BATCH_MS} ms after one to warm up: a 2 KB frame out of the encoder's bytes (box split and moof read), a part of ten such frames written as one chunk, a part added to a timeline of ten segments, a low-latency playlist and an MPD of five rungs over that window printed, a stream's spec written to the database on disk.`,
  async run(progress) {
    const rows: Row[] = [];
    for (const [name, once] of Object.entries(PURE)) {
      progress(name);
      rows.push(measure(name, once));
    }
    progress('database');
    rows.push(await databaseWrites());
    return rows;
  },
};

export default scenario;

const FRAME_BYTES = 2_000;
const SAMPLE: Sample = { durationTicks: 3000, bytes: FRAME_BYTES, flags: 0, compositionOffset: 0 };
const payload = Buffer.alloc(FRAME_BYTES, 7);
const chunkOf = (frames: number): Buffer[] =>
  chunkBytes({
    ...{ sequence: 1, trackId: 1, decodeTime: 19_600_000_000_000 },
    samples: Array.from({ length: frames }, () => SAMPLE),
    payload: Array.from({ length: frames }, () => payload),
  });
const fragment = Buffer.concat(chunkOf(1));
const splitter = new BoxSplitter();

const grid = aGrid();
const track = videoTrack(grid);
const timeline = aTimeline('720p', track, { segments: 10, parts: 3 });
const nextPart = aPart(track, FIRST_SEGMENT + 10, 3);
const view = aPresentation({
  ...{ renditions: ['1080p', '720p', '480p', '360p', '240p', 'audio'], segments: 10, parts: 3 },
});

const PURE: Readonly<Record<string, () => unknown>> = {
  'frame split and read': () =>
    splitter.push(fragment).map(({ type, bytes }) => type === 'moof' && readFragment(bytes)),
  'part written as a chunk': () => chunkOf(10),
  'part added to a timeline': () => addPart(timeline, nextPart),
  'playlist printed': () => renderMediaPlaylist(view.renditions[0]!, view),
  'playlist delta printed': () => renderMediaPlaylist(view.renditions[0]!, view, { skip: 'YES' }),
  'MPD printed': () => renderMpd(view, { timeUrl: '/time', publishedAtMs: 0 }),
};

function measure(name: string, once: () => unknown): Row {
  const batch = (): number => {
    const startedAt = performance.now();
    let times = 0;
    for (; performance.now() - startedAt < BATCH_MS; times += 1) once();
    return ((performance.now() - startedAt) / times) * 1000;
  };
  batch();
  return { name, unit: 'µs', samples: Array.from({ length: BATCHES }, batch) };
}

async function databaseWrites(): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-micro-'));
  const database = await openDatabase(join(folder, 'lockstep.db'));
  try {
    const repository = new StreamsRepository(database);
    const samples: number[] = [];
    for (let index = 0; index < 200; index += 1) {
      const startedAt = performance.now();
      await repository.want({ ...SPEC, streamId: `stream-${index % 50}` }, index);
      samples.push((performance.now() - startedAt) * 1000);
    }
    return { name: 'stream written down', unit: 'µs', samples: samples.slice(20) };
  } finally {
    await database.destroy();
    await rm(folder, { recursive: true, force: true });
  }
}

const SPEC: StreamSpec = {
  ...{ streamId: 'stream', sourceUrl: 'srt://media.example.com:9000', rungs: [], enableHls: true, enableDash: true },
  ...{ lowLatency: true, segmentFormat: 'fmp4', staleAfterSeconds: null, createdAtMs: 0 },
};
