/** What every watcher is given, whatever protocol it watches. */
import type { Ask } from './http/exchange.js';
import type { Verdict } from './verdict.js';

export interface Watch {
  /** Of the multivariant playlist, media playlist or MPD. */
  readonly url: string;
  readonly ask: Ask;
  readonly verdict: Verdict;
  /** How long to watch, milliseconds; a stream that ends is watched to its end only. */
  readonly forMs: number;
  /** Ends the watch early; what was found stays. */
  readonly signal: AbortSignal;
  /** Media objects to fetch at most, per rendition; playlists are read all the same. Undefined: all of them. */
  readonly mediaPerRendition?: number;
}
