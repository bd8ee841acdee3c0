import { describe, expect, it } from 'vitest';
import { chunkBytes, type Sample } from '../../isobmff/index.js';
import { muxSegment, readAacConfig, readAvcConfig, type AccessUnit } from '../../mpegts/index.js';
import { AUDIO_INIT, VIDEO_INIT } from '../../packager/testing.js';
import { MediaJudge, SegmentAlignment, type MediaExpectation } from './index.js';

const PLACE = { url: 'http://127.0.0.1/720p/7.m4s', atMs: 0 };
const SYNC = 0x0200_0000;
const OTHER = 0x0101_0000;
/** One slice of an IDR picture, or of another, behind its length. */
const IDR = Buffer.from([0, 0, 0, 3, 0x65, 0x88, 0x80]);
const SLICE = Buffer.from([0, 0, 0, 3, 0x41, 0x9a, 0x00]);

interface ChunkChoice {
  /** Of the first sample, in frames of 3000 ticks. */
  readonly from?: number;
  readonly frames?: number;
  readonly payloads?: readonly Buffer[];
  readonly flags?: readonly number[];
}

/** A chunk of our own writer: the first frame is an IDR, the others are not. */
function chunk({ from = 0, frames = 10, payloads, flags }: ChunkChoice = {}): Buffer {
  const bytes = payloads ?? Array.from({ length: frames }, (_, index) => (index === 0 ? IDR : SLICE));
  const samples = bytes.map((payload, index): Sample => {
    const sampleFlags = flags?.[index] ?? (index === 0 ? SYNC : OTHER);
    return { durationTicks: 3000, bytes: payload.length, flags: sampleFlags, compositionOffset: 0 };
  });
  return Buffer.concat(
    chunkBytes({ sequence: 1 + from, trackId: 1, decodeTime: from * 3000, samples, payload: bytes }),
  );
}

const segment = (sequence: number, more: Partial<MediaExpectation> = {}): MediaExpectation => ({
  ...{ kind: 'segment', sequence, durationSeconds: 10 / 30 },
  ...more,
});
const part = (sequence: number, index: number, more: Partial<MediaExpectation> = {}): MediaExpectation => ({
  ...{ kind: 'part', sequence, part: index, durationSeconds: 10 / 30 },
  ...more,
});

function aJudge(init = VIDEO_INIT): MediaJudge {
  const judge = new MediaJudge();
  expect(judge.takeInit(init, PLACE)).toEqual([]);
  return judge;
}

const rulesOf = (violations: ReturnType<MediaJudge['takeMedia']>): string[] => violations.map(({ rule }) => rule);
const take = (judge: MediaJudge, bytes: Buffer, expected: MediaExpectation): string[] =>
  rulesOf(judge.takeMedia(bytes, expected, PLACE));

