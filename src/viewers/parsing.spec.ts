import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCmcd } from './cmcd.js';
import { isCounted, playbackTarget } from './playback-target.js';
import { parseViewerLine } from './viewer-line.js';

const SYSLOG = '<190>Oct 11 22:14:15 lockstep: ';
const line = (...fields: string[]): string => SYSLOG + fields.join('\t');

describe('what a player tells of itself', () => {
  it('is read as CTA-5004 writes it', () => {
    const text = 'bl=2100,br=3200,bs,mtp=48100,sid="6e2fb550-c457-11e9-bb97-0800200c9a66"';
    expect(parseCmcd(text)).toEqual({
      ...{ bufferMs: 2100, bitrateKbps: 3200, starved: true, throughputKbps: 48_100 },
      session: '6e2fb550-c457-11e9-bb97-0800200c9a66',
    });
  });

  it('may hold what nobody here asks for, commas in strings included', () => {
    expect(parseCmcd('cid="a,bl=9,b",nor="..%2Fx",st=l,bl=700')).toEqual({ starved: false, bufferMs: 700 });
  });

  it.each([
    ['a number that is none', 'bl=-1,br=1e9,mtp=0x10'],
    ['a number that cannot be', 'bl=99999999999,br=9999999999'],
    ['no starvation', 'bs=false'],
  ])('counts %s for nothing', (_, text) => {
    expect(parseCmcd(text)).toEqual({ starved: false });
  });

  it('is nothing where nothing can be read', () => {
    for (const text of ['', '=', ',,,', '"', 'x'.repeat(3_000)]) expect(parseCmcd(text)).toBeUndefined();
  });

  it('is harmless, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'abls=",\\ 1'), maxLength: 200 })),
        (text) => {
          const told = parseCmcd(text);
          if (told === undefined) return;
          for (const value of [told.bufferMs, told.bitrateKbps, told.throughputKbps]) {
            if (value !== undefined) expect(Number.isInteger(value) && value >= 0).toBe(true);
          }
          expect((told.session ?? '').length).toBeLessThanOrEqual(64);
        },
      ),
    );
  });

  it('is read fast even where it is made to be slow', () => {
    const startedAt = performance.now();
    for (const text of ['a="'.repeat(660), `a="${'\\'.repeat(1_900)}`, ' '.repeat(2_000), 'a'.repeat(2_000)])
      parseCmcd(text);
    expect(performance.now() - startedAt).toBeLessThan(100);
  });
});

describe('what a viewer asked for', () => {
  it.each([
    ['/camera/playlist.m3u8', { streamId: 'camera', kind: 'manifest', protocol: 'hls', rendition: undefined }],
    ['/streams/camera/720p/playlist.m3u8?_HLS_msn=7', { kind: 'playlist', protocol: 'hls', rendition: '720p' }],
    ['/camera/manifest-timeline.mpd', { kind: 'manifest', protocol: 'dash' }],
    ['/camera/audio/105.m4s', { kind: 'segment', protocol: undefined, rendition: 'audio' }],
    ['/camera/audio/105.3.m4s', { kind: 'part', protocol: 'hls' }],
    ['/camera/720p/t900000.m4s', { kind: 'segment', protocol: 'dash' }],
    ['/camera/720p/105.ts', { kind: 'segment', protocol: 'hls' }],
    ['/camera/720p/init-0123456789ab.mp4', { kind: 'init' }],
    ['/signed/1735689600/abcDEF_-/camera/720p/105.m4s', { streamId: 'camera', kind: 'segment' }],
    ['/camera/720p/105.m4s?CMCD=bl%3D2100%2Cbs', { cmcd: 'bl=2100,bs' }],
  ])('is read from %s', (address, expected) => {
    expect(playbackTarget(address)).toMatchObject(expected);
  });

  it.each([
    '/',
    '/streams',
    '/streams/camera',
    '/camera/720p/',
    '/camera/720p/manifest.mpd',
    '/a b/720p/1.m4s',
    '/x/y/z.php',
  ])('is nothing of ours at %s', (address) => expect(playbackTarget(address)).toBeUndefined());

  it('counts a held playlist once a segment, and a part by the playlist that named it', () => {
    const counted = [
      '/c/720p/playlist.m3u8',
      '/c/720p/playlist.m3u8?_HLS_msn=1&_HLS_part=0',
      '/c/720p/1.m4s',
      '/c/720p/init-0.mp4',
    ];
    const left = ['/c/720p/playlist.m3u8?_HLS_msn=1&_HLS_part=12', '/c/720p/1.0.m4s', '/c/720p/1.10.m4s?CMCD=bl'];
    expect([counted.filter(isCounted), left.filter(isCounted)]).toEqual([counted, []]);
  });
});

describe("a line of nginx's viewer log", () => {
  it('is read field by field, what nginx has escaped included', () => {
    const fields = [
      '206',
      '4096',
      '-',
      '192.0.2.7',
      '/camera/720p/105.m4s?CMCD=bl%3D1',
      'sid=\\x22a\\x22',
      'bl=1',
      '-',
      '-',
    ];
    expect(parseViewerLine(line(...fields, 'Player/1.0 (X)'))).toEqual({
      ...{ status: 206, bytes: 4096, askedOrigin: false, address: '192.0.2.7' },
      ...{ target: '/camera/720p/105.m4s?CMCD=bl%3D1', cmcd: 'bl=1,sid="a"', userAgent: 'Player/1.0 (X)' },
    });
  });

  it('tells whether the origin was asked', () => {
    expect(parseViewerLine(line('200', '0', '200', 'a', '/c/x.m3u8', '-', '-', '-', '-', '-'))?.askedOrigin).toBe(true);
  });

  it.each([
    ['no line of ours', 'hello'],
    ['too few fields', line('200', '1')],
    ['too many fields', line('200', '0', '-', 'a', '/', '-', '-', '-', '-', '-', '-')],
    ['no status', line('2000', '0', '-', 'a', '/', '-', '-', '-', '-', '-')],
    ['a negative size', line('200', '-5', '-', 'a', '/', '-', '-', '-', '-', '-')],
    ['no path', line('200', '0', '-', 'a', 'http://x/', '-', '-', '-', '-', '-')],
    ['far too long', line('200', '0', '-', 'a', `/${'x'.repeat(20_000)}`, '-', '-', '-', '-', '-')],
  ])('is not read where it is %s', (_, text) => {
    expect(parseViewerLine(text)).toBeUndefined();
  });

  it('never throws, whatever arrives at the port', () => {
    const field = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('200', '0', '-', '/c/720p/1.m4s', '\\x2', '\\x22'),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 12 }), fc.string(), (fields, before) => {
        const read = parseViewerLine(`${before}lockstep: ${fields.join('\t')}`);
        if (read) playbackTarget(read.target);
        if (read) parseCmcd(read.cmcd);
      }),
    );
  });
});
