import { describe, expect, it } from 'vitest';
import { parseMpd } from './mpd.js';

const URL_HERE = new URL('http://127.0.0.1/demo/manifest.mpd');
const mpd = (attributes: string, inside: string) =>
  parseMpd(`<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" ${attributes}>${inside}</MPD>`, URL_HERE);
const set = (template: string, representation = '<Representation id="a" bandwidth="1000"/>') =>
  `<AdaptationSet contentType="video">${template}${representation}</AdaptationSet>`;
const TEMPLATE = '<SegmentTemplate media="$Number$.m4s" timescale="90000" duration="180000" startNumber="0"/>';

describe('reading an MPD', () => {
  it('takes what a low-latency player needs', () => {
    const read = mpd(
      'type="dynamic" availabilityStartTime="2026-01-01T00:00:00Z" minimumUpdatePeriod="PT2S" suggestedPresentationDelay="PT1M0.5S"',
      '<ServiceDescription><Latency target="1600"/></ServiceDescription>' +
        `<Period id="0" start="PT0S">${set(TEMPLATE.replace('/>', ' availabilityTimeOffset="1.5" availabilityTimeComplete="false"/>'))}</Period>` +
        '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-xsdate:2014" value="/time"/>',
    );
    expect(read).toMatchObject({
      ...{ dynamic: true, availabilityStartTime: Date.UTC(2026, 0, 1) / 1000, minimumUpdatePeriod: 2 },
      ...{ suggestedPresentationDelay: 60.5, latencyTarget: 1.6 },
      utcTimings: [{ scheme: 'urn:mpeg:dash:utc:http-xsdate:2014', value: '/time' }],
    });
    expect(read.periods[0]!.sets[0]!.representations[0]).toMatchObject({
      ...{ id: 'a', bandwidth: 1000 },
      template: { timescale: 90000, duration: 180000, availabilityTimeOffset: 1.5, availabilityTimeComplete: false },
    });
  });

  it('inherits what a representation does not say itself', () => {
    const own = '<Representation id="a" bandwidth="1"><SegmentTemplate initialization="i.mp4"/></Representation>';
    const read = mpd('', `<Period>${set(TEMPLATE, own)}</Period>`);
    expect(read.periods[0]!.sets[0]!.representations[0]!.template).toMatchObject({
      ...{ media: '$Number$.m4s', initialization: 'i.mp4', duration: 180000 },
    });
  });

  it('lists the segments of a timeline, repeats included', () => {
    const timeline =
      '<SegmentTimeline><S t="10" d="4" r="1"/><S d="3"/><S t="30" d="5" r="-1"/><S t="40" d="1"/></SegmentTimeline>';
    const read = mpd(
      '',
      `<Period>${set(`<SegmentTemplate media="$Time$.m4s">${timeline}</SegmentTemplate>`)}</Period>`,
    );
    const { template } = read.periods[0]!.sets[0]!.representations[0]!;
    expect(template.timeline!.map(({ time, duration }) => [time, duration])).toEqual([
      [10, 4],
      [14, 4],
      [18, 3],
      [30, 5],
      [35, 5],
      [40, 1],
    ]);
    expect(template.duration).toBeUndefined();
  });

  it('lets a period begin where the one before ends, and end where the next begins', () => {
    const periods = ['<Period id="a" duration="PT10S"', '<Period id="b"', '<Period id="c" start="PT30S"'];
    const read = mpd('', periods.map((head) => `${head}>${set(TEMPLATE)}</Period>`).join(''));
    expect(read.periods.map(({ id, start, end }) => [id, start, end])).toEqual([
      ['a', 0, 10],
      ['b', 10, 30],
      ['c', 30, undefined],
    ]);
  });

  it('resolves addresses against BaseURL, each relative to the one above', () => {
    const own = '<Representation id="a" bandwidth="1"><BaseURL>a/</BaseURL></Representation>';
    const read = mpd('', `<BaseURL>/media/</BaseURL><Period>${set(TEMPLATE, own)}</Period>`);
    expect(read.periods[0]!.sets[0]!.representations[0]!.base.pathname).toBe('/media/a/');
  });

  it.each([
    ['an error page', '<html/>'],
    ['an MPD without a Period', '<MPD/>'],
    ['segments it cannot find', `<MPD><Period>${set('<SegmentTemplate media="a"/>')}</Period></MPD>`],
  ])('refuses %s', (_, text) => {
    expect(() => parseMpd(text, URL_HERE)).toThrow();
  });
});
