import { describe, expect, it } from 'vitest';
import { violationsOf } from '../../rule.js';
import { anAnswer, type AnswerOptions } from '../../http/testing.js';
import { aLivePlaylist, aLiveText, mediaOf, type LivePlaylistOptions } from '../testing.js';
import { DELIVERY_RULES, isListed, type DeliveryProbe } from './delivery.js';

const found = (probe: DeliveryProbe): string[] =>
  violationsOf(DELIVERY_RULES, probe, { url: '', atMs: 0 }).map(({ rule, evidence }) => `${rule}: ${evidence}`);
const refused = (options: AnswerOptions = {}) => anAnswer({ status: 400, ...options });
const answered = (playlist: LivePlaylistOptions, options: AnswerOptions = {}) => ({
  exchange: anAnswer({ body: aLiveText(playlist), ...options }),
  answer: aLivePlaylist(playlist),
});
const hinted = (options: AnswerOptions, bursts?: readonly { atMs: number; bytes: number }[]): DeliveryProbe => ({
  ...{ probe: 'hinted-part', partTarget: 0.5, usualTransferMs: 4, wasListed: true },
  exchange: {
    ...anAnswer({ url: 'http://stream.test/110.2.m4s', body: 'x'.repeat(1000), ...options }),
    ...(bursts && { bursts }),
  },
});

