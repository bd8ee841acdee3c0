/** Watches an HLS stream as a client does, and judges what it gets: texts, changes, HTTP, directives, media. */
import { setMaxListeners } from 'node:events';
import { judgePlaylist } from './judge-playlist.js';
import { listedPlaylists, type ListedPlaylist } from './members.js';
import { JudgedFetch } from './watch/judged-fetch.js';
import { PresentationWatch } from './watch/presentation-watch.js';
import { LIVE_CACHING_RULES, probeHttp } from '../http/index.js';
import { violationsOf } from '../rule.js';
import type { Watch } from '../watch.js';

/** Nothing of the stream could be read, so there is nothing to judge. */
export class NotAStream extends Error {}

/**
 * Resolves when the time is over, or when all playlists have ended and their media are fetched. What is found is in
 * `watch.verdict`. Rejects with NotAStream when the URL does not answer with a playlist.
 */
export async function watchHls(watch: Watch): Promise<void> {
  // Not AbortSignal.any over a timeout: Node 20 may collect it as garbage, and then it never comes.
  const ending = new AbortController();
  // Every request in flight listens to it: a dozen and more, and no leak.
  setMaxListeners(0, ending.signal);
  const end = (): void => ending.abort();
  const timer = setTimeout(end, watch.forMs);
  watch.signal.addEventListener('abort', end);
  if (watch.signal.aborted) end();
  const { signal } = ending;
  const fetch = new JudgedFetch(watch, signal);
  try {
    const first = await fetch.get(watch.url, { resource: 'multivariant', expected: 'there', live: false });
    if (!first || first.status !== 200) {
      throw new NotAStream(first ? `${watch.url} answered ${first.status}` : `${watch.url} did not answer`);
    }
    const place = { url: first.url, atMs: first.sentAtMs };
    const { multivariant, media, playlist, violations } = judgePlaylist(first.body, place);
    if (media) {
      const alone: ListedPlaylist = { name: nameOf(first.url), url: first.url, type: 'VARIANT', variants: [] };
      return await new PresentationWatch(watch, fetch, undefined, [alone], signal).run(first);
    }
    watch.verdict.add(violations);
    if (!multivariant)
      throw new NotAStream(`${watch.url} is no playlist: ${playlist.lines[0]?.slice(0, 60) ?? 'empty'}`);
    const probes = probeHttp(watch.ask, first, 'multivariant', { live: true });
    const presentation = new PresentationWatch(watch, fetch, multivariant, listedPlaylists(multivariant), signal);
    await presentation.run();
    watch.verdict.add(await probes);
    const { live, targetDuration } = presentation;
    const subject = { exchange: first, resource: 'multivariant', expected: 'there', live } as const;
    watch.verdict.add(
      violationsOf(LIVE_CACHING_RULES, { ...subject, ...(targetDuration !== undefined && { targetDuration }) }, place),
    );
  } finally {
    clearTimeout(timer);
    watch.signal.removeEventListener('abort', end);
    fetch.close();
  }
}

const nameOf = (url: string): string => new URL(url).pathname.split('/').at(-1) ?? url;
