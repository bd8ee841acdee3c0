/** Waits for a fact, asking often; gives what was found, or fails naming what did not come. */
import { setTimeout as pause } from 'node:timers/promises';

export async function until<T>(
  what: string,
  find: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  limitMs = 30_000,
): Promise<T> {
  const endsAt = performance.now() + limitMs;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false && found !== null) return found;
    if (performance.now() > endsAt) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
    await pause(25);
  }
}