describe('delivery directives', () => {
  it('answered as they must be leave nothing to say', () => {
    // Segments 100 to 109 are complete, 110 has two parts.
    const live = answered({});
    const probes: DeliveryProbe[] = [
      { probe: 'part-alone', exchange: refused() },
      { probe: 'too-far', exchange: refused(), asked: 119, last: 109 },
      { probe: 'garbage', exchange: refused(), query: '_HLS_msn=abc' },
      { probe: 'unknown', exchange: live.exchange, marker: 'zz' },
      { probe: 'long-past', exchange: live.exchange, asked: 95 },
      { probe: 'held', asked: { msn: 109, part: undefined }, ...answered({}, { headerAfterMs: 1800 }) },
      { probe: 'held', asked: { msn: 110, part: 1 }, ...live },
      { probe: 'held', asked: { msn: 110, part: 5 }, exchange: anAnswer({ status: 503 }), answer: undefined },
      { probe: 'past-last-part', asked: { msn: 109, part: 4 }, ...live },
      { probe: 'skip', value: 'YES', full: aLivePlaylist(), ...answered({ skipped: 4 }) },
      { probe: 'skip', value: 'v2', full: aLivePlaylist({ segments: 6 }), ...answered({ segments: 6 }) },
      hinted({ headerAfterMs: 300 }),
      { probe: 'absent-part', exchange: refused({ status: 404 }), targetDuration: 2 },
      { probe: 'ended', query: '_HLS_msn=110', ...answered({ ended: true }) },
    ];
    expect(probes.flatMap(found)).toEqual([]);
  });

  it.each<[string, DeliveryProbe, string]>([
    [
      'a part without its segment is served',
      { probe: 'part-alone', exchange: anAnswer() },
      'hls.part-needs-msn: _HLS_part=0 answered 200',
    ],
    [
      'a segment far ahead is waited for',
      { probe: 'too-far', exchange: anAnswer({ status: 503, headerAfterMs: 6000 }), asked: 119, last: 109 },
      'hls.too-far-refused: _HLS_msn=119 answered 503, the last segment is 109',
    ],
    [
      'it is refused late',
      { probe: 'too-far', exchange: refused({ headerAfterMs: 6000 }), asked: 119, last: 109 },
      'hls.too-far-refused: _HLS_msn=119 refused after 6.00 s',
    ],
    [
      'garbage is served',
      { probe: 'garbage', exchange: anAnswer(), query: '_HLS_msn=abc' },
      'hls.garbage-refused: _HLS_msn=abc answered 200',
    ],
    [
      'an unknown parameter is refused',
      { probe: 'unknown', exchange: refused(), marker: 'zz' },
      'hls.unknown-parameter-ignored: an unknown parameter answered 400',
    ],
    [
      'an unknown parameter comes back',
      { probe: 'unknown', exchange: anAnswer({ body: '1.ts?zz=marker' }), marker: 'marker' },
      "hls.parameter-not-echoed: 'marker' comes back in the playlist",
    ],
    [
      'what is past is waited for',
      { probe: 'long-past', exchange: anAnswer({ headerAfterMs: 2000 }), asked: 95 },
      'hls.past-answered-at-once: _HLS_msn=95 answered after 2.00 s',
    ],
    [
      'a reload is answered too early',
      { probe: 'held', asked: { msn: 110, part: undefined }, ...answered({}) },
      'hls.reload-held: _HLS_msn=110 answered after 0.01 s with a playlist that ends at segment 110',
    ],
    [
      'a part past the end means nothing',
      { probe: 'past-last-part', asked: { msn: 109, part: 4 }, ...answered({ parts: 0 }) },
      'hls.part-past-end-is-next: _HLS_msn=109&_HLS_part=4 answered after 0.01 s with a playlist that ends at segment 109',
    ],
    [
      'a part past the end is refused',
      { probe: 'past-last-part', asked: { msn: 109, part: 4 }, exchange: refused(), answer: undefined },
      'hls.part-past-end-is-next: _HLS_msn=109&_HLS_part=4 answered 400',
    ],
    [
      'nothing is skipped',
      { probe: 'skip', value: 'YES', full: aLivePlaylist(), ...answered({}) },
      'hls.skip-answered: _HLS_skip=YES brought all 11 segments',
    ],
    ['a hinted part is not found', hinted({ status: 404 }), 'hls.hinted-part-held: 110.2.m4s answered 404'],
    [
      'a part dribbles',
      hinted({ headerAfterMs: 10, doneAfterMs: 510 }, [
        { atMs: 20, bytes: 500 },
        { atMs: 500, bytes: 500 },
      ]),
      'hls.hinted-part-at-once: 110.2.m4s: 1000 bytes took 0.49 s, others 0.00 s',
    ],
    [
      'what cannot be is found',
      { probe: 'absent-part', exchange: anAnswer({ url: 'http://stream.test/9.m4s' }), targetDuration: 2 },
      'hls.absent-refused: 9.m4s answered 200',
    ],
    [
      'what cannot be is waited for',
      {
        probe: 'absent-part',
        exchange: refused({ status: 404, url: 'http://stream.test/9.m4s', headerAfterMs: 6000 }),
        targetDuration: 2,
      },
      'hls.absent-refused: 9.m4s answered 404 after 6.00 s',
    ],
    [
      'the end is waited for',
      { probe: 'ended', query: '_HLS_msn=110', ...answered({ ended: true }, { headerAfterMs: 6000 }) },
      'hls.ended-ignores-directives: _HLS_msn=110 answered after 6.00 s',
    ],
  ])('are found where %s', (_what, probe, expected) => {
    expect(found(probe)).toEqual([expected]);
  });

  it('are found where removed date ranges are not told', () => {
    const update = aLiveText({ skipped: 4 }).replace('CAN-SKIP-UNTIL=12', 'CAN-SKIP-UNTIL=12,CAN-SKIP-DATERANGES=YES');
    const probe: DeliveryProbe = {
      probe: 'skip',
      value: 'v2',
      full: aLivePlaylist(),
      exchange: anAnswer(),
      answer: mediaOf(update),
    };
    expect(found(probe)).toEqual(['hls.skip-v2-tells-removed: #EXT-X-SKIP:SKIPPED-SEGMENTS=4']);
  });
});

describe('a position', () => {
  it.each([
    [{ msn: 109, part: undefined }, true],
    [{ msn: 110, part: undefined }, false],
    [{ msn: 110, part: 1 }, true],
    [{ msn: 110, part: 2 }, false],
    [{ msn: 109, part: 9 }, true],
    [{ msn: 111, part: 0 }, false],
  ])('%j of a playlist that ends with part 1 of segment 110 is listed: %s', (position, listed) => {
    expect(isListed(aLivePlaylist(), position)).toBe(listed);
  });
});
