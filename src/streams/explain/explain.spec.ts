import { describe, expect, it } from 'vitest';
import type { Circumstances } from './circumstances.js';
import { explain } from './explain.js';
import {
  agoMs,
  anAbsentSource,
  aRecentRung,
  aRung,
  aSource,
  circumstances,
  encoderFailed,
  encoderTooSlow,
  NOW_MS,
  rungVitals,
  theLastMinute,
  unreachable,
} from './testing.js';

const REFUSED = [
  '[tcp] Connection to tcp://media.example.com:1935 failed: Connection refused',
  'rtmp://media.example.com/…: Connection refused',
];
const explained = (changes: Partial<Circumstances> = {}) => explain(circumstances(changes));

/** What viewers see while nothing comes from the source on air. */
const absent = (step: 'repeat' | 'slate', seconds: number, changes: Partial<Circumstances> = {}) => ({
  state: 'filling' as const,
  sources: [aSource({ state: 'connecting', losses: 1, lastProblem: unreachable('exit code 1', ...REFUSED) })],
  programme: {
    ...{ step, onAir: 0, pinned: false, absentSinceMs: agoMs(seconds) },
    sinceMs: step === 'slate' ? agoMs(seconds - 3) : agoMs(seconds),
  },
  ...changes,
});

describe('a stream that is fine', () => {
  it('is said to be, with what viewers see and how long after', () => {
    const { summary, advice, ffmpeg } = explained();
    expect(summary).toEqual([
      'Everything is fine: viewers see the source rtmp://media.example.com/… (1280x720, 30 fps, h264; aac, stereo, 48 kHz) in 720p and 480p, about 1.4 s after it arrives here.',
    ]);
    expect([advice, ffmpeg]).toEqual([[], []]);
  });

  it('tells when its media arrives, how fast it encodes, and how soon parts are out', () => {
    const { sources, rungs, programme } = explained();
    expect(sources).toMatchObject([
      { index: 0, on_air: true, arrival: { video_ms: -20, audio_ms: -10, allowance_ms: 100 }, last_problem: null },
    ]);
    expect(sources[0]!.verdict).toBe(
      'It delivers since 02:00:00 UTC, and its media arrives 20 ms after its house time (up to 100 ms after it is allowed).',
    );
    expect(rungs.map(({ name, speed, verdict }) => [name, speed, verdict])).toEqual([
      ['720p', 7.1, 'It keeps up, 7.1 times as fast as real time; half of its parts are out 28 ms after their end.'],
      ['480p', 7.1, 'It keeps up, 7.1 times as fast as real time; half of its parts are out 28 ms after their end.'],
      ['audio', 3.2, 'It keeps up, 3.2 times as fast as real time; half of its parts are out 28 ms after their end.'],
    ]);
    expect(rungs[0]!.publish_delays[0]).toEqual({ up_to_ms: 50, parts: 160 });
    expect(programme).toMatchObject({ step: 'source', next: [] });
  });
});

