/** A segment while it is being made: its parts, each as one burst, as they come to be. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Presentation, Viewer } from '../engine/packager/index.js';
import { partName } from '../engine/storage/index.js';
import type { Segment } from '../engine/timeline/index.js';

export interface SegmentReader {
  readonly viewer: Viewer;
  /** A part that was waited for goes out now. */
  readonly onHeldPart: () => void;
}

/**
 * Yields the segment's bytes part by part; together they are the finished file to the byte. Throws when a part is
 * missing or stays away, so that the connection is cut and no cache keeps a truncated object.
 */
export async function* segmentInProgress(
  presentation: Presentation,
  folder: string,
  rendition: string,
  number: number,
  { viewer, onHeldPart }: SegmentReader,
): AsyncGenerator<Buffer> {
  const find = (): Segment | undefined =>
    presentation.timeline(rendition)?.segments.find((segment) => segment.number === number);
  for (let index = 0; ; index += 1) {
    const ready = (): boolean => {
      const segment = find();
      const notBegun =
        segment === undefined && (presentation.timeline(rendition)?.segments.at(-1)?.number ?? 0) < number;
      return presentation.ended || (!notBegun && (segment?.state !== 'open' || segment.parts.length > index));
    };
    const isHeld = !ready();
    const limitMs = presentation.outline.terms.holdLimit * 1000;
    if (!(await presentation.waitUntil(ready, limitMs, viewer)))
      throw new Error(`part ${number}.${index} did not come`);
    const segment = find();
    const part = segment?.parts[index];
    if (part && !part.gap) {
      const bytes = await readFile(join(folder, rendition, partName(number, index)));
      if (isHeld) onHeldPart();
      yield bytes;
    } else if (segment?.state === 'complete') return;
    else throw new Error(`segment ${number} has a gap at part ${index}`);
  }
}
