import { describe, expect, it } from 'vitest';
import { anAnswer } from '../../http/testing.js';
import type { TrackFacts } from '../../media/index.js';
import { violationsOf, type Rule } from '../../rule.js';
import { representationsOf, type Mpd } from '../mpd.js';
import { readMpd } from '../read-mpd.js';
import { CLOCK_RULES, type ClockAnswer } from './clock.js';
import { AHEAD_RULES, EDGE_RULES, FINISHED_RULES, type EdgeSegment } from './delivery.js';
import { LISTED_EDGE_RULES } from './follow.js';
import { SEGMENT_RULES, TRACK_RULES, type MeasuredSegment } from './media.js';

const PLACE = { url: 'http://stream.test/demo/7.m4s', atMs: 0 };
const found = <Subject>(rules: readonly Rule<Subject>[], subject: Subject): string[] =>
  violationsOf(rules, subject, PLACE).map(({ rule, evidence }) => `${rule}: ${evidence}`);

function anMpd(template: string, attributes = ''): Mpd {
  const text = `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic" minimumUpdatePeriod="PT2S"><Period start="PT0S"><AdaptationSet>${template}<Representation id="a" bandwidth="1000" ${attributes}/></AdaptationSet></Period></MPD>`;
  return readMpd(Buffer.from(text), 'http://stream.test/manifest.mpd').mpd!;
}
const NUMBERED = '<SegmentTemplate timescale="90000" duration="180000" media="$Number$.m4s"/>';
const representationOf = (mpd: Mpd) => [...representationsOf(mpd)][0]!.representation;
const addressing = representationOf(anMpd(NUMBERED)).addressing!;

/** Four chunks of half a second, each 1000 bytes, that come as they are made. */
function anEdge(changes: Partial<EdgeSegment> = {}, atMs = [0, 500, 1000, 1500]): EdgeSegment {
  const bursts = atMs.map((ms) => ({ atMs: ms, bytes: 1000 }));
  return {
    ...{ number: 7, availableAtMs: 10_000, durationSeconds: 2, availabilityTimeOffset: 1.4, isVideo: true },
    exchange: { ...anAnswer({ sentAtMs: 10_000 }), bursts, doneAfterMs: atMs.at(-1) ?? 0 },
    chunks: [0, 1, 2, 3].map((index) => ({
      ...{ offset: index * 1000, end: (index + 1) * 1000, decodeTime: index * 45_000, duration: 45_000 },
    })),
    timescale: 90_000,
    ...changes,
  };
}

describe('a segment at the live edge', () => {
  it('is fine when its chunks come as they are made, or all at once when it is late to be asked for', () => {
    expect(found(EDGE_RULES, anEdge())).toEqual([]);
    expect(found(EDGE_RULES, anEdge({}, [2, 2, 2, 2]))).toEqual([]);
    expect(found(EDGE_RULES, anEdge({ availableAtMs: 4000 }, [2, 2, 2, 2]))).toEqual([]);
  });

  it('may be late by a chunk, not by more', () => {
    expect(found(EDGE_RULES, anEdge({}, [450, 900, 1400, 1900]))).toEqual([]);
    expect(found(EDGE_RULES, anEdge({}, [600, 1100, 1600, 2100]))).toEqual([
      'dash.first-chunk-on-time: segment 7: 0.6 s late, chunks of 0.5 s',
      'dash.chunks-on-time: segment 7: chunk 1 of 4 came 0.6 s late',
    ]);
    expect(found(EDGE_RULES, anEdge({}, [0, 500, 1700, 1700]))).toEqual([
      'dash.chunks-on-time: segment 7: chunk 2 of 4 came 0.7 s late',
    ]);
  });

  it('may pause between chunks, not within one', () => {
    const exchange = {
      ...anEdge().exchange,
      bursts: [
        { atMs: 0, bytes: 1500 },
        { atMs: 450, bytes: 2500 },
      ],
    };
    expect(found(EDGE_RULES, anEdge({ exchange }))).toEqual([
      'dash.whole-chunks: segment 7: 450 ms of pause at byte 1500, within a chunk',
    ]);
  });

  it('has several chunks, the first of which fits in what the offset leaves', () => {
    const [chunk] = anEdge().chunks;
    const one = { ...chunk!, end: 4000, duration: 180_000 };
    expect(found(EDGE_RULES, anEdge({ chunks: [one] }, [2]))).toEqual([
      'dash.several-chunks: segment 7 is one chunk of 2 s',
      'dash.offset-leaves-its-chunk: segment 7: offset 1.4 s, 2 s with a first chunk of 2 s',
    ]);
  });

  it('is told nothing about chunks when it is offered whole', () => {
    const { availabilityTimeOffset, ...whole } = anEdge({ chunks: [] }, [900]);
    expect(availabilityTimeOffset).toBe(1.4);
    expect(found(EDGE_RULES, { ...whole, availabilityTimeOffset: undefined })).toEqual([]);
  });

  it('stays there, with its length, when it is finished', () => {
    const inProgress = anAnswer({ body: 'abc' });
    const good = anAnswer({ body: 'abc', headers: { 'content-length': '3', etag: '"a"' } });
    expect(found(FINISHED_RULES, { number: 7, inProgress, whole: good })).toEqual([]);
    expect(found(FINISHED_RULES, { number: 7, inProgress, whole: anAnswer({ body: 'abc' }) })).toEqual([
      'dash.whole-has-length: segment 7: no content-length, no etag',
    ]);
    expect(found(FINISHED_RULES, { number: 7, inProgress, whole: anAnswer({ status: 404 }) })).toEqual([
      'dash.stays-there: segment 7 answered 200, and then 404',
    ]);
  });

  it('that is not made yet is held one ahead, and refused further on', () => {
    const subject = { number: 8, edge: 7 };
    expect(found(AHEAD_RULES, { ...subject, ahead: 'one', exchange: anAnswer() })).toEqual([]);
    expect(found(AHEAD_RULES, { ...subject, ahead: 'far', exchange: anAnswer({ status: 404 }) })).toEqual([]);
    expect(found(AHEAD_RULES, { ...subject, ahead: 'one', exchange: anAnswer({ status: 404 }) })).toHaveLength(1);
    expect(found(AHEAD_RULES, { ...subject, ahead: 'far', exchange: anAnswer() })).toHaveLength(1);
  });
});