describe('a stream that begins', () => {
  const beginning: Partial<Circumstances> = {
    ...{ state: 'starting', changedAtMs: agoMs(2), plan: undefined, rungs: [], vitals: undefined },
    programme: { step: 'repeat', onAir: 0, pinned: false, sinceMs: agoMs(2), absentSinceMs: agoMs(2) },
    recent: theLastMinute({ seconds: 2, playedSeconds: 0, rungs: [] }),
  };

  it('is just starting while its source is being opened', () => {
    const { summary, advice, latency } = explained({ ...beginning, sources: [anAbsentSource()] });
    expect(summary).toEqual([
      'The stream is just starting: the source rtmp://media.example.com/… is being opened for 2 s, and players that ask are held for a moment.',
    ]);
    expect([advice, latency.total_ms]).toEqual([[], null]);
  });

  it('is just starting while its first segment is made', () => {
    const { summary, advice } = explained({ ...beginning, plan: circumstances().plan });
    expect(summary[0]).toContain('the source rtmp://media.example.com/… is known and its first segment is being made');
    expect(advice).toEqual([]);
  });

  it('waits for its publisher, where it is a listener', () => {
    const sources = [anAbsentSource({ url: 'rtmp://0.0.0.0:1935/…', waits: true })];
    const { summary, advice } = explained({ ...beginning, sources, changedAtMs: agoMs(600) });
    expect(summary).toEqual([
      'The stream waits for its publisher since 02:50:00 UTC: nobody has sent anything to rtmp://0.0.0.0:1935/… yet, so viewers have nothing to play.',
    ]);
    expect(advice).toEqual([
      'Start the publisher, and let it send to rtmp://0.0.0.0:1935/… under the name or key of the source URL.',
    ]);
  });

  it('says why its source never came', () => {
    const lastProblem = unreachable('exit code 1', ...REFUSED);
    const sources = [anAbsentSource({ lastProblem })];
    const { summary, advice, ffmpeg } = explained({ ...beginning, sources, changedAtMs: agoMs(40) });
    expect(summary).toEqual([
      'The source rtmp://media.example.com/… could not be opened since the stream was started 40 s ago (nothing accepts connections at that address and port), so viewers have nothing to play; it is tried again and again.',
    ]);
    expect(advice).toEqual([
      'Start the sender or the server it connects to; check host and port, and firewalls on the way.',
    ]);
    expect(ffmpeg.map(({ about, meaning }) => [about, meaning])).toEqual([
      ['source 0', 'Nothing accepts connections at that address and port.'],
      ['source 0', 'Nothing accepts connections at that address and port.'],
    ]);
  });
});

