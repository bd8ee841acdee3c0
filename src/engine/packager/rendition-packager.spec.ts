import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoxSplitter, chunkBytes, readFragment, type Sample } from '../isobmff/index.js';
import { MediaStore } from '../storage/index.js';
import { audioTrack, firstUnitOf, houseGrid, ratio, videoTrack, type TrackGrid } from '../timeline/index.js';
import type { FinishedSegment, MediaFact } from './facts.js';
import { RenditionPackager } from './rendition-packager.js';
import { AUDIO_INIT, VIDEO_INIT } from './testing.js';

const GRID = houseGrid(ratio(30), 2, 1 / 3);
const VIDEO = videoTrack(GRID);
const SEGMENT = 100_000_000;
const FIRST = firstUnitOf(VIDEO, SEGMENT);

let folder: string;
let facts: MediaFact[];
let failures: unknown[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-packager-'));
  facts = [];
  failures = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface PackagerChoice {
  readonly track?: TrackGrid;
  readonly lowLatency?: boolean;
  readonly prepare?: boolean;
  readonly keepsFiles?: boolean;
  readonly onSegment?: (segment: FinishedSegment) => void;
}

function aPackager(options: PackagerChoice = {}): RenditionPackager {
  const { track = VIDEO, lowLatency = true, prepare = true, keepsFiles = true, onSegment } = options;
  const store = new MediaStore(folder);
  if (prepare) store.prepare(['r']);
  return new RenditionPackager({
    ...{ rendition: 'r', track, lowLatency, store, keepsFiles, firstUnit: firstUnitOf(track, SEGMENT) },
    ...(onSegment && { onSegment }),
    onFact: (fact) => {
      // Whatever is told is on disk already.
      const name = fileOf(fact);
      if (name && !existsSync(join(folder, 'r', name))) throw new Error(`${name} was told before it was there`);
      facts.push(fact);
    },
    onWriteFailed: (error) => failures.push(error),
  });
}

function fileOf(fact: MediaFact): string | undefined {
  if (fact.kind === 'init') return fact.init.name;
  if (fact.kind === 'history') return undefined;
  if (fact.kind === 'segment') return fact.segment.gap ? undefined : `${fact.segment.number}.m4s`;
  return fact.part.gap ? undefined : `${fact.part.segment}.${fact.part.index}.m4s`;
}

/** What an encoder emits: its header, then one fragment per unit, counted from 0. */
function encode(
  packager: RenditionPackager,
  count: number,
  options: { header?: boolean; track?: TrackGrid; from?: number } = {},
): void {
  const { header = true, track = VIDEO, from = 0 } = options;
  const splitter = new BoxSplitter();
  if (header) for (const box of splitter.push(VIDEO_INIT)) packager.push(box);
  for (let index = from; index < from + count; index += 1) {
    const isKey = index % GRID.framesPerSegment === 0 || track.kind === 'audio';
    const sample: Sample = {
      durationTicks: track.unitTicks,
      bytes: 3,
      flags: isKey ? 0x0200_0000 : 0x0101_0000,
      compositionOffset: 0,
    };
    const payload = Buffer.from([index & 255, (index >> 8) & 255, 7]);
    const bytes = chunkBytes({
      sequence: index + 1,
      trackId: 1,
      decodeTime: index * track.unitTicks,
      samples: [sample],
      payload: [payload],
    });
    for (const box of splitter.push(Buffer.concat(bytes))) packager.push(box);
  }
}

const parts = () => facts.flatMap((fact) => (fact.kind === 'part' ? [fact.part] : []));
const segments = () => facts.flatMap((fact) => (fact.kind === 'segment' ? [fact.segment] : []));
const file = (name: string): Buffer => readFileSync(join(folder, 'r', name));

describe('a packager', () => {
  it('regroups frames into parts that tile a segment, and the segment is its parts to the byte', async () => {
    const packager = aPackager();
    packager.beginRun(FIRST);
    encode(packager, 60);
    await packager.settled();
    expect(parts().map(({ segment, index, independent, gap }) => [segment, index, independent, gap])).toEqual(
      [0, 1, 2, 3, 4, 5].map((index) => [SEGMENT, index, index === 0, false]),
    );
    expect(segments()).toMatchObject([
      { number: SEGMENT, gap: false, startTicks: FIRST * 3000, durationTicks: 180_000 },
    ]);
    const joined = Buffer.concat([0, 1, 2, 3, 4, 5].map((index) => file(`${SEGMENT}.${index}.m4s`)));
    expect(file(`${SEGMENT}.m4s`).equals(joined)).toBe(true);
    expect(segments()[0]!.bytes).toBe(joined.length);
  });

  it('writes house time and one moof per part, with every sample as it came', async () => {
    const packager = aPackager();
    packager.beginRun(FIRST);
    encode(packager, 20);
    await packager.settled();
    const [moof, mdat, ...more] = new BoxSplitter().push(file(`${SEGMENT}.1.m4s`));
    expect([moof!.type, mdat!.type, more.length]).toEqual(['moof', 'mdat', 0]);
    const fragment = readFragment(moof!.bytes);
    expect(fragment.decodeTime).toBe((FIRST + 10) * 3000);
    expect(fragment.samples).toHaveLength(10);
    expect(mdat!.bytes.subarray(8, 11)).toEqual(Buffer.from([10, 0, 7]));
  });

  it('drops what an encoder emits before the first unit', async () => {
    const track = audioTrack(GRID);
    const first = firstUnitOf(track, SEGMENT);
    const packager = aPackager({ track });
    // Fed one AAC frame early, and the first packet is the encoder's own priming.
    packager.beginRun(first - 2);
    encode(packager, 2 + 20, { track });
    await packager.settled();
    expect(parts()[0]).toMatchObject({ segment: SEGMENT, index: 0, startTicks: first * 1024, independent: true });
    const [moof, mdat] = new BoxSplitter().push(file(`${SEGMENT}.0.m4s`));
    expect(readFragment(moof!.bytes).decodeTime).toBe(first * 1024);
    expect(mdat!.bytes[8]).toBe(2);
  });

  it('makes a gap of the part and the segment an encoder died in, and goes on with the same numbers', async () => {
    const packager = aPackager();
    packager.beginRun(FIRST);
    encode(packager, 25);
    packager.gapTo(FIRST + 60);
    packager.beginRun(FIRST + 60);
    encode(packager, 60);
    await packager.settled();
    expect(
      parts()
        .slice(0, 7)
        .map(({ gap }) => gap),
    ).toEqual([false, false, true, true, true, true, false]);
    expect(segments()).toMatchObject([
      { number: SEGMENT, gap: true, bytes: 0 },
      { number: SEGMENT + 1, gap: false },
    ]);
    expect(existsSync(join(folder, 'r', `${SEGMENT}.m4s`))).toBe(false);
    // The same header again is the same init: told once.
    expect(facts.filter(({ kind }) => kind === 'init')).toHaveLength(1);
  });

  it('takes another header with the next segment, and notes for a later life which segment that was', async () => {
    const packager = aPackager();
    packager.beginRun(FIRST);
    encode(packager, 30);
    // Another encoder begins ahead of its segment: the rest of this one is lost.
    packager.beginRun(FIRST + 60);
    for (const box of new BoxSplitter().push(AUDIO_INIT)) packager.push(box);
    encode(packager, 60, { header: false });
    await packager.settled();
    const [before, after] = facts.flatMap((fact) => (fact.kind === 'init' ? [fact.init.name] : []));
    expect(parts().map(({ init }) => init)).toEqual([
      ...Array<string>(6).fill(before!),
      ...Array<string>(6).fill(after!),
    ]);
    expect(segments().map(({ init, gap }) => [init, gap])).toEqual([
      [before, true],
      [after, false],
    ]);
    expect(await new MediaStore(folder).initChanges('r')).toEqual([
      { segment: SEGMENT, init: before },
      { segment: SEGMENT + 1, init: after },
    ]);
  });

  it('hands on whole segments to who makes something else of them, and keeps no files where nobody plays them', async () => {
    const taken: FinishedSegment[] = [];
    const packager = aPackager({ keepsFiles: false, onSegment: (segment) => taken.push(segment) });
    packager.beginRun(FIRST);
    encode(packager, 60);
    packager.gapTo(FIRST + 120);
    await packager.settled();
    expect(taken.map(({ number, pieces, header }) => [number, pieces.length > 0, header?.bytes])).toEqual([
      [SEGMENT, true, VIDEO_INIT],
      [SEGMENT + 1, false, VIDEO_INIT],
    ]);
    expect([facts, readdirSync(join(folder, 'r'))]).toEqual([[], []]);
  });

  it('closes what is open when the stream ends, short as it is', async () => {
    const packager = aPackager();
    packager.beginRun(FIRST);
    encode(packager, 13);
    await packager.finish();
    expect(parts().map(({ durationTicks }) => durationTicks)).toEqual([30_000, 9_000]);
    expect(segments()).toMatchObject([{ number: SEGMENT, durationTicks: 39_000, gap: false }]);
  });

  it('publishes whole segments only when low latency is off', async () => {
    const packager = aPackager({ lowLatency: false });
    packager.beginRun(FIRST);
    encode(packager, 60);
    await packager.settled();
    expect(parts()).toEqual([]);
    expect(readdirSync(join(folder, 'r')).filter((name) => /^\d/.test(name))).toEqual([`${SEGMENT}.m4s`]);
  });

  it('tells a failed write, and makes a gap of it', async () => {
    writeFileSync(join(folder, 'r'), 'a file where the folder should be');
    const packager = aPackager({ prepare: false });
    packager.beginRun(FIRST);
    encode(packager, 60);
    await packager.settled();
    expect(failures.length).toBeGreaterThan(0);
    expect(parts().every(({ gap }) => gap)).toBe(true);
    expect(segments()).toMatchObject([{ gap: true }]);
  });
});
