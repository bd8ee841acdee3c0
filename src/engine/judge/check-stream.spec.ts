import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkStream, NotAStream, type Progress } from './index.js';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(files: Readonly<Record<string, string>>): Promise<string> {
  server = createServer((request, response) => {
    const body = files[request.url!.split('?')[0]!];
    response.setHeader('access-control-allow-origin', '*');
    if (body === undefined) response.writeHead(404).end();
    else response.end(body);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const VOD = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:5,\n1.ts\n#EXT-X-ENDLIST\n';

describe('checking a stream', () => {
  it('knows a playlist by its first line, whatever it is called, and tells how far it is', async () => {
    const url = `${await serve({ '/live': VOD })}/live`;
    const told: Progress[] = [];
    const verdict = await checkStream({
      url,
      seconds: 5,
      media: 'none',
      onProgress: (progress) => told.push(progress),
    });
    expect(verdict.findings.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['hls.target-duration-fits', 'http.playlist-identified']),
    );
    expect(verdict.exitCode).toBe(2);
    expect(verdict.seen.playlists).toBeGreaterThan(0);
    expect(told.at(-1)!.verdict).toBe(verdict);
  });

  it('ends early when it is told to', async () => {
    const live = VOD.replace('#EXT-X-PLAYLIST-TYPE:VOD\n', '')
      .replace('#EXT-X-ENDLIST\n', '')
      .replace('EXTINF:5', 'EXTINF:4');
    const url = `${await serve({ '/live.m3u8': live })}/live.m3u8`;
    const stop = new AbortController();
    const startedAt = performance.now();
    await checkStream({ url, seconds: 60, media: 'none', signal: stop.signal, onProgress: () => stop.abort() });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it.each([
    ['nothing is there', '/nowhere', /answered 404/],
    ['something else is there', '/page', /neither a playlist nor an MPD/],
  ])('says so where %s', async (_what, path, reason) => {
    const url = `${await serve({ '/page': '<html></html>' })}${path}`;
    const checked = checkStream({ url, seconds: 1, media: 'none' });
    await expect(checked).rejects.toThrow(NotAStream);
    await expect(checked).rejects.toThrow(reason);
  });

  it('says so where nobody answers', async () => {
    await expect(checkStream({ url: 'http://127.0.0.1:1/p.m3u8', seconds: 1, media: 'none' })).rejects.toThrow(
      /did not answer/,
    );
  });
});
