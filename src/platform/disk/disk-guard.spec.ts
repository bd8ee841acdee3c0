import { pino } from 'pino';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MetricsRegistry } from '../metrics/index.js';
import { Schedule } from '../schedule/index.js';
import { readSettings } from '../settings/index.js';
import { DiskGuard } from './disk-guard.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-disk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A guard of a real disk, of which so many terabytes are kept free. */
async function aGuard(reserveTerabytes: number) {
  const clock = { nowMs: 0, now: () => clock.nowMs };
  const logged: { msg: string; code?: string }[] = [];
  const log = pino({ base: null }, { write: (line) => void logged.push(JSON.parse(line) as { msg: string }) });
  const settings = readSettings({ OUTPUT_DIR: folder, DISK_RESERVE: `${reserveTerabytes * 1_000_000}` });
  const metrics = new MetricsRegistry();
  const guard = new DiskGuard(settings, clock, log, new Schedule(clock, log), metrics);
  guard.onModuleInit();
  await guard.onApplicationBootstrap();
  const metric = async (name: string) => (await metrics.registry.getSingleMetric(name)!.get()).values[0]!.value;
  return { guard, logged, metric, clock };
}

describe('the guard of the disk', () => {
  it('tells what is free, and when that will be used up', async () => {
    const { guard, metric, logged } = await aGuard(0);
    expect(guard.freeBytes).toBeGreaterThan(0);
    expect(await metric('lockstep_disk_free_bytes')).toBe(guard.freeBytes);
    expect(await metric('lockstep_disk_used_bytes')).toBeGreaterThan(0);
    expect(await metric('lockstep_disk_free_files')).toBeGreaterThan(0);
    expect(await metric('lockstep_disk_full_in_seconds')).toBe(Infinity);
    expect(logged).toEqual([]);
  });

  it('says once that the disk is full but for its reserve', async () => {
    // More is kept free than any disk here has.
    const { guard, metric, logged } = await aGuard(1);
    await guard.look();
    await guard.look();
    expect(await metric('lockstep_disk_full_in_seconds')).toBe(0);
    expect(logged.map(({ msg, code }) => [msg, code])).toEqual([['the disk is full but for its reserve', 'disk-full']]);
  });
});
