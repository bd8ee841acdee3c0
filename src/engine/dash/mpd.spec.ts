import fc from 'fast-check';
import { parse } from 'mpd-parser';
import { describe, expect, it } from 'vitest';
import { AAC_FRAME_SAMPLES, AUDIO_SAMPLE_RATE, audioTrack, firstUnitOf, HOUSE_EPOCH_MS } from '../timeline/index.js';
import { aGrid, aPresentation } from '../timeline/testing.js';
import { renderMpd } from './mpd.js';
import { element } from './xml.js';

const URL = 'http://127.0.0.1/streams/camera/manifest.mpd';
const print = (options: Parameters<typeof aPresentation>[0]): string =>
  renderMpd(aPresentation(options), { timeUrl: '/time', publishedAtMs: 0 });
const attribute = (text: string, tag: string, name: string): string | undefined =>
  new RegExp(`<${tag}\\b[^>]*\\s${name}="([^"]*)"`).exec(text)?.[1];

interface ParsedMpd {
  playlists: {
    attributes: { NAME: string; RESOLUTION?: { width: number; height: number } };
    segments: { number: number; uri: string; timeline: number }[];
  }[];
  mediaGroups: { AUDIO: { audio: Record<string, { playlists: { segments: unknown[] }[] }> } };
}

describe('the MPD of a live stream', () => {
  const text = print({ renditions: ['720p', '360p', 'audio'], firstSegment: 108_000_000, segments: 4, parts: 2 });

  it('counts everything from the house epoch, so that it hardly ever changes', () => {
    expect(attribute(text, 'MPD', 'type')).toBe('dynamic');
    expect(attribute(text, 'MPD', 'availabilityStartTime')).toBe(
      new Date(HOUSE_EPOCH_MS).toISOString().replace('.000', ''),
    );
    expect(attribute(text, 'Period', 'start')).toBe('PT0S');
    expect(text).not.toContain('presentationTimeOffset');
    // IOP D4: nothing but publishTime may differ as the stream goes on.
    const later = print({ renditions: ['720p', '360p', 'audio'], firstSegment: 108_000_000, segments: 9, parts: 5 });
    expect(later.replace(/publishTime="[^"]*"/, '')).toBe(text.replace(/publishTime="[^"]*"/, ''));
  });

  it('promises a chunk no earlier than it can be there', () => {
    const offset = Number(attribute(text, 'SegmentTemplate', 'availabilityTimeOffset'));
    const { terms } = aPresentation({});
    expect(offset).toBe(terms.availabilityTimeOffset);
    expect(offset).toBeLessThan(2 - 1 / 3);
    expect(attribute(text, 'SegmentTemplate', 'availabilityTimeComplete')).toBe('false');
    // D18: on the AdaptationSet's template alone.
    expect(text.match(/availabilityTimeOffset/g)).toHaveLength(2);
  });

  it('says latency, clock and reference time, the clock twice in the same words', () => {
    expect(attribute(text, 'Latency', 'target')).toMatch(/^\d+$/);
    const clocks = text.match(/<UTCTiming [^>]*>/g)!;
    expect(new Set(clocks).size).toBe(1);
    expect(clocks).toHaveLength(3);
    expect(attribute(text, 'MPD', 'suggestedPresentationDelay')).toBeUndefined();
  });

  it('gives every Representation a whole template with its own init', () => {
    for (const [template] of text.matchAll(/<SegmentTemplate initialization[^>]*>/g)) {
      for (const name of ['media', 'timescale', 'duration', 'startNumber'])
        expect(attribute(template, 'SegmentTemplate', name)).toBeDefined();
    }
  });

  it('finds a segment of sound where it is, at any rate and however a setting cuts it', () => {
    const rates = fc.constantFrom('24000/1001', '24', '25', '30000/1001', '30', '50', '60000/1001', '60');
    fc.assert(
      fc.property(rates, fc.integer({ min: 100, max: 1000 }), fc.nat(2e8), (fps, hundredths, segment) => {
        const options = { fps, segmentSeconds: hundredths / 100 };
        const mpd = print({ ...options, renditions: ['audio'], segments: 1 });
        const duration = Number(attribute(mpd, 'SegmentTemplate', 'duration'));
        const timescale = Number(attribute(mpd, 'SegmentTemplate', 'timescale'));
        const samples = firstUnitOf(audioTrack(aGrid(options)), segment) * AAC_FRAME_SAMPLES;
        const late = samples - (segment * duration * AUDIO_SAMPLE_RATE) / timescale;
        expect(late).toBeGreaterThan(-0.1);
        expect(late).toBeLessThan(AAC_FRAME_SAMPLES + 0.1);
      }),
    );
  });

  it('is well formed, with its elements in the order the schema asks for', () => {
    const order = ['<ServiceDescription', '<Period', '</Period>'];
    const places = order.map((tag) => text.indexOf(tag));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(text.lastIndexOf('<UTCTiming')).toBeGreaterThan(text.indexOf('</Period>'));
    const set = text.slice(text.indexOf('<AdaptationSet'), text.indexOf('</AdaptationSet>'));
    expect(set.indexOf('<ProducerReferenceTime')).toBeLessThan(set.indexOf('<SegmentTemplate'));
    expect(set.indexOf('<SegmentTemplate')).toBeLessThan(set.indexOf('<Representation'));
  });

  it('is read by a parser that is not ours', () => {
    const { playlists, mediaGroups } = parse(text, { manifestUri: URL }) as ParsedMpd;
    expect(playlists.map(({ attributes }) => attributes.NAME).sort()).toEqual(['360p', '720p']);
    expect(Object.keys(mediaGroups.AUDIO.audio)).toHaveLength(1);
  });
});

