/** Two hundred viewers at once who ask for what is about to be, half of whom do not wait for it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../bad-source/random.js';
import { get } from '../watch/get.js';

const REQUESTS = 200;
const LIMIT_MS = 8_000;
const LEAVES_WITHIN_MS = 500;

/** Resolves when everybody has an answer or has left; gives how many answers came to their end. */
export async function flood(urls: readonly URL[], random: Random): Promise<number> {
  const requests = Array.from({ length: REQUESTS }, async (_, index) => {
    const url = urls[Math.floor(random() * urls.length)]!;
    if (index % 2 === 0) return get(url, LIMIT_MS);
    const leaving = new AbortController();
    const leavesAfterMs = random() * LEAVES_WITHIN_MS;
    void pause(leavesAfterMs).then(() => leaving.abort());
    return get(url, LIMIT_MS, leaving.signal);
  });
  const answers = await Promise.all(requests);
  return answers.filter(({ kind }) => kind === 'whole').length;
}
