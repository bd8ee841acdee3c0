/** What the printers say of a track, read from the bytes of its init segment. */
import { createHash } from 'node:crypto';
import { describeInit } from '../isobmff/index.js';
import { initName } from '../storage/index.js';
import type { TrackDescription } from '../timeline/index.js';

/** Named by content: the same bytes have the same name, on any machine. Throws RangeError for no header of one track. */
export function describeTrack(init: Buffer): TrackDescription {
  const { codec, width, height, sampleRate, channels } = describeInit(init);
  return {
    name: initName(createHash('sha256').update(init).digest('hex').slice(0, 12)),
    codec,
    ...(width !== undefined && { width, height }),
    ...(sampleRate !== undefined && { sampleRate, channels }),
  };
}
