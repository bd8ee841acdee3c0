import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isWorking, Silence } from './silence.js';

const LIMITS = { asleepMs: 1_000, silentMs: 3_000 };
const asleep = (): boolean => false;
const atWork = (): boolean => true;

/** Asked ten times a second, until it means that the encoder hangs: after how long. */
function hangsAfter(silence: Silence, isWorkingAt: (ms: number) => boolean, limitMs = 10_000): number | undefined {
  for (let ms = 0; ms <= limitMs; ms += 100) if (silence.meansHung(ms, () => isWorkingAt(ms))) return ms;
  return undefined;
}

describe('a silent encoder', () => {
  it('hangs when it sleeps', () => {
    expect(hangsAfter(new Silence(LIMITS, 0), asleep)).toBe(1_100);
  });

  it('is given three times as long while it works, for it may only wait for a processor', () => {
    expect(hangsAfter(new Silence(LIMITS, 0), atWork)).toBe(3_100);
  });

  it('works if it was seen at work once since it is silent', () => {
    expect(hangsAfter(new Silence(LIMITS, 0), (ms) => ms === 700)).toBe(3_100);
  });

  it('is not looked at before it has been silent for a while', () => {
    const look = vi.fn(asleep);
    const silence = new Silence(LIMITS, 0);
    expect(silence.meansHung(400, look)).toBe(false);
    expect(look).not.toHaveBeenCalled();
  });

  it('begins anew with every word', () => {
    const silence = new Silence(LIMITS, 0);
    silence.meansHung(900, atWork);
    silence.end(950);
    expect(silence.lastsMs(1_000)).toBe(50);
    expect(silence.meansHung(1_949, asleep)).toBe(false);
    expect(silence.meansHung(1_951, asleep)).toBe(true);
  });
});

describe('a process', () => {
  const children: ReturnType<typeof spawn>[] = [];
  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

  it('works while it computes, and does not when it is stopped, gone, or waits for input', async () => {
    const busy = spawn(process.execPath, ['-e', 'console.log(1); for (;;);'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const waiting = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] });
    children.push(busy, waiting);
    waiting.stdin.write('ready');
    await Promise.all([once(busy.stdout, 'data'), once(waiting.stdout, 'data')]);
    expect(isWorking(busy.pid!)).toBe(true);
    await vi.waitUntil(() => !isWorking(waiting.pid!));
    busy.kill('SIGSTOP');
    await vi.waitUntil(() => !isWorking(busy.pid!));
    busy.kill('SIGKILL');
    await once(busy, 'exit');
    expect(isWorking(busy.pid!)).toBe(false);
  });
});
