import { describe, expect, it } from 'vitest';
import { addPart, emptyTimeline, type PresentationView } from '../timeline/index.js';
import {
  aGrid,
  aPart,
  aPresentation,
  aRendition,
  aTrack,
  finishSegment,
  type PresentationOptions,
} from '../timeline/testing.js';
import { renderMediaPlaylist } from './media-playlist.js';

const print = (view: PresentationView, index = 0): string => renderMediaPlaylist(view.renditions[index]!, view);
const printed = (options: PresentationOptions, index = 0): string => print(aPresentation(options), index);
const tagged = (text: string, tag: string): string[] => text.split('\n').filter((line) => line.startsWith(`#${tag}`));

describe('a low-latency media playlist', () => {
  it('tells finished segments, the parts of the one in progress, and the part that comes next', () => {
    expect(printed({ segments: 1, parts: 2, renditions: ['720p', '480p', 'audio'] })).toBe(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:8',
        '#EXT-X-TARGETDURATION:2',
        '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.000,HOLD-BACK=6.000,PART-HOLD-BACK=1.025',
        '#EXT-X-PART-INF:PART-TARGET=0.33334',
        '#EXT-X-MEDIA-SEQUENCE:1000',
        '#EXT-X-DISCONTINUITY-SEQUENCE:0',
        '#EXT-X-MAP:URI="init-000000000000.mp4"',
        '#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:33:20.000Z',
        '#EXT-X-PART:DURATION=0.33333,URI="1000.0.m4s",INDEPENDENT=YES',
        ...[1, 2, 3, 4, 5].map((part) => `#EXT-X-PART:DURATION=0.33333,URI="1000.${part}.m4s"`),
        '#EXTINF:2.00000,',
        '1000.m4s',
        '#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:33:22.000Z',
        '#EXT-X-PART:DURATION=0.33333,URI="1001.0.m4s",INDEPENDENT=YES',
        '#EXT-X-PART:DURATION=0.33333,URI="1001.1.m4s"',
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="1001.2.m4s"',
        '#EXT-X-RENDITION-REPORT:URI="../480p/playlist.m3u8",LAST-MSN=1001,LAST-PART=1',
        '#EXT-X-RENDITION-REPORT:URI="../audio/playlist.m3u8",LAST-MSN=1001,LAST-PART=1',
        '',
      ].join('\n'),
    );
  });

  it('prints sound with the lengths of its own frames, at the times of its own first samples', () => {
    const text = printed({ segments: 2 }, 1);
    expect(tagged(text, 'EXT-X-PART-INF')).toEqual(['#EXT-X-PART-INF:PART-TARGET=0.34134']);
    expect(tagged(text, 'EXTINF')).toEqual(['#EXTINF:2.00533,', '#EXTINF:2.00533,']);
    expect(tagged(text, 'EXT-X-PROGRAM-DATE-TIME')[1]).toBe('#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:33:22.005Z');
  });

  it('dates segments with the clock on the wall, as numbers near 1e8 do', () => {
    const text = printed({ firstSegment: 107_000_000, segments: 1, fps: '30000/1001' });
    expect(tagged(text, 'EXT-X-PROGRAM-DATE-TIME')).toEqual(['#EXT-X-PROGRAM-DATE-TIME:2026-10-15T07:53:20.000Z']);
  });

  it('hints at part 0 of the next segment right after one closed', () => {
    expect(printed({ segments: 3 })).toContain('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="1003.0.m4s"');
  });

  it('never hints at a part that will not be: a segment with all its parts is as good as closed', () => {
    expect(printed({ segments: 3, parts: 6 })).toContain('#EXT-X-PRELOAD-HINT:TYPE=PART,URI="1004.0.m4s"');
  });

  it('lists parts of the last three target durations only', () => {
    const text = printed({ segments: 9, parts: 3 });
    const parents = tagged(text, 'EXT-X-PART:').map((line) => /URI="(\d+)\./.exec(line)![1]);
    expect([...new Set(parents)]).toEqual(['1007', '1008', '1009']);
    expect(text).toContain('#EXTINF:2.00000,\n1006.m4s');
  });

  it('says the same SERVER-CONTROL and TARGETDURATION in every rendition', () => {
    const view = aPresentation({ fps: '60000/1001', renditions: ['1080p', '720p', 'audio'] });
    for (const tag of ['EXT-X-SERVER-CONTROL', 'EXT-X-TARGETDURATION']) {
      expect(new Set(view.renditions.map((_, index) => tagged(print(view, index), tag).join()))).toHaveLength(1);
    }
  });

  it('tells a new init segment with a discontinuity and a map, before the first part that needs them', () => {
    const lines = printed({ segments: 3, parts: 1, newInitAt: [1003] }).split('\n');
    const at = lines.indexOf('#EXT-X-DISCONTINUITY');
    expect(lines.slice(at - 1, at + 4)).toEqual([
      '1002.m4s',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-MAP:URI="init-000000000001.mp4"',
      '#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:33:26.000Z',
      '#EXT-X-PART:DURATION=0.33333,URI="1003.0.m4s",INDEPENDENT=YES',
    ]);
  });

  it('counts discontinuities that have left the window', () => {
    const text = printed({ segments: 12, windowSegments: 4, newInitAt: [1002, 1010] });
    expect(text).toContain('#EXT-X-MEDIA-SEQUENCE:1008\n#EXT-X-DISCONTINUITY-SEQUENCE:1\n');
    expect(tagged(text, 'EXT-X-MAP')).toHaveLength(2);
  });
});

