import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  initName,
  isTemporaryName,
  parseMediaName,
  partName,
  segmentName,
  STREAM_ID,
  temporaryName,
  timedName,
} from './media-path.js';
import { MediaStore } from './media-store.js';
import { isOutdated, retentionFor } from './retention.js';

describe('media names', () => {
  it('say what they are, and only ours do', () => {
    expect(parseMediaName(segmentName(108_000_000))).toEqual({
      ...{ kind: 'segment', segment: 108_000_000, format: 'fmp4' },
    });
    expect(parseMediaName(timedName(1_260_000))).toEqual({ kind: 'timed', ticks: 1_260_000 });
    expect(parseMediaName(segmentName(7, 'mpegts'))).toEqual({ kind: 'segment', segment: 7, format: 'mpegts' });
    expect(parseMediaName(partName(5, 0))).toEqual({ kind: 'part', segment: 5, part: 0 });
    expect(parseMediaName(initName('0123456789ab'))).toEqual({ kind: 'init', hash: '0123456789ab' });
    for (const name of [
      '05.m4s',
      '-1.m4s',
      '1.m4s.tmp',
      '1.2.3.m4s',
      'init-x.mp4',
      '../1.m4s',
      '1.0.ts',
      temporaryName('1.m4s'),
    ]) {
      expect(parseMediaName(name)).toBeUndefined();
    }
    expect(isTemporaryName(temporaryName('1.m4s'))).toBe(true);
  });

  it('and stream ids keep to a safe alphabet', () => {
    expect(['a', 'Camera_1-b', '9'].every((id) => STREAM_ID.test(id))).toBe(true);
    expect(['', '.', '..', '-a', 'a/b', 'a b', 'ä', 'a'.repeat(65), 'a\n'].some((id) => STREAM_ID.test(id))).toBe(
      false,
    );
  });
});

describe('retention', () => {
  const retention = retentionFor({ windowSegments: 10, segmentSeconds: 2, targetDuration: 2 });

  it('outlives every playlist that named a segment, and its parts twice their listing', () => {
    // Listed for 10 segments; then its own length and the longest playlist that held it: 11 more.
    expect(retention.keepSegments).toBeGreaterThanOrEqual(21);
    // Parts: three target durations listed, three more fetchable, counted in segments of 2 s.
    expect(retention.keepParts).toBeGreaterThanOrEqual(6);
  });

  it("never touches an init, nor a stranger's file", () => {
    expect(isOutdated('1.m4s', 1_000, retention)).toBe(true);
    expect(isOutdated('990.m4s', 1_000, retention)).toBe(false);
    expect(isOutdated('990.0.m4s', 1_000, retention)).toBe(true);
    expect([initName('0123456789ab'), 'photo.jpg'].some((name) => isOutdated(name, 1e9, retention))).toBe(false);
  });
});