describe('a source that is away', () => {
  it('leaves its last picture for a moment, and the slate is announced', () => {
    const { summary, programme } = explained(absent('repeat', 1.5));
    expect(summary).toEqual([
      'The source rtmp://media.example.com/… has sent nothing for 1.5 s (nothing accepts connections at that address and port), so viewers see its last picture since 02:59:58 UTC; the slate follows in 1.5 s.',
    ]);
    expect(programme.next).toEqual([{ what: 'slate', at: Math.round(NOW_MS / 1000 + 1.5), in_seconds: 1.5 }]);
  });

  it('is replaced by the slate, and there is something to do', () => {
    const { summary, advice, programme, sources } = explained(absent('slate', 12));
    expect(summary).toEqual([
      'The source rtmp://media.example.com/… has sent nothing for 12 s (nothing accepts connections at that address and port), so viewers see the slate since 02:59:51 UTC.',
    ]);
    expect(advice).toHaveLength(1);
    expect(programme.next).toEqual([]);
    expect(sources[0]!.arrival).toBeNull();
  });

  it('tells when the next source is tried, and when the stream is given up', () => {
    const backup = anAbsentSource({ url: 'srt://b.example.com:9000', state: 'closed' });
    const away = absent('slate', 3.5);
    const { summary } = explained({
      ...away,
      sources: [...away.sources, backup],
      onLoss: { slateAfter: 3, nextSourceAfter: 5, giveUpAfter: 60, failBackAfter: 10 },
    });
    expect(summary[0]).toMatch(
      /^Source 0 \(rtmp:.*; source 1 is tried in 1\.5 s and the stream is given up in 57 s\.$/,
    );
  });

  it('that nothing comes of any more is told from one that is gone', () => {
    const sources = [aSource({ state: 'lost', lastProblem: unreachable('no data for 10 s') })];
    const { summary, advice } = explained(absent('slate', 14, { sources }));
    expect(summary[0]).toContain('(it was connected or being opened, and sent nothing for 10 s)');
    expect(advice[0]).toContain('SOURCE_TIMEOUT');
  });

  it('is stood in for by the backup, and takes over again after a while', () => {
    const preferred = aSource({ state: 'connecting', losses: 1, lastProblem: unreachable('exit code 1', ...REFUSED) });
    const backup = aSource({ url: 'srt://b.example.com:9000', sinceMs: agoMs(20) });
    const onBackup: Partial<Circumstances> = {
      programme: { step: 'backup', onAir: 1, pinned: false, sinceMs: agoMs(15) },
      recent: theLastMinute({ losses: [1, 0] }),
    };
    expect(explained({ ...onBackup, sources: [preferred, backup] }).summary).toEqual([
      'Source 0 (rtmp://media.example.com/…) is away (nothing accepts connections at that address and port), so viewers see source 1 (srt://b.example.com:9000) since 02:59:45 UTC; it takes over again once it has delivered for 10 s.',
    ]);
    const back = explained({ ...onBackup, sources: [aSource({ sinceMs: agoMs(4) }), backup] });
    expect(back.summary[0]).toContain('was away, so viewers see source 1');
    expect(back.summary[0]).toContain('it delivers again and takes over in 6 s');
    expect(back.programme.next).toEqual([{ what: 'fail-back', at: NOW_MS / 1000 + 6, in_seconds: 6 }]);
  });

  it('is no loss when an operator asked for the other one', () => {
    const { summary, advice } = explained({
      sources: [aSource(), aSource({ url: 'srt://b.example.com:9000' })],
      programme: { step: 'backup', onAir: 1, pinned: true, sinceMs: agoMs(15) },
    });
    expect(summary[0]).toContain('because an operator asked for it');
    expect(advice[0]).toContain('POST /streams/camera/source with {"index": null}');
  });

  it('is waited for, where its publisher connects to us', () => {
    const sources = [aSource({ waits: true, state: 'connecting', lastProblem: unreachable('the source ended') })];
    const { advice, summary } = explained(absent('slate', 12, { sources }));
    expect(summary[0]).toContain('(the sender ended the stream)');
    expect(advice).toEqual(['Start the publisher of rtmp://media.example.com/… again: this server waits for it.']);
  });
});

describe('a rung', () => {
  const killed = { problem: encoderFailed('480p', 'ended by SIGKILL'), atMs: agoMs(1) };

  it('whose encoder is gone is being started again, and the others go on', () => {
    const { summary, advice, rungs } = explained({
      state: 'degraded',
      rungs: [aRung('720p'), aRung('480p', { state: 'down', restarts: 1 }), aRung('audio')],
      recent: theLastMinute({
        rungs: [aRecentRung('720p'), aRecentRung('480p', { restarts: 1, problem: killed }), aRecentRung('audio')],
      }),
    });
    expect(summary).toEqual([
      'The encoder of 480p is gone: it was killed by SIGKILL; it is being started again, and its viewers have a gap until the segment after; 720p and audio go on undisturbed.',
    ]);
    expect(advice).toEqual([]);
    expect(rungs[1]!.verdict).toBe('Its encoder is being started again: it was killed by SIGKILL.');
  });

  it('that was replaced once says what it cost', () => {
    const { summary } = explained({
      rungs: [aRung('720p'), aRung('480p', { restarts: 1 }), aRung('audio')],
      recent: theLastMinute({
        rungs: [aRecentRung('720p'), aRecentRung('480p', { restarts: 1, gaps: 9, problem: killed })],
      }),
    });
    expect(summary).toEqual([
      'The encoder of 480p was replaced once in the last 60 s and runs again: it was killed by SIGKILL; its viewers had 9 parts missing.',
    ]);
  });

  it('whose encoder hangs is told from one that died', () => {
    const hung = { problem: encoderFailed('480p', 'hung: no output for 3 s'), atMs: agoMs(1) };
    const { summary } = explained({
      state: 'degraded',
      rungs: [aRung('720p'), aRung('480p', { state: 'down', restarts: 1 })],
      recent: theLastMinute({ rungs: [aRecentRung('480p', { restarts: 1, problem: hung })] }),
    });
    expect(summary[0]).toContain('is gone: it was alive but gave out nothing for 3 s;');
  });

  it('that is replaced again and again has a cause and a remedy', () => {
    const said = '[libx264] [error] malloc of size 6391168 failed';
    const problem = { problem: encoderFailed('720p', 'exit code 1', said), atMs: agoMs(2) };
    const { summary, advice, ffmpeg } = explained({
      rungs: [aRung('720p', { restarts: 12 }), aRung('480p'), aRung('audio')],
      recent: theLastMinute({ rungs: [aRecentRung('720p', { restarts: 7, gaps: 60, problem })] }),
    });
    expect(summary[0]).toMatch(/^The encoder of 720p was replaced 7 times in the last 60 s: it got no more memory/);
    expect(advice[0]).toContain('free -m');
    expect(ffmpeg).toMatchObject([{ about: 'rung 720p', said }]);
  });

  it('that is too slow is told apart from its siblings', () => {
    const { summary, advice, rungs } = explained({
      vitals: {
        ...circumstances().vitals!,
        rungs: [rungVitals('720p', { queuedUnits: 30, encodeMs: 1500 }), rungVitals('480p'), rungVitals('audio')],
      },
    });
    expect(summary).toEqual([
      '720p cannot be encoded as fast as pictures come (0.7 times real time): 30 pictures wait for its encoder; 480p and audio go on undisturbed.',
    ]);
    expect(advice[0]).toContain('ENCODER_PRESET');
    expect(rungs[0]!.speed).toBe(0.7);
  });

  it('that sheds segments again and again, because it is too slow, is told from one that crashes', () => {
    const problem = { problem: encoderTooSlow('720p'), atMs: agoMs(2) };
    const { summary } = explained({
      rungs: [aRung('720p', { restarts: 4 }), aRung('480p'), aRung('audio')],
      recent: theLastMinute({ rungs: [aRecentRung('720p', { restarts: 4, gaps: 24, problem })] }),
    });
    expect(summary).toEqual([
      '720p cannot be encoded as fast as pictures come, and 24 parts of it became gaps; 480p and audio go on undisturbed.',
    ]);
  });

  it('whose parts come out late is named', () => {
    const late = [0, 0, 0, 0, 0, 0, 100, 80, 0];
    const { summary } = explained({
      recent: theLastMinute({ rungs: [aRecentRung('720p', { publishDelays: late }), aRecentRung('480p')] }),
    });
    expect(summary).toEqual([
      expect.stringMatching(/^Parts of 720p come out late \(one in twenty more than 1888 ms after/),
    ]);
  });
});

describe('what is around a stream', () => {
  it('is the machine, when every quality is slow', () => {
    const slow = { queuedUnits: 25, encodeMs: 1400 };
    const { summary, advice } = explained({
      vitals: {
        ...circumstances().vitals!,
        rungs: [rungVitals('720p', slow), rungVitals('480p', slow), rungVitals('audio')],
      },
      machine: { cores: 2, loadAverage: 7.3, streamCores: 1.2, committedCores: 2.9 },
      recent: theLastMinute({ rungs: [aRecentRung('720p', { gaps: 12 }), aRecentRung('480p')] }),
    });
    expect(summary).toEqual([
      'The machine is overloaded (load 7.3 on 2 cores; this stream is expected to need 1.2 cores and the other streams 1.7), so every quality falls behind and 12 parts became gaps in the last 60 s.',
    ]);
    expect(advice).toHaveLength(2);
  });

  it('is a full disk, before anything else', () => {
    const full = { code: 'disk-full', facts: { free: 1 }, detail: '' } as const;
    const { summary, advice } = explained({
      ...absent('slate', 20),
      refused: { sinceMs: agoMs(30), problem: full },
      disk: { freeBytes: 255e6, reserveBytes: 256e6, fullInSeconds: 0 },
    });
    expect(summary[0]).toBe(
      'The disk is full but for its reserve (255 MB free, 256 MB kept free), so no media is written since 02:59:30 UTC and viewers have a gap.',
    );
    expect(summary).toHaveLength(2);
    expect(advice[0]).toContain('320 MB are free');
  });

  it('is a disk that cannot be written', () => {
    const refused = { code: 'output-not-writable', facts: { reason: 'EROFS' }, detail: '' } as const;
    const { summary } = explained({ refused: { sinceMs: agoMs(5), problem: refused } });
    expect(summary[0]).toBe(
      'The disk takes no media since 02:59:55 UTC (segments cannot be written: EROFS), so viewers have a gap.',
    );
  });

  it('is a disk that will be full soon', () => {
    const { summary } = explained({ disk: { freeBytes: 2e9, reserveBytes: 256e6, fullInSeconds: 540 } });
    expect(summary[0]).toContain('The disk will be full in 9 min at the rate of the last minutes (2.0 GB free)');
  });

  it('is a path that became too slow for the allowance', () => {
    const { summary, advice } = explained({
      vitals: { ...circumstances().vitals!, leadMs: { video: -140, audio: -130 } },
      recent: theLastMinute({ filledVideo: 90 }),
    });
    expect(summary).toEqual([
      'Media of the source rtmp://media.example.com/… arrives later than the 100 ms that are allowed, now 140 ms after its time, so 90 pictures of the last 60 s repeat the one before.',
    ]);
    expect(advice[0]).toContain('PLAYOUT_JITTER=0.3');
  });

  it('is a clock that drifts, with nothing that has to be done', () => {
    const { summary, advice } = explained({ recent: theLastMinute({ anchorMoves: 4 }) });
    expect(summary[0]).toContain('does not run at the pace of ours');
    expect(summary[0]).toContain('moved 4 times in the last 60 s');
    expect(advice[0]).toContain('Nothing has to be done');
  });

  it('is no late source, when pictures were filled because it was away', () => {
    expect(explained({ recent: theLastMinute({ filledVideo: 90, losses: [1] }) }).summary[0]).toMatch(/^Everything/);
  });

  it('is nobody who asks after it, a minute ahead', () => {
    const stale = { afterSeconds: 600, atMs: NOW_MS + 45_000 };
    const { summary, advice } = explained({ stale });
    expect(summary).toEqual(['Nobody has sent a heartbeat for 9 min, so the stream is ended as stale in 45 s.']);
    expect(advice[0]).toContain('lockstep monitor camera');
    expect(explained({ stale: { ...stale, atMs: NOW_MS + 61_000 } }).summary[0]).toMatch(/^Everything is fine/);
  });
});

describe('a stream that is over', () => {
  it.each([
    ['requested', 'somebody asked for it', 0],
    ['stale', 'nobody had sent a heartbeat for 10 min', 1],
    ['source-ended', 'its source rtmp://media.example.com/… came to its end', 0],
  ] as const)('because of %s says so', (reason, words, advices) => {
    const stale = { afterSeconds: 600, atMs: NOW_MS };
    const { summary, advice } = explained({ state: 'ended', reason, stale, changedAtMs: agoMs(90) });
    expect(summary).toEqual([expect.stringContaining(`The stream ended at 02:58:30 UTC: ${words}`)]);
    expect(advice).toHaveLength(advices);
  });

  it('as failed says why and what to do', () => {
    const { summary, advice } = explained({
      ...{ state: 'failed', changedAtMs: agoMs(86_400) },
      lastProblem: { code: 'source-without-picture', facts: { audio: 'aac' }, detail: '' },
    });
    expect(summary).toEqual(['The stream failed at 2025-12-31 03:00:00 UTC: the source has no picture.']);
    expect(advice[0]).toContain('sound alone with the quality audio');
  });

  it('as given up says for how long nothing came, and why', () => {
    const { summary, advice } = explained({
      ...{ state: 'failed', changedAtMs: agoMs(10) },
      sources: [aSource({ state: 'closed', lastProblem: unreachable('exit code 1', ...REFUSED) })],
      lastProblem: { code: 'source-given-up', facts: { seconds: 60 }, detail: '' },
    });
    expect(summary).toEqual([
      'The stream was given up at 02:59:50 UTC, because no source had sent anything for 60 s (give_up_after): nothing accepts connections at that address and port.',
    ]);
    expect(advice).toHaveLength(2);
  });
});

describe('however much is wrong', () => {
  it('no more than five sentences are said, none of them twice', () => {
    const problem = { problem: encoderFailed('720p', 'ended by SIGKILL'), atMs: agoMs(1) };
    const names = ['1080p', '720p', '540p', '480p', '360p', '240p'];
    const { summary, advice } = explained({
      ...absent('slate', 20),
      rungs: names.map((name) => aRung(name, { state: 'down', restarts: 9 })),
      recent: theLastMinute({ rungs: names.map((name) => aRecentRung(name, { restarts: 9, problem })) }),
      refused: { sinceMs: agoMs(30), problem: undefined },
      stale: { afterSeconds: 600, atMs: NOW_MS },
    });
    expect(summary).toHaveLength(5);
    expect(new Set(advice).size).toBe(advice.length);
  });
});
