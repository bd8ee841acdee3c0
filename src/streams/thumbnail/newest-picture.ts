/** Which file of a stream a small picture of it is taken from. PURE. */
import type { Presentation } from '../../engine/packager/index.js';
import { segmentName, type SegmentFormat } from '../../engine/storage/index.js';
import type { RenditionView } from '../../engine/timeline/index.js';

export interface NewestPicture {
  readonly rendition: string;
  readonly format: SegmentFormat;
  /** In the rendition's folder, in the order a decoder wants them. A segment begins with a key frame. */
  readonly files: readonly string[];
}

/** The newest finished segment of the smallest picture; undefined before the first one, and for sound alone. */
export function newestPicture(presentations: readonly Presentation[]): NewestPicture | undefined {
  for (const { view, outline } of presentations) {
    const smallest = view?.renditions.filter(({ kind }) => kind === 'video').sort(bySize)[0];
    const segment = smallest?.timeline.segments.findLast(({ state }) => state === 'complete');
    if (!smallest || !segment) continue;
    const file = segmentName(segment.number, outline.format);
    // A transport stream brings its parameter sets with it.
    const files = outline.format === 'mpegts' ? [file] : [segment.init, file];
    return { rendition: smallest.name, format: outline.format, files };
  }
  return undefined;
}

/** Smallest first; of one size, or of none that is known, the lowest bit rate. */
const bySize = (a: RenditionView, b: RenditionView): number => area(a) - area(b) || a.averageBps - b.averageBps;

const area = ({ init }: RenditionView): number => (init.width ?? 0) * (init.height ?? 0);
