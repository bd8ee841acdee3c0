import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chunkBytes, readFragment } from '../isobmff/index.js';
import { initName, temporaryName } from './media-path.js';
import { recoverFolder } from './recovery.js';
import { hashOf, type Moofs } from './whole-file.js';

let folder: string;
const at = (name: string): string => join(folder, '720p', name);
const names = (): string[] => readdirSync(join(folder, '720p')).sort();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-recovery-'));
  mkdirSync(join(folder, '720p'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A segment of this many parts. */
const aSegment = (parts = 6): Buffer =>
  Buffer.concat(
    Array.from({ length: parts }, (_, index) =>
      chunkBytes({
        ...{ sequence: index + 1, trackId: 1, decodeTime: 180_000 + index },
        samples: [{ durationTicks: 3000, bytes: 900, flags: 0, compositionOffset: 0 }],
        payload: [Buffer.alloc(900, 7)],
      }),
    ).flat(),
  );
const aTransportStream = (): Buffer =>
  Buffer.concat(Array.from({ length: 40 }, () => Buffer.concat([Buffer.from([0x47]), Buffer.alloc(187, 0xff)])));

describe('what a power cut left', () => {
  it('is kept where it is whole', async () => {
    const init = Buffer.from('the bytes its name is made of');
    writeFileSync(at(initName(hashOf(init))), init);
    writeFileSync(at('7.m4s'), aSegment());
    writeFileSync(at('7.0.m4s'), aSegment(1));
    writeFileSync(at('7.ts'), aTransportStream());
    writeFileSync(at('notes.txt'), 'not ours');
    const before = names();
    expect([...(await recoverFolder(folder))]).toEqual([]);
    expect(names()).toEqual(before);
  });

  const whole = aSegment();
  it.each([
    ['an empty segment', '7.m4s', Buffer.alloc(0)],
    ['a segment cut within a box', '7.m4s', whole.subarray(0, whole.length / 2 - 1)],
    ['a segment cut within the header of a box', '7.m4s', whole.subarray(0, whole.length / 6 + 5)],
    ['a segment cut between moof and mdat', '7.m4s', whole.subarray(0, whole.length - 908)],
    [
      'a segment of the right length that ends in zeros',
      '7.m4s',
      Buffer.concat([whole.subarray(0, -600), Buffer.alloc(600)]),
    ],
    ['a segment of zeros', '7.m4s', Buffer.alloc(whole.length)],
    ['an empty part', '7.3.m4s', Buffer.alloc(0)],
    ['a transport stream cut within a packet', '7.ts', aTransportStream().subarray(0, 1000)],
    ['a transport stream with a page of zeros', '7.ts', Buffer.concat([aTransportStream(), Buffer.alloc(188)])],
    ['an init segment that is not what its name says', 'init-0123456789ab.mp4', Buffer.from('ftyp')],
  ])('is removed and told of where it is %s', async (_what, name, bytes) => {
    writeFileSync(at(name), bytes);
    expect([...(await recoverFolder(folder))]).toEqual([`720p/${name}`]);
    expect(names()).toEqual([]);
  });

  it('is told apart from a whole segment also where it was cut between two chunks', async () => {
    writeFileSync(at('7.m4s'), whole.subarray(0, whole.length / 2));
    writeFileSync(at('8.m4s'), whole);
    const reachesItsEnd = (_rendition: string, _segment: number, { first, last }: Moofs) =>
      readFragment(last).decodeTime === readFragment(first).decodeTime + 5;
    expect([...(await recoverFolder(folder, { reachesItsEnd }))]).toEqual(['720p/7.m4s']);
  });

  it('is judged by its size where that is known', async () => {
    writeFileSync(at('7.m4s'), 'abc');
    writeFileSync(at('8.m4s'), aSegment());
    const sizes = new Map([
      ['720p/7.m4s', 3],
      ['720p/8.m4s', 1],
    ]);
    expect([...(await recoverFolder(folder, { sizes }))]).toEqual(['720p/8.m4s']);
  });

  it('goes without a word where it never had a name', async () => {
    writeFileSync(at(temporaryName('8.m4s')), 'ab');
    expect([...(await recoverFolder(folder))]).toEqual([]);
    expect(names()).toEqual([]);
  });

  it('is not there for a folder that is not there', async () => {
    expect([...(await recoverFolder(join(folder, 'nothing')))]).toEqual([]);
  });
});

describe('the two names of a segment', () => {
  it('go together where the file is broken', async () => {
    writeFileSync(at('7.m4s'), aSegment());
    linkSync(at('7.m4s'), at('t180000.m4s'));
    truncateSync(at('7.m4s'), 50);
    await recoverFolder(folder);
    expect(names()).toEqual([]);
  });

  it('are one file again: a second name without its first is removed, a first without its second is given it', async () => {
    writeFileSync(at('7.m4s'), aSegment());
    writeFileSync(at('t360000.m4s'), aSegment());
    await recoverFolder(folder, { decodeTimeOf: (head) => (head.length > 0 ? 180_000 : undefined) });
    expect(names()).toEqual(['7.m4s', 't180000.m4s']);
    expect(existsSync(at('t360000.m4s'))).toBe(false);
  });
});
