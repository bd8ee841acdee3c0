import { describe, expect, it } from 'vitest';
import { coresAvailable } from './cores.js';

/** A machine with these files and no others. */
const files = (texts: Readonly<Record<string, string>>) => (path: string) => texts[path];

describe('the cores a server may use', () => {
  it('are those it may run on, where no cgroup limits it', () => {
    expect(coresAvailable(files({}), 8)).toBe(8);
    expect(coresAvailable(files({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' }), 8)).toBe(
      8,
    );
  });

  it('are what its container allows, fractions included', () => {
    const container = files({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '150000 100000\n' });
    expect(coresAvailable(container, 8)).toBe(1.5);
    expect(coresAvailable(container, 1)).toBe(1);
  });

  it('are what the tightest of the groups around it allows', () => {
    const service = files({
      '/proc/self/cgroup': '0::/media.slice/lockstep.service\n',
      '/sys/fs/cgroup/media.slice/lockstep.service/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/media.slice/cpu.max': '300000 100000\n',
    });
    expect(coresAvailable(service, 8)).toBe(3);
  });

  it('are found in cgroups of version 1 too, by their path or mounted at the root', () => {
    const group = '12:pids:/docker/abc\n4:cpu,cpuacct:/docker/abc\n0::/\n';
    const limits = { 'cpu.cfs_quota_us': '250000\n', 'cpu.cfs_period_us': '100000\n' };
    const under = (folder: string) =>
      Object.fromEntries(Object.entries(limits).map(([file, text]) => [`${folder}/${file}`, text]));
    expect(coresAvailable(files({ '/proc/self/cgroup': group, ...under('/sys/fs/cgroup/cpu/docker/abc') }), 8)).toBe(
      2.5,
    );
    expect(coresAvailable(files({ '/proc/self/cgroup': group, ...under('/sys/fs/cgroup/cpu,cpuacct') }), 8)).toBe(2.5);
  });

  it('are all of them where a quota of -1 says so', () => {
    const host = files({
      ...{ '/proc/self/cgroup': '4:cpu:/\n', '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n' },
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    });
    expect(coresAvailable(host, 4)).toBe(4);
  });

  it('are at least one part of one on the machine of this test', () => {
    expect(coresAvailable()).toBeGreaterThan(0);
  });
});
