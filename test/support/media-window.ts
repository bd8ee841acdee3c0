/** A run of whole segments, picture and sound, fetched from a live stream to be looked at and listened to. */
import type { FetchedTrack } from './flash-and-beep.js';
import { firstDecodeTime } from './flash-and-beep.js';
import { fetchPlaylist } from './playlist.js';
import { until } from './until.js';

export interface Fetched {
  readonly numbers: readonly number[];
  readonly init: Buffer;
  readonly segments: readonly Buffer[];
  /** EXT-X-PROGRAM-DATE-TIME of the first segment, seconds. */
  readonly date: number;
  /** Decode time of each segment's first sample, ticks. */
  readonly starts: readonly number[];
  readonly timescale: number;
}

export interface MediaWindow {
  readonly picture: Fetched;
  readonly sound: Fetched;
}

/** As an HLS player sees it that goes by dates. */
export const byDate = ({ init, segments, date }: Fetched): FetchedTrack => ({ init, segments, startsAt: date });

/** As a DASH player sees it, and an HLS player that goes by decode times: the Period starts at 0 and so does the media. */
export const byMediaTime = ({ init, segments, starts, timescale }: Fetched): FetchedTrack => ({
  ...{ init, segments, startsAt: starts[0]! / timescale },
});

/** Segments `first` to `first + count` of the 240p rung and the sound of the stream at `stream`; waits for them. */
export async function fetchWindow(stream: string, first: number, count: number): Promise<MediaWindow> {
  const [picture, sound] = await Promise.all([
    fetchRendition(`${stream}/240p`, { first, count }, 90_000),
    fetchRendition(`${stream}/audio`, { first, count }, 48_000),
  ]);
  return { picture, sound };
}

interface Range {
  readonly first: number;
  readonly count: number;
}

async function fetchRendition(folder: string, { first, count }: Range, timescale: number): Promise<Fetched> {
  const listed = await until(`${folder} has ${count} segments from ${first} on`, async () => {
    const { segments } = await fetchPlaylist(`${folder}/playlist.m3u8`);
    const found = segments.filter(
      ({ uri, duration }) => duration > 0 && numberOf(uri) >= first && numberOf(uri) < first + count,
    );
    return found.length === count && found;
  });
  const bytes = async (uri: string): Promise<Buffer> => {
    const response = await fetch(`${folder}/${uri}`);
    if (!response.ok) throw new Error(`${folder}/${uri} answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  };
  const segments = await Promise.all(listed.map(({ uri }) => bytes(uri)));
  return {
    ...{ init: await bytes(listed[0]!.map!.uri), segments, timescale },
    numbers: listed.map(({ uri }) => numberOf(uri)),
    date: listed[0]!.programDateTime! / 1000,
    starts: segments.map(firstDecodeTime),
  };
}

export /** Whole segments that begin after this moment. */
async function freshWindow(stream: string, count: number): Promise<MediaWindow> {
  const { segments } = await fetchPlaylist(`${stream}/240p/playlist.m3u8`);
  // The one in progress may have begun before; the one after it has not.
  return fetchWindow(stream, numberOf(segments.at(-1)!.uri) + 2, count);
}

export const numberOf = (uri: string): number => Number(/^(\d+)\.m4s$/.exec(uri)![1]);