describe('the judge of media', () => {
  it('finds nothing wrong with chunks and segments that run on, and reads what the track is', () => {
    const judge = aJudge();
    expect(judge.track).toMatchObject({
      codec: 'avc1.42c00a',
      timescale: 90_000,
      width: 64,
      height: 36,
      kind: 'video',
    });
    expect(take(judge, chunk(), part(7, 0, { independent: true }))).toEqual([]);
    expect(
      take(
        judge,
        chunk({ from: 10, flags: Array(10).fill(OTHER) as number[], payloads: Array(10).fill(SLICE) as Buffer[] }),
        part(7, 1),
      ),
    ).toEqual([]);
    expect(take(judge, chunk(), segment(7))).toEqual([]);
    expect(take(judge, chunk({ from: 10 }), segment(8))).toEqual([]);
    expect(judge.lastSegment).toEqual({ sequence: 8, startSeconds: 1 / 3, endSeconds: 2 / 3, stepSeconds: 1 / 30 });
  });

  it('sees a hole in time, and forgives it behind a discontinuity or a missing segment', () => {
    const judge = aJudge();
    take(judge, chunk(), segment(7));
    const [violation] = judge.takeMedia(chunk({ from: 11 }), segment(8), PLACE);
    expect(violation).toMatchObject({ rule: 'media.continuous', severity: 'error' });
    expect(violation!.evidence).toContain('3000 ticks (33.333 ms) after');
    expect(take(judge, chunk({ from: 90 }), segment(9, { discontinuity: true }))).toEqual([]);
    expect(take(judge, chunk({ from: 190 }), segment(11))).toEqual([]);
  });

  it.each<[string, string, ChunkChoice, MediaExpectation]>([
    ['a duration that is not there', 'media.duration-told', {}, segment(7, { durationSeconds: 2 })],
    ['a part longer than told', 'media.part-no-longer-than-told', {}, part(7, 0, { durationSeconds: 0.3 })],
    ['a start that was announced otherwise', 'media.starts-as-announced', {}, segment(7, { startSeconds: 1 })],
    [
      'a segment that begins without a key frame',
      'media.segment-begins-with-key',
      { flags: [OTHER], payloads: [SLICE] },
      segment(7, { durationSeconds: 1 / 30 }),
    ],
    [
      'an independent part without a key frame',
      'media.independent-is-true',
      { flags: [OTHER], payloads: [SLICE] },
      part(7, 1, { independent: true, durationSeconds: 1 / 30 }),
    ],
    [
      'a key frame that is told to be none',
      'media.sync-is-idr',
      { flags: [SYNC, OTHER], payloads: [IDR, IDR] },
      segment(7, { durationSeconds: 2 / 30 }),
    ],
    [
      'NAL units that do not fill their sample',
      'media.nal-lengths',
      { payloads: [Buffer.from([0, 0, 0, 9, 0x65, 0x88])] },
      segment(7, { durationSeconds: 1 / 30 }),
    ],
    [
      'parameter sets among the pictures',
      'media.parameter-sets-apart',
      { payloads: [Buffer.concat([Buffer.from([0, 0, 0, 2, 0x67, 0x42]), IDR])] },
      segment(7, { durationSeconds: 1 / 30 }),
    ],
  ])('sees %s', (_title, rule, choice, expected) => {
    expect(take(aJudge(), chunk(choice), expected)).toContain(rule);
  });

  it.each<[string, string, (bytes: Buffer) => Buffer]>([
    ['an index of a whole file at the end', 'media.no-mfra', (bytes) => Buffer.concat([bytes, box('mfra')])],
    ['a box that is cut off', 'media.boxes-whole', (bytes) => bytes.subarray(0, bytes.length - 4)],
    ['a moof without an mdat', 'media.chunk-order', (bytes) => bytes.subarray(0, bytes.readUInt32BE(0))],
    ['a data offset that points elsewhere', 'media.samples-fill-mdat', (bytes) => patched(bytes, 'trun', 11, 4)],
    ['samples addressed from the file', 'media.moof-relative', (bytes) => patched(bytes, 'tfhd', 1, 0)],
    ['a header in the midst of media', 'media.header-apart', (bytes) => Buffer.concat([VIDEO_INIT, bytes])],
    ['neither MP4 nor a transport stream', 'media.format-known', () => Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9])],
  ])('sees %s', (_title, rule, broken) => {
    expect(take(aJudge(), broken(chunk()), segment(7))).toContain(rule);
  });

  it.each<[string, string, Buffer]>([
    [
      'no brand a player knows',
      'media.header-brand',
      Buffer.from(
        VIDEO_INIT.toString('latin1')
          .replace('iso6', 'qt  ')
          .replace('iso6', 'qt  ')
          .replace('cmfc', 'qt  ')
          .replace('mp41', 'qt  '),
        'latin1',
      ),
    ],
    ['a profile its parameter sets do not have', 'media.avc-parameter-sets', patched(VIDEO_INIT, 'avcC', 1, 0x64)],
    ['nothing readable', 'media.header-readable', VIDEO_INIT.subarray(0, 100)],
  ])('sees an init segment with %s', (_title, rule, init) => {
    expect(rulesOf(new MediaJudge().takeInit(init, PLACE))).toContain(rule);
  });

  it('knows transport streams, and sees lost packets and tables', () => {
    const good = transportStream(7);
    const judge = new MediaJudge();
    expect(take(judge, good, segment(7, { durationSeconds: 2 / 30 }))).toEqual([]);
    expect(judge.track).toMatchObject({ kind: 'muxed', codec: 'avc1.42c00a,mp4a.40.2' });
    const next = (bytes: Buffer) => take(new MediaJudge(), bytes, segment(8, { durationSeconds: 2 / 30 }));
    expect(next(Buffer.concat([good.subarray(0, 10 * 188), good.subarray(11 * 188)]))).toContain('media.ts-counters');
    expect(next(good.subarray(376))).toContain('media.ts-tables');
    const torn = Buffer.from(good);
    torn[20] = torn[20]! ^ 0xff;
    expect(next(torn)).toContain('media.ts-tables-intact');
  });

  it('sees renditions that are cut at other places', () => {
    const alignment = new SegmentAlignment();
    const at = (rendition: string, kind: 'video' | 'audio', startSeconds: number) =>
      rulesOf(
        alignment.take(
          { rendition, kind, sequence: 7, startSeconds, stepSeconds: kind === 'audio' ? 0.0213 : 0.033 },
          PLACE,
        ),
      );
    expect(at('720p', 'video', 14)).toEqual([]);
    expect(at('360p', 'video', 14)).toEqual([]);
    expect(at('audio', 'audio', 14.02)).toEqual([]);
    expect(at('240p', 'video', 14.033)).toEqual(['media.boundaries-equal']);
    expect(at('english', 'audio', 14.05)).toContain('media.sound-cut-with-picture');
  });

  it('reads a header of sound', () => {
    expect(aJudge(AUDIO_INIT).track).toMatchObject({
      codec: 'mp4a.40.2',
      sampleRate: 48_000,
      channels: 2,
      kind: 'audio',
    });
  });
});

const box = (type: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 8]), Buffer.from(type, 'latin1')]);

/** One byte changed, so far behind the type of the first box of that name. */
function patched(bytes: Buffer, type: string, offset: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.indexOf(type, 0, 'latin1') + 4 + offset] = value;
  return copy;
}

function transportStream(number: number): Buffer {
  const video = [IDR, SLICE].map((bytes, index): AccessUnit => {
    const ticks = 900_000 + index * 3000;
    return { decodeTicks: ticks, presentationTicks: ticks, sync: index === 0, bytes };
  });
  const audio = [0, 1, 2].map((index): AccessUnit => {
    const ticks = 900_000 + index * 1920;
    return { decodeTicks: ticks, presentationTicks: ticks, sync: true, bytes: Buffer.from([0x21, 0x10, 5]) };
  });
  return muxSegment({
    number,
    video: { config: readAvcConfig(VIDEO_INIT), units: video },
    audio: { config: readAacConfig(AUDIO_INIT), units: audio },
  });
}
