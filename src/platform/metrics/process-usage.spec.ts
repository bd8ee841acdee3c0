import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { parseCpuSeconds, parseRssBytes, processUsage } from './process-usage.js';

const onLinux = process.platform === 'linux';

describe('what a process has used', () => {
  it('counts time in the program and in the kernel', () => {
    const stat = '42 (ffmpeg) S 1 42 42 0 -1 4194560 9 0 0 0 1250 250 0 0 20 0 9 0 1 9 512 18446744073709551615';
    expect(parseCpuSeconds(stat)).toBe(15);
  });

  it('is not led astray by a program name with brackets and spaces in it', () => {
    expect(parseCpuSeconds('42 (a) b (c) R 1 42 42 0 -1 0 0 0 0 0 100 100 0 0')).toBe(2);
  });

  it('gives memory in bytes, and none for a process that only waits to be reaped', () => {
    expect(parseRssBytes('Name:\tffmpeg\nVmPeak:\t  99 kB\nVmRSS:\t  2048 kB\nThreads:\t9\n')).toBe(2_097_152);
    expect(parseRssBytes('Name:\tffmpeg\nState:\tZ (zombie)\n')).toBe(0);
  });

  it.runIf(onLinux)('is told of this very process as Node tells it', async () => {
    const [usage] = await processUsage([process.pid, process.pid]);
    const { user, system } = process.cpuUsage();
    expect(usage!.pid).toBe(process.pid);
    expect(Math.abs(usage!.cpuSeconds - (user + system) / 1e6)).toBeLessThan(0.5);
    expect(usage!.rssBytes / process.memoryUsage.rss()).toBeGreaterThan(0.5);
    expect(usage!.rssBytes / process.memoryUsage.rss()).toBeLessThan(2);
  });

  it.runIf(onLinux)('leaves out a process that has gone', async () => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(child, 'exit');
    expect((await processUsage([process.pid, child.pid!])).map(({ pid }) => pid)).toEqual([process.pid]);
  });
});
