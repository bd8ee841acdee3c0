import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeDelta } from './merge-delta.js';
import { judgePlaylist } from './judge-playlist.js';
import { lastPosition, type MediaPlaylist } from './playlist.js';
import { readAttributeList } from './attribute-list.js';
import { readPlaylist } from './read-playlist.js';
import { aLivePlaylist, aLiveText, mediaOf } from './testing.js';

describe('reading a playlist', () => {
  it('knows each segment by number, with the map, key, date, range and bit rate that apply to it', () => {
    const { segments } = mediaOf(`#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:7
#EXT-X-DISCONTINUITY-SEQUENCE:3
#EXT-X-MAP:URI="init.mp4",BYTERANGE="700@20"
#EXT-X-KEY:METHOD=AES-128,URI="key"
#EXT-X-BITRATE:800
#EXTINF:4,A title
#EXT-X-BYTERANGE:100@1000
all.mp4
#EXTINF:3.5,
#EXT-X-BYTERANGE:50
all.mp4
#EXT-X-KEY:METHOD=NONE
#EXT-X-DISCONTINUITY
#EXT-X-GAP
#EXT-X-PROGRAM-DATE-TIME:2026-01-01T01:00:00.5+01:00
#EXTINF:4,
../other/9.mp4?x=1
`);
    expect(segments.map(({ msn, line, duration }) => [msn, line, duration])).toEqual([
      [7, 10, 4],
      [8, 13, 3.5],
      [9, 19, 4],
    ]);
    expect(segments.map(({ byteRange }) => byteRange)).toEqual([
      { length: 100, offset: 1000 },
      { length: 50, offset: 1100 },
      undefined,
    ]);
    expect(segments.map(({ bitrateKbps }) => bitrateKbps)).toEqual([undefined, undefined, 800]);
    expect(segments.map(({ key }) => key?.line)).toEqual([6, 6, undefined]);
    expect(segments.map(({ discontinuitySequence }) => discontinuitySequence)).toEqual([3, 3, 4]);
    expect(segments[2]).toMatchObject({
      ...{ gap: true, discontinuity: true, url: 'http://stream.test/other/9.mp4?x=1' },
      date: { line: 17, ms: Date.UTC(2026, 0, 1, 0, 0, 0, 500) },
      map: { uri: 'init.mp4', url: 'http://stream.test/720p/init.mp4', byteRange: { length: 700, offset: 20 } },
    });
  });

  it('gathers the parts of a segment in progress, and knows where the playlist ends', () => {
    const playlist = aLivePlaylist({ segments: 3, parts: 2 });
    const open = playlist.segments.at(-1)!;
    expect(open).toMatchObject({ msn: 103, complete: false, uri: undefined });
    expect(open.parts.map(({ uri, duration, independent }) => [uri, duration, independent])).toEqual([
      ['103.0.m4s', 0.5, true],
      ['103.1.m4s', 0.5, false],
    ]);
    expect(lastPosition(playlist)).toEqual({ msn: 103, part: 1 });
    expect(lastPosition(aLivePlaylist({ segments: 3, parts: 0 }))).toEqual({ msn: 102, part: 3 });
  });

  it('takes variables from the playlist, from the one above it, and from the query', () => {
    const text = `#EXTM3U
#EXT-X-VERSION:11
#EXT-X-TARGETDURATION:4
#EXT-X-DEFINE:NAME="a",VALUE="x"
#EXT-X-DEFINE:IMPORT="b"
#EXT-X-DEFINE:QUERYPARAM="c"
#EXTINF:4.0,
{$a}{$b}{$c}.ts
`;
    const playlist = readPlaylist(text, 'http://stream.test/p.m3u8?c=z', { imports: new Map([['b', 'y']]) });
    expect(playlist.uris).toEqual([{ line: 8, uri: 'xyz.ts' }]);
    expect(playlist.faults).toEqual([]);
  });

  it('reads lines that end with CR LF', () => {
    const text = aLiveText().replaceAll('\n', '\r\n');
    expect(judgePlaylist(text, { url: 'http://stream.test/p.m3u8', atMs: 0 }).violations).toEqual([]);
  });

  it('never throws, whatever it is given', () => {
    const line = fc.oneof(
      fc.constantFrom(
        ...aLiveText({ skipped: 2 }).split('\n'),
        '#EXT-X-STREAM-INF:',
        '#EXT-X-MEDIA:TYPE=AUDIO',
        '#EXT-X-KEY:',
      ),
      fc.string(),
      fc.constantFrom('#EXTINF:', '#EXT-X-BYTERANGE:@', '#EXT-X-DATERANGE:ID=,,="', '#EXT-X-PROGRAM-DATE-TIME:x'),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        judgePlaylist(lines.join('\n'), { url: 'http://stream.test/p.m3u8', atMs: 0 });
      }),
    );
  });

  it('never loses an attribute of a well-formed list', () => {
    const value = fc.oneof(
      fc.stringMatching(/^[^"\r\n]{1,10}$/).map((text) => `"${text}"`),
      fc.stringMatching(/^[0-9A-Za-z.@x-]{1,10}$/),
    );
    const list = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[A-Z0-9-]{1,8}$/), value), {
      selector: ([name]) => name,
      minLength: 1,
    });
    fc.assert(
      fc.property(list, (pairs) => {
        const { attributes, faults } = readAttributeList(pairs.map(([name, text]) => `${name}=${text}`).join(','));
        expect(faults).toEqual([]);
        expect([...attributes].map(([name, { value: text, quoted }]) => [name, quoted ? `"${text}"` : text])).toEqual(
          pairs,
        );
      }),
    );
  });
});

