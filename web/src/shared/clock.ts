/** The server's wall clock as seen from this browser, whose own clock may be minutes off. */

const SAMPLES = 3;
const RESYNC_MS = 60_000;

export interface WallClock {
  /** Corrected Unix time in milliseconds. */
  now(): number;
}

/**
 * Asks `/time` (xs:dateTime) a few times and keeps the answer that travelled least: its error is at most half its
 * round trip. Without an answer the browser's own clock stands. Asked again once a minute until `signal` aborts.
 */
export function syncedClock(url: string, signal: AbortSignal): WallClock {
  let offsetMs = 0;
  const sync = async () => {
    const samples = [];
    for (let count = 0; count < SAMPLES; count += 1) samples.push(await sampleOffset(url, signal));
    const best = samples.filter((sample) => sample !== undefined).sort((a, b) => a.roundTripMs - b.roundTripMs)[0];
    if (best) offsetMs = best.offsetMs;
  };
  void sync();
  const timer = setInterval(() => void sync(), RESYNC_MS);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  return { now: () => Date.now() + offsetMs };
}

async function sampleOffset(url: string, signal: AbortSignal) {
  try {
    const askedAt = performance.now();
    const response = await fetch(url, { cache: 'no-store', signal });
    const serverMs = Date.parse((await response.text()).trim());
    const roundTripMs = performance.now() - askedAt;
    if (!response.ok || Number.isNaN(serverMs)) return undefined;
    return { roundTripMs, offsetMs: serverMs + roundTripMs / 2 - Date.now() };
  } catch {
    return undefined;
  }
}
