/** What the page needs from a player, whichever protocol it speaks. */
import type { WallClock } from '../shared/clock';

export type Protocol = 'hls' | 'dash';

/** One quality of the ladder, as the manifest tells it. */
export interface Rung {
  /** The player's own key for it. */
  readonly key: string;
  /** Name of the rendition: `720p`. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly bitrateBps: number;
}

export interface Player {
  /** Tallest first; empty until the manifest is read. */
  rungs(): readonly Rung[];
  /** The rung being loaded. */
  current(): Rung | undefined;
  /** A rung's key, or `auto` to let the player choose. */
  select(key: string): void;
  /** Seconds between the wall clock and the picture; undefined until known. */
  latencySeconds(): number | undefined;
  /** Bits per second of the picture's media that was loaded last, measured; undefined until some was. */
  mediaBps(): number | undefined;
  goLive(): void;
  destroy(): void;
}

/** What a player tells the page. */
export interface PlayerEvents {
  readonly rungsChanged: () => void;
  /** Something failed. `recovered`: the player is already over it; otherwise it has to be started anew. */
  readonly failed: (failure: { detail: string; fatal: boolean; recovered: boolean }) => void;
}

export interface PlayerRequest {
  readonly video: HTMLVideoElement;
  readonly url: string;
  readonly clock: WallClock;
  readonly events: PlayerEvents;
}

export const manifestUrl = (streamId: string, protocol: Protocol): string =>
  `/streams/${encodeURIComponent(streamId)}/${protocol === 'hls' ? 'playlist.m3u8' : 'manifest.mpd'}`;
