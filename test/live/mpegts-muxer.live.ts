/**
 * The product's own encoders and packager, our transport streams, and ffmpeg as the judge: what it reads from the `.ts`
 * files is what it reads from the CMAF files they were made of.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audioEncoderCommand, ffmpegArguments, videoEncoderCommand } from '../../src/engine/ffmpeg/index.js';
import { BoxSplitter } from '../../src/engine/isobmff/index.js';
import type { VideoRendition } from '../../src/engine/ladder/index.js';
import {
  muxSegment,
  readAacConfig,
  readAccessUnits,
  readAvcConfig,
  TS_WRAP_TICKS,
  wrapTicks,
  type TsSegment,
} from '../../src/engine/mpegts/index.js';
import { RenditionPackager } from '../../src/engine/packager/index.js';
import { MediaStore, segmentName } from '../../src/engine/storage/index.js';
import { audioTrack, firstUnitOf, houseGrid, ratio, videoTrack } from '../../src/engine/timeline/index.js';
import { runProgram } from '../support/programs.js';

type Kind = 'video' | 'audio';

const SEGMENTS = 3;
const grid = houseGrid(ratio(30), 2, 0.333);
const tracks = { video: videoTrack(grid), audio: audioTrack(grid) };
const TICKS_PER_SEGMENT = 180_000;
const AUDIO_PRIMING_PACKETS = 1;
const DELIMITER_BYTES = 6;
const ADTS_HEADER_BYTES = 7;

/** The clock comes round in the second of the three segments, this century. */
const wrapping = Math.floor((2_280 * TS_WRAP_TICKS) / TICKS_PER_SEGMENT) - 1;
const today = wrapping + 5_000;

let folder: string;
let encoded: Record<Kind, Buffer>;

