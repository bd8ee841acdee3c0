/** What the HLS and DASH printers print from: the same value for both, so the two cannot disagree. */
import type { TrackGrid } from './house-clock.js';
import type { Timeline } from './timeline.js';

/** What an init segment says of its track, read from its real bytes. */
export interface TrackDescription {
  /** File name, by content hash: `init-1a2b3c4d.mp4`. */
  readonly name: string;
  /** RFC 6381, e.g. `avc1.64001f` or `mp4a.40.2`. */
  readonly codec: string;
  readonly width?: number;
  readonly height?: number;
  readonly sampleRate?: number;
  readonly channels?: number;
}

export interface RenditionView {
  /** Folder name of the rendition: `720p`, `audio`. */
  readonly name: string;
  readonly kind: 'video' | 'audio';
  readonly track: TrackGrid;
  /** The newest init segment. */
  readonly init: TrackDescription;
  /** Every init segment that the window needs, `init` among them. */
  readonly inits: readonly TrackDescription[];
  readonly timeline: Timeline;
  /** Peak and mean bit rate in bits per second, media bytes included (RFC 8216bis 4.4.6.2 BANDWIDTH, AVERAGE-BANDWIDTH). */
  readonly peakBps: number;
  readonly averageBps: number;
}

/** Constant for the life of a stream: what SERVER-CONTROL, TARGETDURATION and ServiceDescription print. Seconds. */
export interface DeliveryTerms {
  readonly lowLatency: boolean;
  readonly targetDuration: number;
  readonly holdBack: number;
  readonly partHoldBack: number;
  readonly canSkipUntil: number;
  /** How long a held request may wait: 3 target durations (rfc8216bis 6.2.5.2). */
  readonly holdLimit: number;
  /** DASH availabilityTimeOffset: seconds before a segment's end at which its first chunk is really there. */
  readonly availabilityTimeOffset: number;
  /** DASH Latency@target in milliseconds. */
  readonly targetLatencyMs: number;
  readonly timeShiftBufferDepth: number;
}

export interface PresentationView {
  readonly streamId: string;
  /** `fmp4`: CMAF, one track a rendition. `mpegts`: picture and sound in one file, classic HLS. */
  readonly format: 'fmp4' | 'mpegts';
  /** Video first, tallest first; audio after. */
  readonly renditions: readonly RenditionView[];
  readonly terms: DeliveryTerms;
}