describe('other MPDs', () => {
  it('without low latency have no chunks, and a delay instead', () => {
    const text = print({ segments: 4, lowLatency: false });
    expect(text).not.toMatch(/availabilityTime(Offset|Complete)|ServiceDescription|ProducerReferenceTime/);
    expect(attribute(text, 'MPD', 'suggestedPresentationDelay')).toBe('PT6S');
  });

  it('of an ended stream are static, and name exactly the segments of the last window', () => {
    const text = print({ renditions: ['720p', 'audio'], firstSegment: 108_000_000, segments: 3, ended: true });
    expect(attribute(text, 'MPD', 'type')).toBe('static');
    expect(attribute(text, 'MPD', 'mediaPresentationDuration')).toBe('PT6S');
    expect(text).not.toMatch(/minimumUpdatePeriod|availabilityTimeOffset|UTCTiming/);
    const [video] = (parse(text, { manifestUri: URL }) as ParsedMpd).playlists;
    expect(video!.segments.map(({ uri }) => uri)).toEqual([0, 1, 2].map((index) => `720p/${108_000_000 + index}.m4s`));
  });

  it('of an ended stream ask for no segment past the last, where its end is no whole millisecond', () => {
    const text = print({ renditions: ['720p'], fps: '30000/1001', segmentSeconds: 1.67, segments: 10, ended: true });
    // 10 × 50 × 1001 / 30000 = 16.68333…
    expect(attribute(text, 'MPD', 'mediaPresentationDuration')).toBe('PT16.683S');
    const [video] = (parse(text, { manifestUri: URL }) as ParsedMpd).playlists;
    expect(video!.segments.map(({ uri }) => uri)).toEqual(
      Array.from({ length: 10 }, (_, index) => `720p/${1000 + index}.m4s`),
    );
  });

  it('of sound alone have one set, and measure their latency by it', () => {
    const text = print({ renditions: ['audio'], segments: 2 });
    expect(text.match(/<AdaptationSet/g)).toHaveLength(1);
    expect(attribute(text, 'AdaptationSet', 'contentType')).toBe('audio');
    expect(attribute(text, 'Latency', 'referenceId')).toBe(attribute(text, 'ProducerReferenceTime', 'id'));
  });
});

describe('XML', () => {
  it('is escaped, whatever a value holds', () => {
    expect(element('A', { b: `<&>"'`, c: undefined, d: false })).toBe('<A b="&lt;&amp;&gt;&quot;&apos;" d="false"/>');
    expect(element('A', {}, [element('B', {})])).toBe('<A>\n  <B/>\n</A>');
  });
});
