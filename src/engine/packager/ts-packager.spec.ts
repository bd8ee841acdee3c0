import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkBytes } from '../isobmff/index.js';
import { MediaStore } from '../storage/index.js';
import type { FinishedSegment, MediaFact } from './facts.js';
import { AUDIO_INIT, VIDEO_INIT } from './testing.js';
import { describeTrack } from './track-description.js';
import { TsPackager } from './ts-packager.js';

let folder: string;
let facts: Extract<MediaFact, { kind: 'segment' }>[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-ts-'));
  facts = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function aPackager(video: readonly string[] = ['720p', '360p']): TsPackager {
  const store = new MediaStore(folder);
  store.prepare([...video, 'audio']);
  return new TsPackager({
    ...{ video, audio: 'audio', store },
    onFact: (fact) => fact.kind === 'segment' && facts.push(fact),
    onWriteFailed: (error) => {
      throw error;
    },
  });
}

/** One picture (an IDR slice that nobody decodes here), or one frame of sound. */
function finished(rendition: string, number: number, { gap = false } = {}): FinishedSegment {
  const isSound = rendition === 'audio';
  const payload = isSound ? Buffer.from([1, 2, 3]) : Buffer.from([0, 0, 0, 2, 0x65, 0x88]);
  const sample = { durationTicks: 180_000, bytes: payload.length, flags: 0x0200_0000, compositionOffset: 0 };
  const bytes = isSound ? AUDIO_INIT : VIDEO_INIT;
  const chunk = { sequence: 1, trackId: 1, decodeTime: number * 180_000, samples: [sample], payload: [payload] };
  const description = describeTrack(bytes);
  return {
    ...{ rendition, number, startTicks: number * 180_000, durationTicks: 180_000, init: description.name },
    header: { description, bytes },
    pieces: gap ? [] : chunkBytes(chunk),
  };
}

const told = () => facts.map(({ rendition, segment }) => [rendition, segment.number, segment.gap]);

describe('transport streams', () => {
  it('hold a picture and the sound of its number, whichever comes first', async () => {
    const packager = aPackager();
    packager.add(finished('720p', 7));
    packager.add(finished('audio', 7));
    packager.add(finished('360p', 7));
    await packager.settled();
    expect(told().sort()).toEqual([
      ['360p', 7, false],
      ['720p', 7, false],
      ['audio', 7, false],
    ]);
    for (const { rendition, segment } of facts) {
      const bytes = readFileSync(join(folder, rendition, '7.ts'));
      expect([bytes.length, bytes.length % 188, bytes[0]]).toEqual([segment.bytes, 0, 0x47]);
    }
    const { codec, width } = facts.find(({ rendition }) => rendition === '720p')!.track!;
    expect([codec, width]).toEqual(['avc1.42c00a,mp4a.40.2', 64]);
  });

  it('are a gap where the picture is missing, and only there', async () => {
    const packager = aPackager();
    packager.add(finished('720p', 7, { gap: true }));
    packager.add(finished('360p', 7));
    packager.add(finished('audio', 7));
    await packager.settled();
    expect(told().sort()).toEqual([
      ['360p', 7, false],
      ['720p', 7, true],
      ['audio', 7, false],
    ]);
    expect(existsSync(join(folder, '720p', '7.ts'))).toBe(false);
  });

  it('keep their track of sound where the sound is missing', async () => {
    const packager = aPackager(['720p']);
    packager.add(finished('720p', 7));
    packager.add(finished('audio', 7, { gap: true }));
    await packager.settled();
    expect(told().sort()).toEqual([
      ['720p', 7, false],
      ['audio', 7, true],
    ]);
    expect(readdirSync(join(folder, '720p'))).toEqual(['7.ts']);
  });
});
