/** What streams are expected to cost, beside what they do cost; and a server that refuses programs it cannot work with. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processUsage } from '../../src/platform/metrics/process-usage.js';
import { startStream, stopStream, untilStatus } from '../support/api.js';
import { freePort } from '../support/free-port.js';
import { ffmpegChildren, startServer, type RunningServer } from '../support/server.js';
import { until } from '../support/until.js';

const MEASURED_FOR_MS = 6_000;

interface Capacity {
  readonly calibration: { readonly origin: string; readonly costs: Readonly<Record<string, number>> };
  readonly streams: readonly { readonly stream_id: string; readonly cores: number }[];
}

describe('a server on this machine', () => {
  let server: RunningServer;
  const capacity = async (): Promise<Capacity> => (await (await fetch(`${server.url}/capacity`)).json()) as Capacity;

  beforeAll(async () => {
    server = await startServer({ env: { ADMISSION: 'warn' } });
    await until('the machine is measured', async () => (await capacity()).calibration.origin === 'measured');
  });
  afterAll(() => server?.stop());

  it('measures with a real ffmpeg what encoding costs here', async () => {
    const { costs } = (await capacity()).calibration;
    expect(costs.encode_megapixel_ms).toBeGreaterThan(0.5);
    expect(costs.encode_megapixel_ms).toBeLessThan(100);
    expect(costs.decode_megapixel_ms).toBeGreaterThan(0.1);
    expect(costs.decode_megapixel_ms).toBeLessThan(costs.encode_megapixel_ms!);
  });

  it.each([
    ['one small rung', 'test:?size=640x360', ['360p']],
    ['three rungs', 'test:?size=854x480', ['480p', '360p', '240p']],
  ])('keeps a processor about as busy with %s as it said it would', async (_what, source_url, qualities) => {
    await startStream(server.url, { stream_id: 'camera', source_url, qualities });
    await untilStatus(server.url, 'camera', 'live');
    const idle = await cpuSeconds(server);
    const from = performance.now();
    await passed(MEASURED_FOR_MS);
    const used = (await cpuSeconds(server)) - idle;
    const cores = used / ((performance.now() - from) / 1000);
    const [{ cores: predicted }] = (await capacity()).streams as [Capacity['streams'][number]];
    console.log(`predicted ${predicted} cores, used ${cores.toFixed(2)}`);
    await stopStream(server.url, 'camera');
    expect(cores / predicted).toBeGreaterThan(0.4);
    expect(cores / predicted).toBeLessThan(2.5);
  });
});

/** Of the server and its ffmpegs, since they began. The same processes must run before and after. */
async function cpuSeconds({ pid, outputDir }: RunningServer): Promise<number> {
  const usage = await processUsage([pid, ...(await ffmpegChildren(outputDir))]);
  return usage.reduce((sum, { cpuSeconds: spent }) => sum + spent, 0);
}

describe('a server without the programs it needs', () => {
  const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lockstep-programs-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('does not start, and says what it found and what to do', async () => {
    const old = join(folder, 'ffmpeg');
    await writeFile(old, "#!/bin/sh\necho 'ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright'\n", { mode: 0o755 });
    const child = spawn(process.execPath, [MAIN], {
      env: {
        ...process.env,
        ...{ FFMPEG_PATH: old, FFPROBE_PATH: join(folder, 'none'), API_PORT: `${await freePort()}` },
        ...{ OUTPUT_DIR: join(folder, 'streams'), DATA_DIR: join(folder, 'data') },
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(78);
    expect(said).toMatch(/FFMPEG_PATH: .*4\.4\.2-0ubuntu0\.22\.04\.1.*Install ffmpeg 5\.1 or later/);
    expect(said).toMatch(/FFPROBE_PATH: .*there is no such program/);
  });
});