describe('missing media in a media playlist', () => {
  const track = aTrack('720p', aGrid());
  const inProgress = (gapAt: number, parts: number, close?: { gap: boolean }): string => {
    let timeline = emptyTimeline('720p', track.timescale, 10);
    for (let index = 0; index < parts; index += 1) {
      timeline = addPart(timeline, aPart(track, 1000, index, { gap: index === gapAt }));
    }
    if (close) timeline = finishSegment(timeline, track, 1000, close);
    return print({ ...aPresentation(), renditions: [aRendition('720p', track, timeline)] });
  };

  it('is told the moment it is known: the part is a gap, and with it the parent and the parts after it', () => {
    expect(inProgress(1, 3)).toContain(
      [
        '#EXT-X-PART:DURATION=0.33333,URI="1000.0.m4s",INDEPENDENT=YES',
        '#EXT-X-PART:DURATION=0.33333,URI="1000.1.m4s",GAP=YES',
        '#EXT-X-GAP',
        '#EXT-X-PART:DURATION=0.33333,URI="1000.2.m4s",GAP=YES',
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="1000.3.m4s"',
      ].join('\n'),
    );
  });

  it('adds lines behind what was told, when the segment closes', () => {
    const upToHint = (text: string): string => text.slice(0, text.indexOf('#EXT-X-PRELOAD-HINT'));
    for (const gapAt of [0, 2, 5]) {
      expect(inProgress(gapAt, 6, { gap: true })).toContain(upToHint(inProgress(gapAt, 6)));
    }
  });

  it('is told behind the parts of a segment that lost its file, or its end', () => {
    expect(inProgress(-1, 2, { gap: true })).toContain(
      '#EXT-X-PART:DURATION=0.33333,URI="1000.1.m4s"\n#EXT-X-GAP\n#EXTINF:2.00000,\n1000.m4s\n',
    );
  });

  it('keeps its place and its number once its parts are no longer told', () => {
    const text = printed({ segments: 9, gaps: [1002], parts: 1 });
    expect(text).toContain('#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:33:24.000Z\n#EXT-X-GAP\n#EXTINF:2.00000,\n1002.m4s');
  });

  it('needs no map where nothing has come yet', () => {
    const timeline = finishSegment(emptyTimeline('720p', track.timescale, 10), track, 1000, { init: '', gap: true });
    const text = print({ ...aPresentation(), renditions: [aRendition('720p', track, timeline)] });
    expect(tagged(text, 'EXT-X-MAP')).toEqual([]);
  });
});

describe('a plain media playlist', () => {
  it('has whole segments and nothing of low latency', () => {
    expect(printed({ segments: 2, lowLatency: false })).toBe(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:8',
        '#EXT-X-TARGETDURATION:2',
        '#EXT-X-SERVER-CONTROL:HOLD-BACK=6.000',
        '#EXT-X-MEDIA-SEQUENCE:1000',
        '#EXT-X-DISCONTINUITY-SEQUENCE:0',
        '#EXT-X-MAP:URI="init-000000000000.mp4"',
        '#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:33:20.000Z',
        '#EXTINF:2.00000,',
        '1000.m4s',
        '#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:33:22.000Z',
        '#EXTINF:2.00000,',
        '1001.m4s',
        '',
      ].join('\n'),
    );
  });
});

describe('the media playlist of a stream that has ended', () => {
  it('is history: whole segments and ENDLIST, nothing to wait for', () => {
    const text = printed({ segments: 3, parts: 2, ended: true });
    expect(text).toMatch(/\n1002\.m4s\n#EXT-X-ENDLIST\n$/);
    expect(text).not.toMatch(/EXT-X-PART:|EXT-X-PRELOAD-HINT|EXT-X-RENDITION-REPORT/);
  });
});
