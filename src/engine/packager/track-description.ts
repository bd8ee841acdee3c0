/** What the printers say of a track, read from the bytes of its init segment. */
import { describeInit } from '../isobmff/index.js';
import { hashOf, initName } from '../storage/index.js';
import type { TrackDescription } from '../timeline/index.js';

/** Named by content: the same bytes have the same name, on any machine. Throws RangeError for no header of one track. */
export function describeTrack(init: Buffer): TrackDescription {
  const { codec, width, height, sampleRate, channels } = describeInit(init);
  return {
    name: initName(hashOf(init)),
    codec,
    ...(width !== undefined && { width, height }),
    ...(sampleRate !== undefined && { sampleRate, channels }),
  };
}
