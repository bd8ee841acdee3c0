import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { MOST_ATTEMPTS, RETRY_SECONDS, secondsToNextAttempt } from './retry-plan.js';

const attempts = Array.from({ length: MOST_ATTEMPTS }, (_, index) => index + 1);

describe('the retry plan', () => {
  it('spreads its attempts over about three days', () => {
    const days = (random: number): number =>
      attempts.reduce((sum, attempt) => sum + (secondsToNextAttempt(attempt, random) ?? 0), 0) / 86_400;
    expect(days(0.5)).toBeCloseTo(2.98, 2);
    expect([days(0), days(1)].map(Math.round)).toEqual([2, 4]);
  });

  it('waits longer each time, up to eight hours, and gives up after the last', () => {
    expect(RETRY_SECONDS).toEqual([...RETRY_SECONDS].sort((a, b) => a - b));
    expect(RETRY_SECONDS.at(-1)).toBe(8 * 3600);
    expect(attempts.map((attempt) => secondsToNextAttempt(attempt, 0.5))).toEqual([...RETRY_SECONDS, undefined]);
  });

  it('does not send what failed together at the same moment again', () => {
    expect([0, 0.5, 1].map((random) => secondsToNextAttempt(3, random))).toEqual([64, 80, 96]);
  });

  it('gives the receiver the time it asks for, but not for ever', () => {
    expect(secondsToNextAttempt(1, 0.5, 600)).toBe(600);
    expect(secondsToNextAttempt(1, 0.5, 10 ** 9)).toBe(8 * 3600);
    expect(secondsToNextAttempt(10, 0.5, 1)).toBe(8 * 3600);
  });

  it('is the one in docs/webhooks.md', async () => {
    const page = await readFile(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| (\d+) \| ([\d.]+) (s|min|h) \|/gm)].map(([, attempt, wait, unit]) => [
      Number(attempt),
      Number(wait) * { s: 1, min: 60, h: 3600 }[unit as 's' | 'min' | 'h'],
    ]);
    const rounded = (seconds: number): number => Math.round(seconds / 60);
    expect(rows.map(([attempt, wait]) => [attempt, rounded(wait!)])).toEqual(
      RETRY_SECONDS.map((wait, index) => [index + 2, rounded(wait)]),
    );
  });
});
