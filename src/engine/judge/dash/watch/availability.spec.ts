import { describe, expect, it } from 'vitest';
import { representationsOf } from '../mpd.js';
import { readMpd } from '../read-mpd.js';
import { edgeNumber, initializationUrl, listedSegments, numberedSegment, type Told } from './availability.js';

const AST = Date.parse('2026-01-01T00:00:00Z');

/** In the second Period, 100 s in, with a BaseURL and an offset of half a second each on two levels. */
function told(template: string, period = 'start="PT100S"'): Told {
  const text = `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic" availabilityStartTime="2026-01-01T00:00:00Z">
    <BaseURL availabilityTimeOffset="0.5">https://cdn.example/live/</BaseURL>
    <Period id="one" start="PT0S"/>
    <Period id="two" ${period}><AdaptationSet mimeType="video/mp4">${template}<Representation id="a" bandwidth="7"/></AdaptationSet></Period></MPD>`;
  const mpd = readMpd(Buffer.from(text), 'http://stream.test/demo/manifest.mpd').mpd!;
  const { period: own, representation } = [...representationsOf(mpd)][0]!;
  return { mpd, period: own, representation, addressing: representation.addressing! };
}

const NUMBERED =
  '<SegmentTemplate timescale="1000" duration="2000" startNumber="50" presentationTimeOffset="60000" availabilityTimeOffset="0.5" initialization="$Bandwidth$/$$.mp4" media="$RepresentationID$/$Number%05d$.m4s"/>';

describe('when a numbered segment is there', () => {
  it('counts from the start of its Period, less all offsets', () => {
    expect(numberedSegment(told(NUMBERED), 53)).toEqual({
      ...{
        number: 53,
        url: 'https://cdn.example/live/a/00053.m4s',
        startSeconds: 66,
        durationSeconds: 2,
        isExact: false,
      },
      ...{ wholeAtMs: AST + 108_000, availableAtMs: AST + 107_000 },
    });
    expect(initializationUrl(told(NUMBERED))).toBe('https://cdn.example/live/7/$.mp4');
  });

  it('is not before the first and not after the end of the Period', () => {
    expect(numberedSegment(told(NUMBERED), 49)).toBeUndefined();
    const ended = told(NUMBERED, 'start="PT100S" duration="PT6S"');
    expect(numberedSegment(ended, 52)?.number).toBe(52);
    expect(numberedSegment(ended, 53)).toBeUndefined();
  });

  it('tells the newest at any moment', () => {
    const one = told(NUMBERED);
    expect(edgeNumber(one, AST + 106_999)).toBe(52);
    expect(edgeNumber(one, AST + 107_000)).toBe(53);
  });
});

describe('when a listed segment is there', () => {
  it('is what the list says, with numbers that count on', () => {
    const listed = listedSegments(
      told(
        '<SegmentTemplate timescale="10" startNumber="5" presentationTimeOffset="600" media="$Time$-$Number$.m4s"><SegmentTimeline><S t="600" d="20" r="1"/><S d="30"/></SegmentTimeline></SegmentTemplate>',
      ),
    );
    expect(
      listed.map(({ url, startSeconds, durationSeconds, wholeAtMs }) => [
        url.split('/').at(-1),
        startSeconds,
        durationSeconds,
        wholeAtMs - AST,
      ]),
    ).toEqual([
      ['600-5.m4s', 60, 2, 102_000],
      ['620-6.m4s', 62, 2, 104_000],
      ['640-7.m4s', 64, 3, 107_000],
    ]);
  });
});