describe('a delta update', () => {
  const wholeOf = (previous: MediaPlaylist | undefined, update: MediaPlaylist): MediaPlaylist => {
    const merged = mergeDelta(previous, update);
    if ('misfit' in merged) throw new Error(merged.misfit);
    return merged.whole;
  };
  const essence = ({ segments }: MediaPlaylist) =>
    segments.map(({ msn, url, duration, map, discontinuitySequence, parts, date }) => ({
      ...{ msn, url, duration, map: map?.uri, discontinuitySequence, parts: parts.length, date: date?.ms },
    }));

  it('and the playlist before it make the playlist that would have been sent whole', () => {
    const whole = wholeOf(aLivePlaylist({ parts: 1 }), aLivePlaylist({ parts: 2, skipped: 4 }));
    expect(essence(whole)).toEqual(essence(aLivePlaylist({ parts: 2 })));
    expect(whole.skipped).toBeUndefined();
  });

  it('goes on with the discontinuities, the map and the key of what it skips', () => {
    const before = mediaOf(`#EXTM3U
#EXT-X-MEDIA-SEQUENCE:1
#EXT-X-DISCONTINUITY-SEQUENCE:5
#EXT-X-MAP:URI="a.mp4"
#EXTINF:2,
1.m4s
#EXT-X-DISCONTINUITY
#EXT-X-KEY:METHOD=AES-128,URI="key"
#EXT-X-MAP:URI="b.mp4"
#EXTINF:2,
2.m4s
#EXTINF:2,
3.m4s
`);
    const update = mediaOf(`#EXTM3U
#EXT-X-MEDIA-SEQUENCE:1
#EXT-X-DISCONTINUITY-SEQUENCE:5
#EXT-X-SKIP:SKIPPED-SEGMENTS=2
#EXTINF:2,
3.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="c.mp4"
#EXTINF:2,
4.m4s
`);
    const { segments } = wholeOf(before, update);
    expect(
      segments.map(({ msn, discontinuitySequence, map, key }) => [
        msn,
        discontinuitySequence,
        map?.uri,
        key !== undefined,
      ]),
    ).toEqual([
      [1, 5, 'a.mp4', false],
      [2, 6, 'b.mp4', true],
      [3, 6, 'b.mp4', true],
      [4, 7, 'c.mp4', true],
    ]);
  });

  it.each([
    ['without a playlist before it', undefined, 'skips 4 segments, and there was no playlist before it'],
    [
      'that skips more than is known',
      { first: 90, segments: 12 },
      'skips segments 100 to 103, the playlist before has 90 to 102',
    ],
  ])('%s does not fit', (_title, before, misfit) => {
    expect(mergeDelta(before && aLivePlaylist(before), aLivePlaylist({ skipped: 4 }))).toEqual({ misfit });
  });
});
