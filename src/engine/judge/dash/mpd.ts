/** An MPD as the rules look at it: what is written, what is inherited, and what follows from it. */
import type { XmlElement } from './xml-tree.js';

export const DASH_NAMESPACE = 'urn:mpeg:dash:schema:mpd:2011';

/** How segments of a Representation are found; what is not written there is inherited (ISO/IEC 23009-1 5.3.9.1). */
export interface Addressing {
  readonly kind: 'template' | 'list' | 'base';
  /** The innermost element that says it. */
  readonly element: XmlElement;
  readonly timescale: number;
  /** Ticks. */
  readonly duration: number | undefined;
  readonly startNumber: number;
  readonly endNumber: number | undefined;
  readonly presentationTimeOffset: number;
  readonly media: string | undefined;
  readonly initialization: string | undefined;
  /** Of a SegmentTimeline. */
  readonly timeline: readonly Entry[] | undefined;
  /** Of a SegmentTimeline whose last S repeats to the end of the Period. */
  readonly isOpen: boolean;
  /** Seconds, those of BaseURL included; undefined: nobody says one. */
  readonly availabilityTimeOffset: number | undefined;
  readonly availabilityTimeComplete: boolean | undefined;
}

/** One segment of a SegmentTimeline. */
export interface Entry {
  readonly number: number;
  /** Ticks. */
  readonly t: number;
  readonly d: number;
  /** Number of partial addresses of a segment sequence (@k). */
  readonly k: number;
}

export interface Representation {
  readonly element: XmlElement;
  readonly id: string;
  readonly bandwidth: number | undefined;
  /** Own or the set's. */
  readonly attribute: (name: string) => string | undefined;
  readonly addressing: Addressing | undefined;
  /** Absolute. */
  readonly baseUrl: string;
}

export interface AdaptationSet {
  readonly element: XmlElement;
  readonly id: string | undefined;
  readonly kind: 'video' | 'audio' | 'other';
  readonly representations: readonly Representation[];
}

export interface Period {
  readonly element: XmlElement;
  readonly id: string | undefined;
  /** Seconds; undefined where it cannot be told. */
  readonly start: number | undefined;
  /** Seconds; undefined: open, or unknown. */
  readonly duration: number | undefined;
  readonly sets: readonly AdaptationSet[];
}

export interface Mpd {
  readonly root: XmlElement;
  readonly url: string;
  readonly text: string;
  readonly type: 'static' | 'dynamic';
  /** Unix ms. */
  readonly availabilityStartTime: number | undefined;
  readonly publishTime: number | undefined;
  /** Seconds. */
  readonly mediaPresentationDuration: number | undefined;
  readonly minimumUpdatePeriod: number | undefined;
  readonly timeShiftBufferDepth: number | undefined;
  readonly maxSegmentDuration: number | undefined;
  readonly suggestedPresentationDelay: number | undefined;
  readonly profiles: readonly string[];
  readonly periods: readonly Period[];
  /** Some set offers segments before they are whole. */
  readonly isLowLatency: boolean;
}

/** Sets that offer chunks before their segment is whole: IOP v5 part 4. */
export const isChunked = ({ representations }: AdaptationSet): boolean =>
  representations.some(({ addressing }) => isChunkedAddressing(addressing));

export const isChunkedAddressing = (addressing: Addressing | undefined): boolean =>
  addressing?.availabilityTimeComplete === false || (addressing?.availabilityTimeOffset ?? 0) > 0;

/** Seconds of one nominal segment, where they are said. */
export const nominalSeconds = ({ duration, timescale }: Addressing): number | undefined =>
  duration === undefined || duration <= 0 || timescale === 0 ? undefined : duration / timescale;

/** Every Representation with where it stands. */
export function* representationsOf({
  periods,
}: Mpd): Generator<{ period: Period; set: AdaptationSet; representation: Representation }> {
  for (const period of periods) {
    for (const set of period.sets) {
      for (const representation of set.representations) yield { period, set, representation };
    }
  }
}
