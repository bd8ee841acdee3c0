import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream, untilStatus } from '../support/api.js';
import { freePort } from '../support/free-port.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

interface StreamViewers {
  viewers: {
    now: number;
    renditions: { name: string; now: number }[];
    protocols: { hls: number; dash: number };
    playback: { reporting: number; buffer_seconds: number | null; starvations: number };
  };
}

const COUNTED = "a request of nginx's log is counted";

describe("viewers, counted by nginx's log", () => {
  let server: RunningServer;
  let nginx: RunningNginx;

  beforeAll(async () => {
    const viewerLogPort = await freePort();
    server = await startServer({ env: { VIEWER_LOG_PORT: String(viewerLogPort), LOG_LEVEL: 'debug' } });
    nginx = await startNginx({
      ...{ originPort: server.port, outputDir: server.outputDir },
      values: { VIEWER_LOG: `127.0.0.1:${viewerLogPort}`, MISS_LIMIT: 'forwarded' },
    });
    await startStream(server.url, { stream_id: 'channel', source_url: 'test:?size=640x360', qualities: ['360p'] });
    await untilStatus(server.url, 'channel', 'live');
  });
  afterAll(async () => {
    await nginx?.stop();
    await server?.stop();
  });

  const viewers = async () =>
    ((await (await fetch(`${server.url}/streams/channel/viewers`)).json()) as StreamViewers).viewers;
  const watch = (path: string, client: string, headers: Record<string, string> = {}) =>
    fetch(`${nginx.url}/channel/${path}`, { headers: { 'x-forwarded-for': client, ...headers } }).then((answer) =>
      answer.text(),
    );

  it('are unique by what is behind the CDN, and told by rendition and protocol', async () => {
    for (const client of ['198.51.100.1', '198.51.100.2']) {
      await watch('playlist.m3u8', client);
      await watch('360p/playlist.m3u8', client);
      await watch('audio/playlist.m3u8', client);
    }
    await watch('manifest.mpd', '198.51.100.3');
    const seen = await until(COUNTED, async () => {
      const now = await viewers();
      return now.now === 3 && now.renditions.length === 2 && now.protocols.dash === 1 && now;
    });
    expect(seen.renditions).toEqual([
      { name: '360p', now: 2 },
      { name: 'audio', now: 2 },
    ]);
    expect(seen.protocols).toEqual({ hls: 2, dash: 1 });
  });

  it('tell how their players fare, by query and by header, even with a part that is not counted itself', async () => {
    const playlist = await watch('360p/playlist.m3u8', '198.51.100.1');
    const segment = /^\d+\.m4s$/m.exec(playlist)![0];
    const part = /URI="(\d+\.\d+\.m4s)"/.exec(playlist)![1]!;
    await watch(`360p/${segment}?CMCD=${encodeURIComponent('bl=1800,br=800,sid="one"')}`, '198.51.100.4');
    await watch(`360p/${part}`, '198.51.100.5', { 'cmcd-status': 'bs', 'cmcd-request': 'bl=0' });
    const { playback } = await until(COUNTED, async () => {
      const now = await viewers();
      return now.playback.reporting === 2 && now.playback.starvations === 1 && now;
    });
    expect(playback.buffer_seconds).toBe(1.8);
  });

  it("give nginx's own share of the answers", async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(
      /^lockstep_nginx_answers_total\{kind="segment",answered_by="disk",status_class="2xx"\} [1-9]/m,
    );
    expect(text).toMatch(
      /^lockstep_nginx_answers_total\{kind="playlist",answered_by="origin",status_class="2xx"\} [1-9]/m,
    );
    expect(text).toMatch(/^lockstep_nginx_sent_bytes_total\{kind="segment"\} [1-9]/m);
    expect(text).toMatch(/^lockstep_viewer_log_lines_total\{result="unreadable"\} 0$/m);
    expect(text).toMatch(/^lockstep_viewers\{stream="channel",rendition="360p"\} [2-9]/m);
  });
});
