/** The load generator against a real stream through a real nginx: what it reports must be what there is. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStream, untilStatus } from '../support/api.js';
import { startNginx, type RunningNginx } from '../support/nginx.js';
import { startServer, type RunningServer } from '../support/server.js';

const SCRIPT = fileURLToPath(new URL('../../scripts/load.mjs', import.meta.url));
const VIEWERS = 50;

interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const load = (...args: string[]): Promise<Finished> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [SCRIPT, ...args], { timeout: 60_000 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });

describe('npm run load', () => {
  let server: RunningServer;
  let nginx: RunningNginx;

  beforeAll(async () => {
    server = await startServer();
    nginx = await startNginx({ originPort: server.port, outputDir: server.outputDir });
    await startStream(server.url, { stream_id: 'busy', source_url: 'test:?size=426x240', qualities: ['240p'] });
    await untilStatus(server.url, 'busy', 'live');
  });

  afterAll(async () => {
    await nginx?.stop();
    await server?.stop();
  });

  it.each([
    ['low-latency HLS', 'playlist.m3u8', 'll', 6],
    ['HLS by players that know nothing of low latency', 'playlist.m3u8', 'classic', 12],
    ['low-latency DASH', 'manifest.mpd', 'll', 10],
  ])('plays %s to fifty viewers', async (_, manifest, mode, furthestSeconds) => {
    const { stdout, stderr } = await load(
      ...['--url', `${nginx.url}/busy/${manifest}`, '--viewers', `${VIEWERS}`, '--seconds', '10', '--ramp', '2'],
      ...['--mode', mode, '--json'],
    );
    const report = JSON.parse(stdout || `"${stderr}"`);
    expect(report).toMatchObject({ errors: {}, viewers: { joined: VIEWERS, playingPeak: VIEWERS } });
    // Two tracks, and at least three segments or their parts of each.
    expect(report.requests.media).toBeGreaterThan(VIEWERS * 2 * 3);
    expect(report.requests.byStatus['2xx'] + report.requests.byStatus['3xx']).toBe(report.requests.total);
    expect(report.liveOffsetMs.p50).toBeGreaterThan(200);
    expect(report.liveOffsetMs.p50).toBeLessThan(furthestSeconds * 1000);
    if (mode === 'll' && manifest === 'playlist.m3u8') {
      // Both tracks wake everybody with every part: three parts a second, for most of ten seconds.
      expect(report.wakeMs.count).toBeGreaterThan(VIEWERS * 2 * 15);
      expect(report.hintedPartWakeMs.count).toBeGreaterThan(100);
      expect(report.publicationMs.p50).toBeGreaterThan(0);
    }
  });

  it('says at once that there is no such stream', async () => {
    const { code, stderr } = await load('--url', `${nginx.url}/nobody/playlist.m3u8`);
    expect([code, stderr]).toEqual([1, expect.stringContaining('/nobody/playlist.m3u8 answered 404')]);
  });

  it('refuses to load a machine that is not this one', async () => {
    const { code, stderr } = await load('--url', 'http://192.0.2.1/live.m3u8');
    expect([code, stderr]).toEqual([2, expect.stringContaining('192.0.2.1 is not this machine')]);
  });
});
