/** What a rung asks for, and what is made of it for one source. */

export const H264_PROFILES = ['baseline', 'main', 'high'] as const;
export type H264Profile = (typeof H264_PROFILES)[number];

/** One step of the ladder as configured: a height and bit rates, no source yet. */
export interface Rung {
  readonly name: string;
  /** Lines of the picture's shorter side for landscape, i.e. `p` in 720p. */
  readonly height: number;
  readonly videoKbps: number;
  /** The shared audio rendition takes the highest of its stream's rungs. */
  readonly audioKbps: number;
  readonly profile: H264Profile;
}

/** A rung fitted to a source: even sizes, the source's aspect, never larger than the source. */
export interface VideoRendition {
  readonly kind: 'video';
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly videoKbps: number;
  readonly profile: H264Profile;
}

export interface AudioRendition {
  readonly kind: 'audio';
  readonly name: 'audio';
  readonly audioKbps: number;
}

export type Rendition = VideoRendition | AudioRendition;
