/** What was said of a media object before its bytes came, and what the bytes say of their track. */

export interface MediaExpectation {
  readonly kind: 'segment' | 'part';
  /** As the playlist or MPD tells it. */
  readonly durationSeconds?: number;
  /** On the track's own clock: what tfdt, or the earliest presentation time, has to say. */
  readonly startSeconds?: number;
  /** INDEPENDENT=YES; undefined where nothing is said of it. */
  readonly independent?: boolean;
  /** It need not continue the object before: EXT-X-DISCONTINUITY, a new period, or that object was not fetched. */
  readonly discontinuity?: boolean;
  /** Media sequence number, or the number of the segment. Without one, objects are taken to follow each other. */
  readonly sequence?: number;
  /** Index of the part in its segment. */
  readonly part?: number;
}

export interface TrackFacts {
  /** RFC 6381; several with commas where tracks are muxed; empty where the bytes do not tell. */
  readonly codec: string;
  /** Ticks per second; of the video where tracks are muxed. */
  readonly timescale: number;
  readonly width?: number;
  readonly height?: number;
  /** Hz. */
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly kind: 'video' | 'audio' | 'muxed';
}

export type TrackKind = 'video' | 'audio' | 'other';
