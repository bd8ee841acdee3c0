/** What each track has in an object of fragmented MP4, for the rules of time. PURE. */
import type { TrackSpan } from '../track-span.js';
import { endOf, isSync, type Mp4Media, type TrackFragment } from './chunks.js';
import type { HeaderTrack } from './header.js';

/** Tracks in the order of the header; none where times cannot be read. */
export function mp4Spans({ header, chunks }: Mp4Media): TrackSpan[] {
  const fragments = chunks.flatMap((chunk) => chunk.fragments);
  return (header?.tracks ?? []).flatMap((track) => {
    const own = fragments.filter(({ trackId, samples }) => trackId === track.id && samples.length > 0);
    const canBeRead = own.length > 0 && own.every(({ decodeTime }) => Number.isSafeInteger(decodeTime));
    return canBeRead && track.timescale > 0 ? [spanOf(track, own)] : [];
  });
}

function spanOf(track: HeaderTrack, fragments: readonly TrackFragment[]): TrackSpan {
  const samples = fragments.flatMap((fragment) => fragment.samples);
  const shown = fragments.flatMap((fragment) => {
    let time = fragment.decodeTime ?? 0;
    return fragment.samples.map(({ durationTicks, compositionOffset }) => {
      time += durationTicks;
      return time - durationTicks + compositionOffset;
    });
  });
  return {
    name: track.name,
    kind: track.kind,
    timescale: track.timescale,
    startTicks: fragments[0]!.decodeTime!,
    endTicks: endOf(fragments.at(-1)!),
    earliestTicks: shown.reduce((least, time) => Math.min(least, time)) - (track.editTicks ?? 0),
    durationTicks: samples.reduce((sum, { durationTicks }) => sum + durationTicks, 0),
    frameTicks: samples.reduce((most, { durationTicks }) => Math.max(most, durationTicks), 0),
    startsWithKey: isSync(samples[0]!),
    hasKey: samples.some(isSync),
    jitterTicks: 0,
    toldFrames: 1,
  };
}