describe('a media store', () => {
  let folder: string;
  let store: MediaStore;

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'lockstep-store-')), 'camera');
    store = new MediaStore(folder);
    store.prepare(['720p', 'audio']);
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

  it('leaves a whole file under its name and nothing under another', async () => {
    await store.write('720p', '7.m4s', [Buffer.from('ab'), Buffer.from('c')]);
    expect(readdirSync(join(folder, '720p'))).toEqual(['7.m4s']);
    expect(readFileSync(join(folder, '720p', '7.m4s'), 'utf8')).toBe('abc');
  });

  it('gives a segment a second name, which goes when the first has gone', async () => {
    await store.write('720p', '7.m4s', [Buffer.from('ab')], timedName(1_260_000));
    await store.write('720p', '99.m4s', [Buffer.from('c')], timedName(17_820_000));
    expect(readFileSync(join(folder, '720p', 't1260000.m4s'), 'utf8')).toBe('ab');
    expect(await store.highestSegment()).toMatchObject({ segment: 99 });
    await store.reclaim(100, { keepSegments: 10, keepParts: 5 });
    expect(readdirSync(join(folder, '720p')).sort()).toEqual(['99.m4s', 't17820000.m4s']);
    await store.removeAll();
    expect(existsSync(folder)).toBe(false);
  });

  it('knows the highest number that was ever begun, in any rendition', async () => {
    expect(await store.highestSegment()).toBeUndefined();
    await store.write('720p', '7.m4s', [Buffer.from('x')]);
    await store.write('audio', '9.0.m4s', [Buffer.from('x')]);
    await store.write('audio', initName('0123456789ab'), [Buffer.from('x')]);
    expect(await store.highestSegment()).toMatchObject({ segment: 9 });
    expect(await new MediaStore(join(folder, 'nothing')).highestSegment()).toBeUndefined();
  });

  it('knows it still when every file is gone', async () => {
    await store.write('720p', '7.0.m4s', [Buffer.from('x')]);
    await store.expect(8);
    rmSync(join(folder, '720p'), { recursive: true });
    rmSync(join(folder, 'audio'), { recursive: true });
    expect(await new MediaStore(folder).highestSegment()).toMatchObject({ segment: 8 });
  });

  it('takes it from the files where the note is of a server that wrote none', async () => {
    await store.expect(7);
    utimesSync(join(folder, '.begun'), 1, 1);
    writeFileSync(join(folder, 'audio', '9.m4s'), 'x');
    expect(await store.highestSegment()).toMatchObject({ segment: 9 });
  });

  it('goes by the note where files of another grid bear higher numbers', async () => {
    writeFileSync(join(folder, 'audio', '900.m4s'), 'x');
    utimesSync(join(folder, 'audio', '900.m4s'), 1, 1);
    await store.expect(7);
    expect(await store.highestSegment()).toMatchObject({ segment: 7 });
  });

  it('reclaims what is old, and no more', async () => {
    for (const name of ['1.m4s', '99.m4s', 'notes.txt']) writeFileSync(join(folder, '720p', name), 'x');
    await store.reclaim(100, { keepSegments: 10, keepParts: 5 });
    expect(readdirSync(join(folder, '720p')).sort()).toEqual(['99.m4s', 'notes.txt']);
  });

  it('reclaims what lies ahead of all numbers, of a grid no longer in use, once no playlist can name it', async () => {
    for (const name of ['200.m4s', '300.0.m4s', '400.m4s']) writeFileSync(join(folder, '720p', name), 'x');
    for (const name of ['200.m4s', '300.0.m4s']) utimesSync(join(folder, '720p', name), 1, 1);
    await store.reclaim(100, { keepSegments: 10, keepParts: 5 });
    expect(readdirSync(join(folder, '720p'))).toEqual(['400.m4s']);
  });

  it('leaves nothing of a file that could not be written whole', async () => {
    mkdirSync(join(folder, '720p', '7.m4s', 'in the way'), { recursive: true });
    await expect(store.write('720p', '7.m4s', [Buffer.from('ab')], timedName(1_260_000))).rejects.toThrow();
    expect(readdirSync(join(folder, '720p'))).toEqual(['7.m4s']);
  });

  it('makes the folder that went with its disk', async () => {
    rmSync(folder, { recursive: true });
    await store.write('720p', '7.m4s', [Buffer.from('ab')]);
    expect(readFileSync(join(folder, '720p', '7.m4s'), 'utf8')).toBe('ab');
  });

  it('removes all that is its own, and leaves a folder that holds something else', async () => {
    await store.write('audio', '7.m4s', [Buffer.from('x')]);
    mkdirSync(join(folder, 'album'));
    writeFileSync(join(folder, 'album', 'photo.jpg'), 'x');
    await store.removeAll();
    expect(readdirSync(folder)).toEqual(['album']);
    rmSync(join(folder, 'album'), { recursive: true });
    await store.removeAll();
    expect(existsSync(folder)).toBe(false);
  });
});
