/** What every kind of viewer is to the process that runs it. */
import type { MediaPlaylist } from './hls/media-playlist.js';
import type { Variant } from './hls/multivariant.js';
import type { Mpd } from './dash/mpd.js';
import type { Measures } from './measure/measures.js';
import type { WakeSamples } from './measure/wake-samples.js';
import type { LoadOptions } from './options.js';
import type { PlaybackState } from './playback/buffer-model.js';
import type { SharedParse } from './shared-parse.js';

/** A playlist is one of two kinds, known when it is read. */
export type HlsManifest =
  | { readonly kind: 'multivariant'; readonly variants: readonly Variant[] }
  | { readonly kind: 'media'; readonly playlist: MediaPlaylist };

export interface ViewerOptions {
  readonly url: URL;
  /** Number of the viewer in the whole run. */
  readonly index: number;
  readonly options: LoadOptions;
  readonly measures: Measures;
  readonly wake: WakeSamples;
  readonly playlists: SharedParse<HlsManifest>;
  readonly mpds: SharedParse<Mpd>;
}

export interface Viewer {
  readonly state: PlaybackState;
  /** Stalls so far. */
  readonly stalls: number;
  readonly openConnections: number;
  start(): void;
  /** Once a second: deadlines and figures. */
  tick(atMs: number): void;
  stop(): void;
}

/** A list of delays between attempts, so that a server in trouble is not asked faster the worse it gets. */
export const retryDelayMs = (failuresInARow: number): number => Math.min(8000, 250 * 2 ** (failuresInARow - 1));
