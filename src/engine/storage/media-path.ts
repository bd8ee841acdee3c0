/** Names of everything a stream leaves on disk, which are its URLs too. PURE. */

/** The documented safe alphabet of stream ids: a folder, a URL segment, a metric label, and no traps. */
export const STREAM_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** `fmp4`: CMAF, one track a file. `mpegts`: transport stream, for classic HLS. */
export type SegmentFormat = 'fmp4' | 'mpegts';

const EXTENSION: Readonly<Record<SegmentFormat, string>> = { fmp4: 'm4s', mpegts: 'ts' };

export const segmentName = (segment: number, format: SegmentFormat = 'fmp4'): string =>
  `${segment}.${EXTENSION[format]}`;
/** A second name of a CMAF segment, by the decode time of its first sample in track ticks (DASH `$Time$`). */
export const timedName = (ticks: number): string => `t${ticks}.m4s`;
export const partName = (segment: number, part: number): string => `${segment}.${part}.m4s`;
export const initName = (hash: string): string => `init-${hash}.mp4`;

/** A file is written under this name first and renamed when whole. Never served. */
export const temporaryName = (name: string): string => `.${name}.tmp`;

export type MediaName =
  | { readonly kind: 'init'; readonly hash: string }
  | { readonly kind: 'segment'; readonly segment: number; readonly format: SegmentFormat }
  | { readonly kind: 'timed'; readonly ticks: number }
  | { readonly kind: 'part'; readonly segment: number; readonly part: number };

/** What a file name says, or undefined for any name that is not ours. */
export function parseMediaName(name: string): MediaName | undefined {
  const init = /^init-([0-9a-f]{12})\.mp4$/.exec(name);
  if (init) return { kind: 'init', hash: init[1]! };
  const timed = /^t(0|[1-9]\d{0,15})\.m4s$/.exec(name);
  if (timed) return { kind: 'timed', ticks: Number(timed[1]) };
  const media = /^(0|[1-9]\d{0,14})(?:\.(0|[1-9]\d{0,3}))?\.(m4s|ts)$/.exec(name);
  if (!media) return undefined;
  const [, number, part, extension] = media;
  const segment = Number(number);
  if (part === undefined) return { kind: 'segment', segment, format: extension === 'ts' ? 'mpegts' : 'fmp4' };
  return extension === 'm4s' ? { kind: 'part', segment, part: Number(part) } : undefined;
}

/** True for names a crash may have left half written. */
export const isTemporaryName = (name: string): boolean => /^\.[A-Za-z0-9.-]+\.tmp$/.test(name);

/** Which init segment a rendition has used since when: one line a change, never served. */
export const INIT_JOURNAL = '.inits';

/** The highest segment number the stream has begun; in the stream's own folder, never served. */
export const BEGUN_MARK = '.begun';

/** What an ended stream's last playlists and MPDs are printed from; in the stream's own folder, never served. */
export const ENDED_RECORD = '.ended.json';

/** What lies beside the folders of the renditions. */
export const isStreamRecord = (name: string): boolean =>
  [BEGUN_MARK, ENDED_RECORD].some((record) => name === record || name === temporaryName(record));
