/** What parsers that are not ours make of our playlists: hls.js, hls-parser in strict mode, and m3u8-parser. */
import { M3U8Parser } from 'hls.js';
import HLS, { type types } from 'hls-parser';
import { Parser } from 'm3u8-parser';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PresentationView, RenditionView } from '../timeline/index.js';
import { aPresentation, type PresentationOptions } from '../timeline/testing.js';
import { renderMediaPlaylist, renderMultivariantPlaylist } from './index.js';

const CASES: readonly [string, PresentationOptions][] = [
  ['a stream that has just begun', { segments: 0, parts: 3 }],
  ['a live stream', { segments: 10, parts: 3 }],
  ['a segment that has just closed', { segments: 10 }],
  ['a segment with all its parts', { segments: 10, parts: 6 }],
  ['numbers near 1e8', { segments: 10, parts: 2, firstSegment: 107_000_000 }],
  ['gaps', { segments: 8, parts: 1, gaps: [1000, 1003, 1007] }],
  ['a new init segment', { segments: 8, parts: 1, newInitAt: [1004, 1008] }],
  ['23.976 frames per second', { segments: 9, parts: 2, fps: '24000/1001' }],
  ['25 frames per second', { segments: 9, parts: 2, fps: '25' }],
  ['29.97 frames per second', { segments: 9, parts: 2, fps: '30000/1001' }],
  ['59.94 frames per second', { segments: 9, parts: 2, fps: '60000/1001' }],
  ['segments of four seconds', { segments: 9, parts: 2, segmentSeconds: 4, partSeconds: 1 }],
  ['an ended stream', { segments: 9, ended: true }],
];

const eachRendition = (view: PresentationView, check: (text: string, rendition: RenditionView) => void): void => {
  for (const rendition of view.renditions) check(renderMediaPlaylist(rendition, view), rendition);
};

const readWithHlsJs = (text: string) =>
  M3U8Parser.parseLevelPlaylist(text, 'http://127.0.0.1/720p/playlist.m3u8', 0, 'main' as never, 0, null);

interface ReadByM3u8Parser {
  readonly mediaSequence: number;
  readonly segments: readonly unknown[];
  readonly partTargetDuration?: number;
  readonly preloadSegment?: { readonly parts?: readonly unknown[] };
  readonly renditionReports?: readonly { readonly uri: string; readonly lastMsn: number; readonly lastPart: number }[];
  readonly endList?: boolean;
}

function readWithM3u8Parser(text: string): ReadByM3u8Parser {
  const parser = new Parser();
  parser.push(text);
  parser.end();
  return parser.manifest as ReadByM3u8Parser;
}

beforeAll(() => HLS.setOptions({ strictMode: true }));

describe.each(CASES)('%s', (_title, options) => {
  const view = aPresentation(options);
  const finished = (rendition: RenditionView) => rendition.timeline.segments.filter(({ state }) => state !== 'open');

  it('is read by hls.js without a complaint', () => {
    eachRendition(view, (text, rendition) => {
      const details = readWithHlsJs(text);
      expect(details.playlistParsingError).toBeNull();
      expect(details.fragments).toHaveLength(finished(rendition).length);
      expect(details.live).toBe(options.ended !== true);
      expect(details.fragments.filter(({ gap }) => gap === true)).toHaveLength(options.gaps?.length ?? 0);
    });
  });

  it('is read by hls-parser in strict mode', () => {
    eachRendition(view, (text, rendition) => {
      const playlist = HLS.parse(text) as types.MediaPlaylist;
      expect(playlist.mediaSequenceBase).toBe(rendition.timeline.segments[0]!.number);
      expect(playlist.segments.filter(({ uri }) => uri)).toHaveLength(finished(rendition).length);
    });
    expect((HLS.parse(renderMultivariantPlaylist(view)) as types.MasterPlaylist).variants).toHaveLength(1);
  });

  it('is read by m3u8-parser to the last part and report', () => {
    eachRendition(view, (text, rendition) => {
      const read = readWithM3u8Parser(text);
      const { segments } = rendition.timeline;
      expect(read.mediaSequence).toBe(segments[0]!.number);
      expect(read.segments).toHaveLength(finished(rendition).length);
      if (options.ended) {
        expect(read.endList).toBe(true);
        return;
      }
      expect(read.partTargetDuration).toBeGreaterThan(0);
      const open = segments.at(-1)!.state === 'open' ? segments.at(-1)! : undefined;
      expect(read.preloadSegment?.parts ?? []).toHaveLength(open?.parts.length ?? 0);
      expect(read.renditionReports?.map(({ lastMsn }) => lastMsn)).toEqual([segments.at(-1)!.number]);
    });
  });
});

describe('a delta update', () => {
  it('is merged by hls.js with what it had', () => {
    const view = aPresentation({ segments: 12, parts: 1, windowSegments: 20 });
    const details = readWithHlsJs(renderMediaPlaylist(view.renditions[0]!, view, { skip: 'YES' }));
    expect(details.playlistParsingError).toBeNull();
    expect([details.skippedSegments, details.startSN, details.endSN]).toEqual([5, 1000, 1011]);
  });
});

describe('a plain playlist', () => {
  it('is read by hls.js and m3u8-parser', () => {
    eachRendition(aPresentation({ segments: 6, lowLatency: false }), (text) => {
      expect(readWithHlsJs(text)).toMatchObject({ playlistParsingError: null, partList: null, startSN: 1000 });
      expect(readWithM3u8Parser(text).segments).toHaveLength(6);
    });
  });
});