/** Raw test picture or sound, long enough for all segments, through the product's encoder. */
function encode(source: string, format: readonly string[], command: readonly string[]): Buffer {
  const maxBuffer = 2 ** 30;
  const seconds = ['-t', `${SEGMENTS * 2 + 0.2}`];
  const args = ['-v', 'error', '-f', 'lavfi', '-i', source, ...seconds, ...format, 'pipe:1'];
  const input = execFileSync('ffmpeg', args, { maxBuffer });
  return execFileSync('ffmpeg', [...command], { input, maxBuffer, stdio: ['pipe', 'pipe', 'ignore'] });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-ts-'));
  const size = { width: 640, height: 360 };
  const rendition: VideoRendition = { kind: 'video', name: '360p', ...size, videoKbps: 500, profile: 'main' };
  const video = videoEncoderCommand({ rendition, grid, preset: 'veryfast', threads: 1 });
  const audio = audioEncoderCommand({ kind: 'audio', name: 'audio', audioKbps: 128 });
  encoded = {
    video: encode('testsrc2=size=640x360:rate=30', ['-pix_fmt', 'yuv420p', '-f', 'rawvideo'], ffmpegArguments(video)),
    audio: encode('sine=frequency=440:sample_rate=48000', ['-ac', '2', '-f', 's16le'], ffmpegArguments(audio)),
  };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Packaged {
  readonly init: Buffer;
  readonly segments: readonly Buffer[];
}

/** What the packager puts on disk of one track. */
async function packageTrack(kind: Kind, firstSegment: number): Promise<Packaged> {
  const name = `${kind}-${firstSegment}`;
  const store = new MediaStore(folder);
  store.prepare([name]);
  const firstUnit = firstUnitOf(tracks[kind], firstSegment);
  const packager = new RenditionPackager({
    ...{ rendition: name, track: tracks[kind], lowLatency: false, firstUnit, store },
    onFact: () => undefined,
    onWriteFailed: (error) => {
      throw error;
    },
  });
  packager.beginRun(kind === 'audio' ? firstUnit - AUDIO_PRIMING_PACKETS : firstUnit);
  for (const box of new BoxSplitter().push(encoded[kind])) packager.push(box);
  await packager.settled();
  const init = readdirSync(join(folder, name)).find((file) => file.startsWith('init-'))!;
  return {
    init: readFileSync(join(folder, name, init)),
    segments: Array.from({ length: SEGMENTS }, (_, index) =>
      readFileSync(join(folder, name, segmentName(firstSegment + index))),
    ),
  };
}

interface Case {
  /** Of the three `.ts` files in a row, as a player's buffer sees them. */
  readonly ts: string;
  readonly tsFiles: readonly string[];
  /** Of the CMAF files they were made of. */
  readonly cmaf: Partial<Record<Kind, string>>;
  readonly parameterSetBytes: number;
}

async function muxed(firstSegment: number, kinds: readonly Kind[]): Promise<Case> {
  const video = kinds.includes('video') ? await packageTrack('video', firstSegment) : undefined;
  const audio = kinds.includes('audio') ? await packageTrack('audio', firstSegment) : undefined;
  const avc = video && readAvcConfig(video.init);
  const aac = audio && readAacConfig(audio.init);
  const stem = join(folder, `${kinds.join('-')}-${firstSegment}`);
  const tsFiles = Array.from({ length: SEGMENTS }, (_, index) => {
    const segment: TsSegment = {
      number: firstSegment + index,
      ...(avc && { video: { config: avc, units: readAccessUnits(video.segments[index]!, avc.timescale) } }),
      ...(aac && { audio: { config: aac, units: readAccessUnits(audio.segments[index]!, aac.timescale) } }),
    };
    const file = `${stem}-${index}.ts`;
    writeFileSync(file, muxSegment(segment));
    return file;
  });
  const whole = (kind: Kind, packaged: Packaged | undefined): string | undefined => {
    if (!packaged) return undefined;
    writeFileSync(`${stem}-${kind}.mp4`, Buffer.concat([packaged.init, ...packaged.segments]));
    return `${stem}-${kind}.mp4`;
  };
  return {
    ...{ ts: `concat:${tsFiles.join('|')}`, tsFiles },
    cmaf: { video: whole('video', video), audio: whole('audio', audio) },
    parameterSetBytes: avc?.parameterSets.length ?? 0,
  };
}

interface ProbedPacket {
  readonly pts: number;
  readonly dts: number;
  readonly size: number;
  readonly key: boolean;
}

async function packetsOf(input: string, kind: Kind): Promise<ProbedPacket[]> {
  const show = ['-show_entries', 'packet=pts,dts,size,flags', '-of', 'json'];
  const { output } = await runProgram(
    'ffprobe',
    ['-v', 'warning', '-select_streams', kind[0]!, ...show, input],
    30_000,
  );
  const { packets } = JSON.parse(output) as {
    packets: { pts: number; dts: number; size: string; flags: string }[];
  };
  return packets.map(({ pts, dts, size, flags }) => ({ pts, dts, size: Number(size), key: flags.startsWith('K') }));
}

/** Hashes of the decoded pictures, or of the decoded sound, one a frame. */
async function decodedHashes(input: string, kind: Kind): Promise<string[]> {
  const args = ['-v', 'error', '-xerror', '-i', input, '-map', `0:${kind[0]!}`, '-fps_mode', 'passthrough'];
  const { code, output } = await runProgram('ffmpeg', [...args, '-f', 'framemd5', '-'], 60_000);
  expect(code).toBe(0);
  const frames = output.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return frames.map((line) => line.split(',').at(-1)!.trim());
}

describe.each([
  ['today', today],
  ['across the moment the clock comes round', wrapping],
])('a classic segment made %s', (_, firstSegment) => {
  it.each<[string, Kind[]]>([
    ['picture and sound', ['video', 'audio']],
    ['picture alone', ['video']],
    ['sound alone', ['audio']],
  ])('of %s has the times and the content of its CMAF segments', async (_, kinds) => {
    const made = await muxed(firstSegment, kinds);
    for (const kind of kinds) {
      const cmaf = made.cmaf[kind]!;
      const toTs = (time: number): number => wrapTicks((time * 90_000) / tracks[kind].timescale);
      const added = (key: boolean): number =>
        kind === 'audio' ? ADTS_HEADER_BYTES : DELIMITER_BYTES + (key ? made.parameterSetBytes : 0);
      const expected = (await packetsOf(cmaf, kind)).map(({ pts, dts, size, key }) => ({
        ...{ pts: toTs(pts), dts: toTs(dts), size: size + added(key), key },
      }));
      const found = (await packetsOf(made.ts, kind)).map((packet) => ({
        ...{ ...packet, pts: wrapTicks(packet.pts), dts: wrapTicks(packet.dts) },
      }));
      expect(expected.length).toBeGreaterThan(SEGMENTS * 50);
      expect(found).toEqual(expected);
      expect(await decodedHashes(made.ts, kind)).toEqual(await decodedHashes(cmaf, kind));
    }
  });

  it('plays in a row without a word of complaint, and each alone', async () => {
    const made = await muxed(firstSegment, ['video', 'audio']);
    for (const input of [made.ts, ...made.tsFiles]) {
      const args = ['-hide_banner', '-nostdin', '-v', 'warning', '-xerror', '-i', input, '-f', 'null', '-'];
      expect(await runProgram('ffmpeg', args, 60_000)).toEqual({ code: 0, output: '' });
    }
  });

  it('continues the counters of the segment before it, and so does one of another rendition', async () => {
    const made = await muxed(firstSegment, ['video', 'audio']);
    const silent = await muxed(firstSegment, ['video']);
    const [first, second, third] = made.tsFiles as [string, string, string];
    expect(await counterBreaksIn([first, second, third])).toBe(0);
    expect(await counterBreaksIn([first, silent.tsFiles[1]!, third])).toBe(0);
    expect(await counterBreaksIn([first, third])).toBeGreaterThan(0);
  });
});

/** How often ffmpeg finds a continuity counter that does not follow on the one before it. */
async function counterBreaksIn(files: readonly string[]): Promise<number> {
  const args = ['-hide_banner', '-nostdin', '-v', 'debug', '-i', `concat:${files.join('|')}`, '-c', 'copy'];
  const { output } = await runProgram('ffmpeg', [...args, '-f', 'null', '-'], 60_000);
  return output.match(/Continuity check failed/g)?.length ?? 0;
}