describe('media against what the MPD says', () => {
  const track = { codec: 'avc1.64001f', timescale: 90_000, width: 1280, height: 720, kind: 'video' } as const;
  const said = (attributes: string, facts: TrackFacts = track): string[] =>
    found(TRACK_RULES, { representation: representationOf(anMpd(NUMBERED, attributes)), addressing, track: facts });

  it('may leave out what they are', () => {
    expect(said('')).toEqual([]);
    expect(said('codecs="AVC1.64001F" width="1280" height="720"')).toEqual([]);
  });

  it('are pictures of that size, save where pixels are not square', () => {
    expect(said('width="640" height="360"')).toEqual([
      'dash.size-of-media: @width 640, @height 360, the pictures are 1280x720',
    ]);
    expect(said('width="1920" height="720" sar="3:2"')).toEqual([]);
    expect(said('width="1920" height="720" sar="1:1"')).toHaveLength(1);
  });

  it('are sound of that rate, save where half of it is computed', () => {
    const sound = { codec: 'mp4a.40.2', timescale: 90_000, sampleRate: 24_000, kind: 'audio' } as const;
    expect(said('audioSamplingRate="48000"', sound)).toEqual([
      'dash.sampling-rate-of-media: @audioSamplingRate 48000, the sound has 24000 Hz',
    ]);
    expect(said('audioSamplingRate="48000" codecs="mp4a.40.5"', sound)).toEqual([]);
  });

  it('count in the same ticks', () => {
    expect(said('', { ...track, timescale: 15_360 })).toEqual([
      'dash.timescale-of-media: @timescale 90000, the media have 15360',
    ]);
  });

  it('are not looked into when they are encrypted', () => {
    expect(said('codecs="avc1.64001f"', { ...track, codec: 'encv' })).toEqual([]);
  });

  const measured: MeasuredSegment = {
    ...{ number: 7, addressing, nominalStart: 14, realStart: 14, realDuration: 2, maxSegmentDuration: 2 },
    ...{ firstError: 0, seen: 10, bits: 20_000, seconds: 20, bandwidth: 1000 },
  };

  it('keep to their numbers, in the long run as well', () => {
    expect(found(SEGMENT_RULES, measured)).toEqual([]);
    // Sound is cut to frames: it comes and goes.
    expect(found(SEGMENT_RULES, { ...measured, realStart: 14.021 })).toEqual([]);
    expect(found(SEGMENT_RULES, { ...measured, realStart: 14.2 })).toEqual([
      'dash.nominal-drift: segment 7: 0.2 s in 10 segments',
    ]);
    expect(found(SEGMENT_RULES, { ...measured, realStart: 15.2, firstError: 1.2 })).toEqual([
      'dash.nominal-start: segment 7: nominally at 14 s, really at 15.2 s',
    ]);
  });

  it('are about as large as @bandwidth says', () => {
    expect(found(SEGMENT_RULES, { ...measured, bits: 26_000 })).toEqual([
      'dash.bandwidth-covers: @bandwidth 1000, 1300 bit/s on average over 20 s',
    ]);
    expect(found(SEGMENT_RULES, { ...measured, bits: 26_000, seconds: 8 })).toEqual([]);
  });
});

describe('the edge of a SegmentTimeline', () => {
  const edge = { mpd: anMpd(NUMBERED), path: 'a', longestSeconds: 2, offsetSeconds: 0 };

  it('is neither far behind the clock nor ahead of it', () => {
    expect(found(LISTED_EDGE_RULES, { ...edge, ageSeconds: 4 })).toEqual([]);
    expect(found(LISTED_EDGE_RULES, { ...edge, ageSeconds: 9.5 })).toEqual([
      'dash.edge-moves: a: the last segment ended 9.5 s ago, 9 s at most',
    ]);
    expect(found(LISTED_EDGE_RULES, { ...edge, ageSeconds: -1.5 })).toEqual([
      'dash.edge-not-ahead: a: the last segment ends in 1.5 s',
    ]);
    expect(found(LISTED_EDGE_RULES, { ...edge, ageSeconds: -1.5, offsetSeconds: 1.5 })).toEqual([]);
  });
});

describe('a clock', () => {
  const answer: ClockAnswer = {
    scheme: 'urn:mpeg:dash:utc:http-xsdate:2014',
    exchange: anAnswer({ headers: { date: 'Sun, 01 Mar 2026 12:00:00 GMT' } }),
    toldMs: Date.parse('2026-03-01T12:00:00.900Z'),
    text: '2026-03-01T12:00:00.900Z',
  };

  it('that tells milliseconds, and the time of Date, is a good one', () => {
    expect(found(CLOCK_RULES, answer)).toEqual([]);
  });

  it('has to answer', () => {
    expect(found(CLOCK_RULES, { ...answer, exchange: anAnswer({ status: 404 }), toldMs: undefined })).toEqual([
      'dash.clock-answers: urn:mpeg:dash:utc:http-xsdate:2014 answered 404',
    ]);
  });
});
