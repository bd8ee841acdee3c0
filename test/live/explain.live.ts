/** What an operator is told when real streams break, and what the ffmpeg of this machine is understood to say. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FfmpegProcess } from '../../src/engine/ffmpeg/index.js';
import type { ExplanationDto } from '../../src/streams/explain/index.js';
import { causeOf } from '../../src/streams/explain/ffmpeg-complaints.js';
import { startStream, untilStatus } from '../support/api.js';
import { freePort } from '../support/free-port.js';
import { publish } from '../support/publisher.js';
import { ffmpegChildren, startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const KEY = 'k3y-of-camera';

describe('a stream whose parts are broken one by one', () => {
  let server: RunningServer;
  let target: string;
  let camera: FfmpegProcess | undefined;

  const explained = async (): Promise<ExplanationDto> =>
    (await (await fetch(`${server.url}/streams/camera/explain`)).json()) as ExplanationDto;
  const untilTold = (what: string, told: (explanation: ExplanationDto) => boolean): Promise<ExplanationDto> =>
    until(what, async () => {
      const explanation = await explained();
      return told(explanation) && explanation;
    });
  const untilSaid = (words: RegExp) =>
    untilTold(`it is said: ${String(words)}`, ({ summary }) => summary.some((sentence) => words.test(sentence)));

  beforeAll(async () => {
    server = await startServer();
    target = `rtmp://127.0.0.1:${await freePort()}/live/${KEY}`;
    const source_url = `${target}?listen=1`;
    await startStream(server.url, { stream_id: 'camera', source_url, qualities: ['360p', '240p'] });
  });

  afterAll(async () => {
    camera?.kill();
    await server?.stop();
  });

  it('waits for its publisher, at first', async () => {
    const { summary, advice } = await untilSaid(/waits for its publisher/);
    expect(summary).toHaveLength(1);
    expect(advice[0]).toMatch(/^Start the publisher, and let it send to rtmp:\/\/127\.0\.0\.1:\d+/);
  });

  it('is fine, once it came: with what the source is, how fast each rung is, and where the time goes', async () => {
    await comes();
    await untilStatus(server.url, 'camera', 'live');
    const { summary, advice, sources, rungs, latency } = await untilTold(
      'all is fine and measured',
      (explanation) =>
        explanation.summary[0]!.startsWith('Everything is fine') &&
        explanation.rungs.every(({ publish_delay_median_ms }) => publish_delay_median_ms !== null),
    );
    expect(summary[0]).toMatch(/\(640x360, 30 fps, h264; aac, stereo, 48 kHz\) in 360p and 240p, about 1\.\d s after/);
    expect(advice).toEqual([]);
    expect(sources[0]).toMatchObject({ state: 'up', on_air: true, arrival: { allowance_ms: 100 } });
    for (const { speed } of rungs) expect(speed).toBeGreaterThan(1);
    expect(latency.slowest).toBe('player');
    expect(latency.total_ms).toBeGreaterThan(1_300);
    expect(latency.total_ms).toBeLessThan(3_000);
  });

  it('tells that an encoder was killed, and that its siblings go on', async () => {
    process.kill(await encoderOf('240p'), 'SIGKILL');
    const { summary } = await untilSaid(/The encoder of 240p .*it was killed by SIGKILL/);
    expect(summary.join()).not.toMatch(/encoder of (360p|audio)/);
    await untilSaid(/The encoder of 240p was replaced once .* and runs again/);
  });

  it('tells that an encoder hangs', async () => {
    process.kill(await encoderOf('360p'), 'SIGSTOP');
    const { advice } = await untilSaid(/The encoder of 360p .*(gave out nothing for [\d.]+ s|or not at all)/);
    expect(advice.join()).not.toMatch(/undefined/);
  });

  it('tells that its source is gone, what viewers see, and what to do', async () => {
    camera!.kill();
    await untilSaid(/so viewers see its last picture since .*; the slate follows in/);
    const { advice, sources } = await untilSaid(/has sent nothing for \d.* so viewers see the slate since/);
    expect(advice[0]).toMatch(/^Start the publisher of rtmp:.* again: this server waits for it\.$/);
    expect(sources[0]).toMatchObject({ losses: 1, arrival: null });
  });

  it('tells the same on the command line, and nowhere the key of the source', async () => {
    const text = execFileSync(process.execPath, [CLI, '--server', server.url, 'explain', 'camera'], {
      encoding: 'utf8',
    });
    expect(text).toMatch(/^camera: filling\n/);
    expect(text).toMatch(/What to do\n {2}- Start the publisher/);
    expect(JSON.stringify(await explained()) + text).not.toContain(KEY);
  });

  it('is fine again when the source is back', async () => {
    await comes();
    await untilTold('viewers see the source', ({ programme }) => programme.step === 'source');
    const { summary } = await explained();
    expect(summary.join()).not.toMatch(/has sent nothing/);
  });

  /** A publisher that is turned away, because nobody listens yet, comes again. */
  const comes = () =>
    until('the publisher is let in', async () => {
      if (!camera?.alive) camera = publish({ target, size: '640x360' });
      return (await explained()).sources[0]!.state === 'up';
    });

  async function encoderOf(rendition: string): Promise<number> {
    const height = rendition.slice(0, -1);
    const children = await ffmpegChildren(server.outputDir);
    const commands = await Promise.all(
      children.map(async (pid) => ({ pid, command: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })),
    );
    return commands.find(({ command }) => command.includes('libx264') && command.includes(`x${height}`))!.pid;
  }
});

