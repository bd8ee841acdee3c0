/** What was read of a playlist: every line in its place, the faults beside it. PURE. */
import type { Attribute } from './attribute-list.js';

export type FaultKind =
  | 'encoding'
  | 'control-character'
  | 'not-normalised'
  | 'white-space'
  | 'tag-case'
  | 'attribute-syntax'
  | 'attribute-once'
  | 'attribute-value'
  | 'attribute-missing'
  | 'tag-value'
  | 'uri'
  | 'variable';

/** Something that could not be read, or is not written as the language demands. */
export interface Fault {
  readonly kind: FaultKind;
  /** The line, what it says, and what was expected. */
  readonly evidence: string;
}

export interface Tag {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  /** The whole line. */
  readonly text: string;
  /** Behind the colon; undefined without one. */
  readonly value: string | undefined;
  /** Of tags with an attribute list; empty for others. Variables are replaced. */
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface UriLine {
  readonly line: number;
  /** As written, variables replaced. */
  readonly uri: string;
}

/** One text as it came, of either kind. A `mixed` one is read as a media playlist as far as it goes. */
export interface Playlist {
  readonly url: string;
  readonly kind: 'multivariant' | 'media' | 'mixed' | 'empty';
  readonly lines: readonly string[];
  readonly tags: readonly Tag[];
  readonly uris: readonly UriLine[];
  readonly faults: readonly Fault[];
  /** Names and values that EXT-X-DEFINE declared. */
  readonly variables: ReadonlyMap<string, string>;
  /** What EXT-X-VERSION says; 1 without the tag. */
  readonly version: number;
}

export interface ByteRange {
  readonly length: number;
  /** Undefined where it follows a range that this playlist does not show. */
  readonly offset: number | undefined;
}

export interface MediaMap {
  readonly line: number;
  readonly uri: string;
  readonly url: string | undefined;
  readonly byteRange: ByteRange | undefined;
}

export interface DateTag {
  readonly line: number;
  readonly text: string;
  /** Unix ms; NaN where it is no date. */
  readonly ms: number;
}

export interface Part {
  readonly line: number;
  readonly text: string;
  readonly uri: string;
  /** Absolute; undefined where the URI makes no sense. */
  readonly url: string | undefined;
  /** Seconds; NaN where it is missing. */
  readonly duration: number;
  readonly independent: boolean;
  readonly gap: boolean;
  readonly byteRange: ByteRange | undefined;
}

export interface Segment {
  /** Media Sequence Number. */
  readonly msn: number;
  /** Of the URI, or of the last part of a segment in progress. */
  readonly line: number;
  /** False: only parts are listed so far. */
  readonly complete: boolean;
  /** Of a complete segment. */
  readonly uri: string | undefined;
  readonly url: string | undefined;
  /** Seconds, from EXTINF. */
  readonly duration: number | undefined;
  readonly byteRange: ByteRange | undefined;
  /** An EXT-X-DISCONTINUITY is applied to it. */
  readonly discontinuity: boolean;
  /** Discontinuity Sequence Number (6.2.1). */
  readonly discontinuitySequence: number;
  readonly gap: boolean;
  readonly date: DateTag | undefined;
  readonly map: MediaMap | undefined;
  /** The EXT-X-KEY line that applies; undefined when it is not encrypted. */
  readonly key: Tag | undefined;
  readonly bitrateKbps: number | undefined;
  readonly parts: readonly Part[];
  /** DISCONTINUITY, KEY, MAP or PROGRAM-DATE-TIME that came after its first part. */
  readonly lateTags: readonly Tag[];
}

export interface ServerControl {
  readonly line: number;
  readonly text: string;
  readonly canBlockReload: boolean;
  readonly canSkipUntil: number | undefined;
  readonly canSkipDateRanges: boolean;
  readonly holdBack: number | undefined;
  readonly partHoldBack: number | undefined;
}

export interface Hint {
  readonly line: number;
  readonly text: string;
  readonly type: string;
  readonly uri: string;
  readonly url: string | undefined;
  readonly byteRangeStart: number | undefined;
  readonly byteRangeLength: number | undefined;
}

export interface RenditionReport {
  readonly line: number;
  readonly text: string;
  readonly uri: string;
  readonly url: string | undefined;
  readonly lastMsn: number | undefined;
  readonly lastPart: number | undefined;
}

export interface MediaPlaylist {
  readonly source: Playlist;
  readonly targetDuration: number | undefined;
  /** Part Target Duration, seconds. */
  readonly partTarget: number | undefined;
  readonly serverControl: ServerControl | undefined;
  readonly mediaSequence: number;
  readonly discontinuitySequence: number;
  readonly playlistType: 'EVENT' | 'VOD' | undefined;
  readonly ended: boolean;
  readonly iFramesOnly: boolean;
  /** SKIPPED-SEGMENTS of a delta update; undefined in a full playlist, and in one merged from a delta update. */
  readonly skipped: number | undefined;
  readonly segments: readonly Segment[];
  readonly hints: readonly Hint[];
  readonly reports: readonly RenditionReport[];
}

export interface VariantStream {
  readonly tag: Tag;
  /** The URI line below, if there is one. */
  readonly uri: string | undefined;
  readonly url: string | undefined;
}

export interface RenditionTag {
  readonly tag: Tag;
  readonly type: string;
  readonly groupId: string;
  readonly name: string;
  readonly url: string | undefined;
}

export interface MultivariantPlaylist {
  readonly source: Playlist;
  readonly variants: readonly VariantStream[];
  readonly renditions: readonly RenditionTag[];
}

/** The last thing a playlist lists: of a segment in progress its last part, otherwise the whole segment. */
export interface Position {
  readonly msn: number;
  readonly part: number | undefined;
}

const LONGEST_QUOTE = 140;

/** `line 7 #EXTINF:4.0,`: how evidence names a line. */
export function lineText(line: number, text: string): string {
  return `line ${line} ${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text}`;
}

export const tagText = ({ line, text }: { line: number; text: string }): string => lineText(line, text);

export const completeSegments = ({ segments }: MediaPlaylist): readonly Segment[] =>
  segments.filter(({ complete }) => complete);

/** Seconds of the complete segments. */
export const durationOf = (playlist: MediaPlaylist): number =>
  completeSegments(playlist).reduce((sum, { duration }) => sum + (duration ?? 0), 0);

export const hasParts = ({ segments }: MediaPlaylist): boolean => segments.some(({ parts }) => parts.length > 0);

/** Where the playlist ends, in the terms of EXT-X-RENDITION-REPORT (4.4.5.4); undefined in an empty one. */
export function lastPosition(playlist: MediaPlaylist): Position | undefined {
  const last = playlist.segments.at(-1);
  return last && { msn: last.msn, part: last.parts.length > 0 ? last.parts.length - 1 : undefined };
}
