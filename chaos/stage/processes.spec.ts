import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { isAlive, residentBytes, signal } from './processes.js';

it('a process is alive until it is killed, though it was stopped; and then it has no memory', async () => {
  const child = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] });
  // It answers once it is itself, and no longer a copy of us on its way to become it.
  child.stdin.write('ready\n');
  await once(child.stdout, 'data');
  signal(child.pid!, 'SIGSTOP');
  expect(await isAlive(child.pid!)).toBe(true);
  expect(await residentBytes(child.pid!)).toBeGreaterThan(100_000);
  const gone = once(child, 'exit');
  signal(child.pid!, 'SIGKILL');
  await gone;
  expect([await isAlive(child.pid!), await residentBytes(child.pid!)]).toEqual([false, undefined]);
  // And once more, as somebody else may have been quicker.
  signal(child.pid!, 'SIGKILL');
});