describe('what the ffmpeg of this machine says', () => {
  let folder: string;
  let web: Server;
  let webPort: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-said-'));
    web = createServer((request, response) => {
      response.statusCode = Number(/\d+/.exec(request.url ?? '')?.[0] ?? 200);
      response.end('<html>a web page</html>');
    }).listen(0, '127.0.0.1');
    await until('the web server listens', () => web.listening);
    webPort = (web.address() as AddressInfo).port;
    const film = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-t', '4', '-c:v', 'libx264', '-g', '50'];
    execFileSync('ffmpeg', ['-v', 'error', ...film, '-pix_fmt', 'yuv420p', join(folder, 'whole.ts')]);
    const whole = await readFile(join(folder, 'whole.ts'));
    const packets = Array.from({ length: Math.floor(whole.length / 188) }, (_, at) =>
      whole.subarray(at * 188, at * 188 + 188),
    );
    await writeFile(join(folder, 'late.ts'), Buffer.concat(packets.slice(packets.length / 4)));
    await writeFile(join(folder, 'holes.ts'), Buffer.concat(packets.filter((_, at) => at % 50 !== 49)));
    await writeFile(join(folder, 'page.mp4'), '<html>a web page</html>');
  });

  afterAll(async () => {
    web?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The lines of an ffmpeg that reads `input`, as its children are run by the server. */
  async function said(input: string, options: readonly string[] = []): Promise<readonly string[]> {
    const url = input.replace('WEB', `127.0.0.1:${webPort}`).replace('FOLDER', folder);
    const args = ['-hide_banner', '-nostdin', '-loglevel', 'level+warning', ...options, '-i', url, '-f', 'null', '-'];
    const child = new FfmpegProcess({ program: 'ffmpeg', args });
    const force = setTimeout(() => child.kill(), 8_000);
    const { lastWords } = await child.exited;
    clearTimeout(force);
    return lastWords;
  }

  it.each([
    ['a port nobody listens on', 'tcp://127.0.0.1:1', 'accepts connections'],
    ['an RTMP server that is off', 'rtmp://127.0.0.1:1/live/key', 'accepts connections'],
    ['a caller of SRT nobody answers', 'srt://127.0.0.1:1?timeout=1000000', 'in time'],
    ['a host name that does not exist', 'http://no.such.host.invalid/x', 'DNS'],
    ['nothing at a path', 'http://WEB/404', '404'],
    ['a server that wants a password', 'http://WEB/401', '401'],
    ['a server that lets nobody in', 'http://WEB/403', '403'],
    ['a server with a fault', 'http://WEB/503', '5xx'],
    ['a web page', 'http://WEB/200', 'is not media'],
    ['a web server for an RTMP server', 'rtmp://WEB/live/key', 'does not speak RTMP'],
    ['TLS where there is none', 'https://WEB/200', 'TLS handshake'],
    ['a web page for a film', 'FOLDER/page.mp4', 'no index'],
    ['pictures without their key frame', 'FOLDER/late.ts', 'key frame'],
    ['a path that loses packets', 'FOLDER/holes.ts', 'damaged'],
    ['a file that is not there', 'FOLDER/nothing.ts', 'no such file'],
  ])('about %s is understood', async (_, input, meaning) => {
    const lines = await said(input);
    expect([causeOf(lines)?.meaning ?? lines]).toEqual([expect.stringContaining(meaning)]);
  });

  it('about an address that is not allowed is understood', async () => {
    const lines = await said('http://WEB/200', ['-protocol_whitelist', 'file']);
    expect(causeOf(lines)?.meaning).toContain('not opened for safety');
  });

  it('about a wrong SRT passphrase is understood', async () => {
    const port = await freePort();
    const sender = new FfmpegProcess({
      program: 'ffmpeg',
      args: [
        ...['-v', 'error', '-nostdin', '-re', '-stream_loop', '-1', '-i', join(folder, 'whole.ts'), '-c', 'copy'],
        ...['-f', 'mpegts', `srt://127.0.0.1:${port}?mode=listener&passphrase=correct-horse`],
      ],
    });
    try {
      const cause = await until('it is refused', async () => {
        const found = causeOf(await said(`srt://127.0.0.1:${port}?passphrase=battery-staple&connect_timeout=1000`));
        return found?.meaning.includes('passphrase') && found;
      });
      expect(cause.remedy).toContain('same passphrase on both sides');
    } finally {
      sender.kill();
      await sender.exited;
    }
  });
});
