import { describe, expect, it } from 'vitest';
import type { Ask } from '../http/index.js';
import { aServer, type AnswerOptions } from '../http/testing.js';
import { Verdict } from '../verdict.js';
import { aLiveText } from './testing.js';
import { NotAStream, watchHls } from './watch-hls.js';

const PLAYLIST = {
  ...{ 'content-type': 'application/vnd.apple.mpegurl', 'cache-control': 'max-age=1' },
  ...{ 'content-encoding': 'gzip', vary: 'Accept-Encoding', 'access-control-allow-headers': 'Range' },
};
const MEDIA = { 'content-type': 'video/mp4', 'cache-control': 'max-age=3600', 'access-control-allow-headers': 'Range' };
const playlist = (body: string): AnswerOptions => ({ headers: PLAYLIST, body });

async function watched(ask: Ask, { media = 0, url = 'http://stream.test/720p/playlist.m3u8', forMs = 8000 } = {}) {
  const verdict = new Verdict();
  await watchHls({ url, ask, verdict, forMs, signal: new AbortController().signal, mediaPerRendition: media });
  return verdict;
}
const idsOf = (verdict: Verdict): string[] =>
  verdict.findings.map(({ rule }) => rule).filter((rule) => /^(hls|http)\./.test(rule));

/**
 * A live stream whose time goes by in requests: each reload that waits for something brings it about, and after `steps`
 * parts the stream ends. At first segments 100 to 109 are complete, and 110 has two of its four parts.
 */
function aLiveServer({ steps = 10, media = (path: string): string => path } = {}) {
  let step = 0;
  const edge = () => ({ msn: 110 + Math.floor((2 + step) / 4), parts: (2 + step) % 4 });
  const isListed = (msn: number, part: number): boolean =>
    edge().msn > msn || (edge().msn === msn && edge().parts > part);
  const now = (skip: boolean): AnswerOptions => {
    const segments = edge().msn - 100;
    if (step >= steps) return playlist(aLiveText({ segments, ended: true }));
    return playlist(aLiveText({ segments, parts: edge().parts, ...(skip && { skipped: segments - 6 }) }));
  };
  return aServer((path, headers) => {
    if (!path.includes('.m3u8')) return file(path, headers, media(path));
    const query = new URL(path, 'http://stream.test').searchParams;
    const [msn, part] = [query.get('_HLS_msn'), query.get('_HLS_part')];
    if (step < steps && msn !== null) {
      if (!/^\d+$/.test(msn) || !/^\d*$/.test(part ?? '') || Number(msn) > edge().msn + 1) return { status: 400 };
      // A part past the last one is the first of the next segment; a whole segment is there once its last part is.
      const wanted = Number(part ?? 3) > 3 ? [Number(msn) + 1, 0] : [Number(msn), Number(part ?? 3)];
      while (step < steps && !isListed(wanted[0]!, wanted[1]!)) step += 1;
    } else if (step < steps && part !== null) return { status: 400 };
    return now(query.has('_HLS_skip') && step < steps);
  });
}

/** A file as a good server sends it, whole or in part; names with numbers above a thousand do not exist. */
function file(path: string, { range }: Readonly<Record<string, string>>, body: string): AnswerOptions | undefined {
  if (Number(/(\d+)\.\w+$/.exec(path)?.[1] ?? 0) > 1000) return undefined;
  const first = Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? NaN);
  if (Number.isNaN(first)) return { headers: MEDIA, body };
  if (first >= body.length) return { status: 416 };
  return { status: 206, headers: { ...MEDIA, 'content-range': `bytes 0-${body.length - 1}/${body.length}` }, body };
}

