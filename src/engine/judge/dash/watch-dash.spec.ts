import { describe, expect, it } from 'vitest';
import { NotAStream } from '../hls/index.js';
import { Verdict, type Finding } from '../verdict.js';
import { PretendServer, VirtualTime, type Faults } from './testing.js';
import { watchDash } from './watch-dash.js';

interface Watched {
  readonly verdict: Verdict;
  readonly asked: readonly string[];
}

async function watch(faults: Faults = {}, seconds = 21, mediaPerRendition?: number): Promise<Watched> {
  const time = new VirtualTime();
  const server = new PretendServer(time, faults);
  const verdict = new Verdict();
  const watching = watchDash(
    {
      ...{ url: 'http://stream.test/demo/manifest.mpd', ask: server.ask, verdict, forMs: seconds * 1000 },
      signal: new AbortController().signal,
      ...(mediaPerRendition !== undefined && { mediaPerRendition }),
    },
    time,
  );
  await time.run(watching);
  return { verdict, asked: server.asked };
}

const found = ({ verdict }: Watched): string[] => verdict.findings.map(({ rule }) => rule);
const finding = ({ verdict }: Watched, rule: string): Finding | undefined =>
  verdict.findings.find((one) => one.rule === rule);

describe('watching a low-latency stream', () => {
  it('asks for every segment the moment it is available, and finds nothing wrong with a good server', async () => {
    const watched = await watch();
    expect(watched.verdict.findings).toEqual([]);
    const segments = watched.asked.filter((one) => /^GET .*\.m4s$/.test(one));
    expect(new Set(segments).size).toBeGreaterThanOrEqual(9);
    expect(watched.verdict.seen).toMatchObject({ manifests: 11 });
    expect(watched.verdict.seen.media).toBeGreaterThan(10);
  });

  it('reads the MPD only, when no media are wanted', async () => {
    const watched = await watch({}, 21, 0);
    expect(watched.asked.filter((one) => one.includes('36p'))).toEqual([]);
    expect(found(watched)).toEqual([]);
  });

  it('fetches no more media than wanted', async () => {
    const watched = await watch({}, 21, 2);
    expect(new Set(watched.asked.filter((one) => /^GET .*\.m4s$/.test(one))).size).toBe(2);
    expect(found(watched)).toEqual([]);
  });

  it('says so when a segment is promised before it is there', async () => {
    const watched = await watch({ wholeOnly: true });
    expect(finding(watched, 'dash.available-on-time')?.evidence).toMatch(/^segment \d+ answered 404, 0\.00\d s after/);
    expect(found(watched)).not.toContain('http.listed-is-there');
  });

  it('says so when the first chunk comes late', async () => {
    const watched = await watch({ lateMs: 900 });
    expect(finding(watched, 'dash.first-chunk-on-time')?.evidence).toMatch(/: 0\.8\d* s late, chunks of 0\.5 s$/);
  });

  it('bears with a chunk that is a little late', async () => {
    expect(found(await watch({ lateMs: 300 }))).toEqual([]);
  });

  it('says so when chunks are kept back until the segment is whole', async () => {
    const watched = await watch({ keptBack: true });
    expect(found(watched)).toContain('dash.first-chunk-on-time');
  });

  it('says so when a chunk comes in pieces', async () => {
    const watched = await watch({ torn: true });
    expect(finding(watched, 'dash.whole-chunks')?.evidence).toMatch(/300 ms of pause at byte \d+, within a chunk$/);
  });

  it('says so when the finished file is another than what was sent in progress', async () => {
    expect(found(await watch({ otherBytes: true }))).toContain('dash.same-bytes');
  });

  it('says so when a segment is cut off, and does not judge what is missing', async () => {
    expect(found(await watch({ cut: true }))).toEqual(['http.whole']);
  });

  it('notes a server that does not hold the segment one ahead', async () => {
    expect(found(await watch({ refusesOneAhead: true }))).toEqual(['dash.one-ahead-held']);
  });

  it('says so when a segment of the far future is there already', async () => {
    expect(found(await watch({ servesTheFuture: true }))).toEqual(['dash.far-ahead-absent']);
  });

  it('says so when the offset leaves no time for a chunk, as chunks are', async () => {
    const watched = await watch({ offset: 1.7 });
    expect(found(watched)).toContain('dash.offset-leaves-its-chunk');
    expect(found(watched)).toContain('dash.offset-leaves-a-chunk');
  });

  it('says so when media are far from where their numbers say', async () => {
    const watched = await watch({ shiftSeconds: 1.5 });
    expect(finding(watched, 'dash.nominal-start')?.evidence).toMatch(/nominally at \d+ s, really at \d+\.5 s$/);
  });

  it('says so when the codec is not the one that is there', async () => {
    expect(found(await watch({ codecs: 'hvc1.1.6.L93.B0' }))).toContain('dash.codec-of-media');
    expect(found(await watch({ codecs: 'avc1.640028' }))).toContain('dash.codec-exact');
  });

  it('says so when segments are longer than the longest', async () => {
    expect(found(await watch({ attributes: { maxSegmentDuration: 'PT1.9S' } }))).toContain('dash.within-maximum');
  });

  it('follows the stream to its end, and does not miss what was never promised', async () => {
    const watched = await watch({ endsAfterSeconds: 9 }, 60);
    expect(found(watched)).toEqual([]);
    expect(watched.asked.filter((one) => one.includes('.mpd')).length).toBeLessThan(12);
  });

  it('asks a little later where the clock tells whole seconds only, and notes it', async () => {
    expect(found(await watch({ wholeSeconds: true }))).toEqual(['dash.clock-milliseconds']);
  });

  it('says so when the clock tells no time, an old one, or may be cached', async () => {
    expect(found(await watch({ clock: 'noon' }))).toContain('dash.clock-answers');
    expect(found(await watch({ clockHeaders: { 'cache-control': 'max-age=5' } }))).toContain('dash.clock-not-kept');
    expect(found(await watch({ clock: '2026-03-01T11:59:50.000Z' }))).toContain('dash.clock-agrees');
  });
});

