/** An HTTP answer and what it was asked for. PURE. */
import type { Exchange } from './exchange.js';

export type Resource = 'multivariant' | 'media-playlist' | 'mpd' | 'init' | 'segment' | 'part' | 'text';

export interface Fetched {
  readonly exchange: Exchange;
  readonly resource: Resource;
  /** `there`: it is listed, and must be. `absent`: asked for on purpose though it cannot be. `refused`: a bad request. */
  readonly expected: 'there' | 'absent' | 'refused';
  /** Of the playlist or MPD: it will change. */
  readonly live: boolean;
  /** Seconds; where it is known. */
  readonly targetDuration?: number;
  /** The request named a position to wait for, so that the answer never changes. */
  readonly blocking?: boolean;
}

export const isMedia = (resource: Resource): boolean => ['init', 'segment', 'part'].includes(resource);
export const isPlaylist = (resource: Resource): boolean => resource === 'multivariant' || resource === 'media-playlist';
export const isFine = (status: number): boolean => status === 200 || status === 206 || status === 304;

/** A gateway that found no origin, or an origin that cannot serve now: 6.2.5.2 also ends long holds with 503. */
export const isOutage = (status: number): boolean => status === 502 || status === 503 || status === 504;

export const varyOf = ({ headers }: Exchange): string[] =>
  (headers['vary'] ?? '').split(',').map((name) => name.trim().toLowerCase());