describe('watching an HLS stream', () => {
  it('follows a low-latency playlist part by part to its end, and has nothing to say about a good one', async () => {
    const { ask, asked } = aLiveServer();
    const verdict = await watched(ask);
    expect(asked).toContain('GET /720p/playlist.m3u8?_HLS_msn=110&_HLS_part=2');
    expect(asked).toContain('GET /720p/playlist.m3u8?_HLS_msn=111&_HLS_part=0');
    expect(idsOf(verdict)).toEqual([]);
    expect(verdict.seen.playlists).toBeGreaterThan(9);
  });

  it('compares a segment with its parts', async () => {
    const parts = (path: string): string =>
      path.endsWith('110.m4s') ? 'WHOLE' : path.includes('.2.m4s') ? 'le' : 'part';
    const verdict = await watched(aLiveServer({ media: parts }).ask, { media: 100 });
    expect(verdict.findings.find(({ rule }) => rule === 'hls.parts-are-the-segment')).toMatchObject({
      evidence: expect.stringMatching(/^segment \d+: \d+ bytes of samples, \d+ in its 4 parts/),
    });
  });

  it('reads a stream on demand once, with all its playlists', async () => {
    const { ask, asked } = aServer((path, headers) => {
      if (path === '/playlist.m3u8') {
        return playlist(
          '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100000,AVERAGE-BANDWIDTH=90000,CODECS="mp4a.40.2"\na.m3u8\n',
        );
      }
      if (path.startsWith('/a.m3u8')) {
        return playlist(
          '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:4,\n1.aac\n#EXT-X-ENDLIST\n',
        );
      }
      const sound = file(path, headers, 'sound');
      return sound && { ...sound, headers: { ...sound.headers, 'content-type': 'audio/aac' } };
    });
    const verdict = await watched(ask, { url: 'http://stream.test/playlist.m3u8', media: 10 });
    expect(idsOf(verdict)).toEqual([]);
    expect(asked.filter((request) => request === 'GET /a.m3u8')).toHaveLength(1);
    expect(asked).toContain('GET /a.m3u8?_HLS_msn=1&_HLS_part=0&_HLS_skip=YES');
    expect(asked).toContain('GET /1.aac');
  });

  it('tells an outage once, with how long it lasted, and goes on', async () => {
    const { ask } = aLiveServer({ steps: 14 });
    let failures = 0;
    const verdict = await watched(async (url, options) => {
      const fails = url.includes('.m3u8') && (failures === 1 || (failures === 0 && url.includes('_HLS_part=3')));
      failures += fails ? 1 : 0;
      if (fails) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      return ask(url, options);
    });
    const told = verdict.findings.filter(({ rule }) => rule === 'http.unreachable');
    expect(told).toMatchObject([
      {
        severity: 'warning',
        count: 1,
        evidence: expect.stringMatching(/^ECONNREFUSED, for [01]\.\d s; then it answered again$/),
      },
    ]);
    expect(idsOf(verdict)).not.toContain('hls.segment-in-time');
  });

  it('finds a playlist that is answered before it has what was waited for', async () => {
    const { ask } = aServer((path) => (path.includes('.m3u8') ? playlist(aLiveText()) : undefined));
    const verdict = await watched(ask, { forMs: 300 });
    expect(verdict.findings.find(({ rule }) => rule === 'hls.reload-held')?.evidence).toMatch(
      /^_HLS_msn=110&_HLS_part=2 answered after 0\.\d\d s with a playlist that ends at segment 110$/,
    );
  });

  it('takes a stream that answers 410 for one that was removed', async () => {
    let requests = 0;
    const { ask } = aServer(() => {
      requests += 1;
      return requests > 1 ? { status: 410 } : playlist(aLiveText());
    });
    const verdict = await watched(ask);
    expect(verdict.findings.map(({ rule, severity, evidence }) => [rule, severity, evidence])).toEqual([
      ['hls.gone', 'note', 'answered 410, and did not come back'],
    ]);
  });

  it('follows a redirected playlist, and resolves against where it came from', async () => {
    const { ask, asked } = aServer((path) => {
      if (path === '/live.m3u8') return { status: 302, headers: { location: '/cdn/p.m3u8' } };
      if (path === '/cdn/p.m3u8')
        return playlist('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,AVERAGE-BANDWIDTH=1,CODECS="mp4a.40.2"\na.m3u8\n');
      return undefined;
    });
    const verdict = await watched(ask, { url: 'http://stream.test/live.m3u8', forMs: 300 });
    expect(asked).toContain('GET /cdn/a.m3u8');
    expect(verdict.findings.map(({ rule, url }) => [rule, url])).toContainEqual([
      'http.listed-is-there',
      'http://stream.test/cdn/a.m3u8',
    ]);
  });

  it.each<[string, AnswerOptions | undefined]>([
    ['is not there', undefined],
    ['is no playlist', { body: 'hello', headers: { 'content-type': 'text/plain' } }],
  ])('says so when the URL %s', async (_what, answer) => {
    await expect(watched(aServer(() => answer).ask)).rejects.toThrow(NotAStream);
  });
});
