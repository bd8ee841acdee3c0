/** Puts a delta update (EXT-X-SKIP) and the playlist before it together again (rfc8216bis 6.2.5.1, 6.3.7). PURE. */
import type { MediaPlaylist, Segment } from './playlist.js';
import { readByteRange } from './read-media-playlist.js';

export type Merged =
  | { readonly whole: MediaPlaylist }
  /** The delta update does not fit onto what came before it. */
  | { readonly misfit: string };

/** The whole playlist that `update` stands for; `update` itself where it skips nothing. */
export function mergeDelta(previous: MediaPlaylist | undefined, update: MediaPlaylist): Merged {
  const { skipped, mediaSequence } = update;
  if (skipped === undefined) return { whole: update };
  if (!previous) return { misfit: `skips ${skipped} segments, and there was no playlist before it` };
  const kept = previous.segments.filter(
    ({ complete, msn }) => complete && msn >= mediaSequence && msn < mediaSequence + skipped,
  );
  if (kept.length !== skipped) {
    const [first, last] = [previous.segments[0]?.msn, previous.segments.at(-1)?.msn];
    return {
      misfit: `skips segments ${mediaSequence} to ${mediaSequence + skipped - 1}, the playlist before has ${first} to ${last}`,
    };
  }
  return { whole: { ...update, skipped: undefined, segments: [...kept, ...continued(kept, update)] } };
}

/** What applies "until the next" tag goes on from the skipped segments: MAP, KEY, BITRATE, discontinuities, ranges. */
function continued(kept: readonly Segment[], update: MediaPlaylist): Segment[] {
  let before = kept.at(-1);
  const keyLine = update.source.tags.find(({ name }) => name === 'EXT-X-KEY')?.line ?? Infinity;
  const bitrateLine = update.source.tags.find(({ name }) => name === 'EXT-X-BITRATE')?.line ?? Infinity;
  const last = kept.at(-1);
  const discontinuitiesBefore =
    (last?.discontinuitySequence ?? update.discontinuitySequence) - update.discontinuitySequence;
  return update.segments.map((segment) => {
    const { byteRange } = segment;
    const follows = byteRange?.offset === undefined && byteRange && before?.uri === segment.uri;
    const whole: Segment = {
      ...segment,
      discontinuitySequence: segment.discontinuitySequence + discontinuitiesBefore,
      map: segment.map ?? last?.map,
      key: segment.line < keyLine ? last?.key : segment.key,
      bitrateKbps: segment.line < bitrateLine ? last?.bitrateKbps : segment.bitrateKbps,
      byteRange: follows ? readByteRange(String(byteRange.length), before?.byteRange) : byteRange,
    };
    before = whole;
    return whole;
  });
}