describe('watching a SegmentTimeline', () => {
  it('fetches what each version adds', async () => {
    const watched = await watch({ addressing: 'timeline' });
    expect(watched.verdict.findings).toEqual([]);
    const segments = watched.asked.filter((one) => /^GET .*\.m4s$/.test(one));
    expect(new Set(segments).size).toBe(12);
  });

  it('says so when the list stands still', async () => {
    const watched = await watch({ addressing: 'timeline', standsStill: true }, 30);
    expect(finding(watched, 'dash.edge-moves')?.evidence).toMatch(/ended \d+(\.\d+)? s ago, 9 s at most$/);
  });

  it('says so when media are not at the time that is listed', async () => {
    expect(found(await watch({ addressing: 'timeline', shiftSeconds: 0.5 }))).toContain('media.starts-as-announced');
  });
});

describe('watching what has ended', () => {
  it('walks all segments of a static MPD once', async () => {
    const watched = await watch({ endsAfterSeconds: 0, addressing: 'timeline' }, 60);
    expect(found(watched)).toEqual([]);
    expect(new Set(watched.asked.filter((one) => /^GET .*\.m4s$/.test(one))).size).toBe(6);
  });
});

describe('watching what is not there', () => {
  it('does not ask for all the segments of a presentation that has none', async () => {
    const watched = await watch({ endsAfterSeconds: 0, empty: true }, 60);
    expect(found(watched)).toEqual(['http.listed-is-there']);
    expect(watched.asked.filter((one) => /^GET .*\.m4s$/.test(one))).toHaveLength(3);
  });
});

describe('watching what is no stream', () => {
  it('gives up when nothing answers', async () => {
    const time = new VirtualTime();
    const watching = watchDash(
      {
        ...{ url: 'http://stream.test/none.mpd', verdict: new Verdict(), forMs: 1000 },
        ask: () => Promise.reject(new Error('connect ECONNREFUSED')),
        signal: new AbortController().signal,
      },
      time,
    );
    await expect(time.run(watching)).rejects.toThrow(NotAStream);
  });
});
