import { describe, expect, it } from 'vitest';
import { violationsOf } from '../../rule.js';
import { readMultivariantPlaylist } from '../read-multivariant-playlist.js';
import { readPlaylist } from '../read-playlist.js';
import { aLivePlaylist, mediaOf } from '../testing.js';
import {
  DATE_MAPPING_RULES,
  FETCHED_SEGMENT_RULES,
  MEASURED_VARIANT_RULES,
  type FetchedSegment,
  type MeasuredVariant,
} from './media.js';
import { REPORT_RULES } from './reports.js';

const place = { url: '', atMs: 0 };
const evidenceOf = (violations: readonly { rule: string; evidence: string }[]): string[] =>
  violations.map(({ rule, evidence }) => `${rule}: ${evidence}`);

describe('a segment and its parts', () => {
  const segment = aLivePlaylist().segments[0]!;
  const found = (whole: string, parts: readonly string[] | undefined): string[] => {
    const subject: FetchedSegment = {
      ...{ segment, bytes: Buffer.from(whole), parts: parts?.map((part) => Buffer.from(part)) },
      payloadOf: (bytes) => Buffer.from(bytes.toString().replaceAll('h', '')),
    };
    return evidenceOf(violationsOf(FETCHED_SEGMENT_RULES, subject, place));
  };

  it('hold the same samples, best byte for byte', () => {
    expect(found('hababhcdcd', ['habab', 'hcdcd'])).toEqual([]);
    expect(found('hababhcdcd', undefined)).toEqual([]);
    expect(found('hababcdcd', ['habab', 'hcdcd'])).toEqual([
      'hls.parts-concatenate: segment 100: 9 bytes, its 2 parts 10; the samples are the same',
    ]);
    expect(found('hababcdcd', ['habab', 'hcd'])).toEqual([
      'hls.parts-are-the-segment: segment 100: 8 bytes of samples, 6 in its 2 parts, different from byte 6 on',
    ]);
  });

  it('have the bit rate that EXT-X-BITRATE says', () => {
    const text = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-BITRATE:80\n#EXTINF:2,\n1.ts\n';
    const withBytes = (bytes: number): string[] =>
      evidenceOf(
        violationsOf(
          FETCHED_SEGMENT_RULES,
          {
            segment: mediaOf(text).segments[0]!,
            bytes: Buffer.alloc(bytes),
            parts: undefined,
            payloadOf: (one) => one,
          },
          place,
        ),
      );
    expect(withBytes(20_000)).toEqual([]);
    expect(withBytes(25_000)).toEqual(['hls.bitrate: segment 0: 100 kbit/s, EXT-X-BITRATE says 80']);
  });
});

describe('a variant stream', () => {
  const text =
    '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000000,AVERAGE-BANDWIDTH=800000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720\nv.m3u8\n';
  const variant = readMultivariantPlaylist(readPlaylist(text, 'http://stream.test/p.m3u8')).variants[0]!;
  const video = { kind: 'video', codec: 'avc1.64001F', timescale: 90_000, width: 1280, height: 720 } as const;
  const sound = { kind: 'audio', codec: 'mp4a.40.2', timescale: 48_000 } as const;
  const good: MeasuredVariant = {
    ...{ variant, tracks: [video, sound], peakBps: 1_200_000, averageBps: 850_000, seconds: 60, live: true },
  };
  const found = (changes: Partial<MeasuredVariant>): string[] =>
    violationsOf(MEASURED_VARIANT_RULES, { ...good, ...changes }, place).map(
      ({ rule, evidence }) => `${rule}: ${evidence.slice(evidence.lastIndexOf(': ') + 2)}`,
    );

  it('that is what it says it is leaves nothing to say', () => {
    expect(found({})).toEqual([]);
    expect(found({ averageBps: 2_000_000, seconds: 20 })).toEqual([]);
    expect(found({ tracks: [], peakBps: undefined, averageBps: undefined, seconds: 0 })).toEqual([]);
  });

  it.each<[string, Partial<MeasuredVariant>, string]>([
    ['a peak above its BANDWIDTH', { peakBps: 1_300_000 }, 'hls.bandwidth-covers-peak: peak of 1300 kbit/s in 60 s'],
    ['a peak above it on demand', { live: false }, 'hls.bandwidth-covers-peak: peak of 1200 kbit/s in 60 s'],
    [
      'a BANDWIDTH far above its peak',
      { peakBps: 200_000, averageBps: 100_000 },
      'hls.bandwidth-not-far-above: peak of 200 kbit/s in 60 s',
    ],
    [
      'an average above what is said',
      { averageBps: 900_000 },
      'hls.average-bandwidth-covers: 900 kbit/s on average over 60 s',
    ],
    [
      'another profile',
      { tracks: [{ ...video, codec: 'avc1.42c01e' }, sound] },
      'hls.codecs-exact: the media are avc1.42c01e',
    ],
    ['another format', { tracks: [video, { ...sound, codec: 'ac-3' }] }, 'hls.codecs-of-media: the media are ac-3'],
    [
      'another size',
      { tracks: [{ ...video, width: 854, height: 480 }, sound] },
      'hls.resolution-of-media: the video is 854x480',
    ],
  ])('is found to have %s', (_what, changes, expected) => {
    expect(found(changes)).toEqual([expected]);
  });
});

describe('dates', () => {
  it('map to the same media time in all playlists', () => {
    const at = (name: string, mediaSeconds: number) => ({ name, msn: 5, dateMs: 10_000, mediaSeconds });
    const found = (second: number): string[] =>
      evidenceOf(violationsOf(DATE_MAPPING_RULES, [at('720p', 100), at('audio', second)], place));
    expect(found(100.02)).toEqual([]);
    expect(found(98)).toEqual(['hls.dates-agree: audio segment 5 is 2.000 s off from 720p segment 5']);
    expect(violationsOf(DATE_MAPPING_RULES, [], place)).toEqual([]);
  });
});

describe('a rendition report', () => {
  const report = aLivePlaylist({ reports: ['#EXT-X-RENDITION-REPORT:URI="../a.m3u8",LAST-MSN=110,LAST-PART=1'] })
    .reports[0]!;
  const said = { msn: 110, part: 1 };
  const found = (atLeast?: { msn: number; part: number }, atMost?: { msn: number; part: number }): string[] =>
    violationsOf(REPORT_RULES, { report, said, atLeast, atMost }, place).map(({ rule }) => rule);

  it('is neither behind nor ahead of the playlist it is about', () => {
    expect(found(said, said)).toEqual([]);
    expect(found()).toEqual([]);
    expect(found({ msn: 110, part: 2 })).toEqual(['hls.report-up-to-date']);
    expect(found(undefined, { msn: 110, part: 0 })).toEqual(['hls.report-not-ahead']);
    expect(found(undefined, { msn: 109, part: 3 })).toEqual(['hls.report-not-ahead']);
  });
});
