/** Judges texts: one playlist, two versions of one, or all of a presentation. PURE. */
import { violationsOf, type Place, type Violation } from '../rule.js';
import type { MediaPlaylist, MultivariantPlaylist, Playlist } from './playlist.js';
import { readMediaPlaylist } from './read-media-playlist.js';
import { readMultivariantPlaylist } from './read-multivariant-playlist.js';
import { readPlaylist, type ReadOptions } from './read-playlist.js';
import {
  CHANGE_RULES,
  DATE_RULES,
  LOW_LATENCY_RULES,
  PRESENTATION_RULES,
  RENDITION_RULES,
  SEGMENT_RULES,
  SERVER_CONTROL_RULES,
  TEXT_RULES,
  VARIANT_RULES,
  WINDOW_RULES,
  type Change,
  type Presentation,
} from './rules/index.js';

const MULTIVARIANT_RULES = [...VARIANT_RULES, ...RENDITION_RULES];
const MEDIA_RULES = [...SEGMENT_RULES, ...DATE_RULES, ...LOW_LATENCY_RULES, ...SERVER_CONTROL_RULES];
const VERSION_RULES = [...CHANGE_RULES, ...WINDOW_RULES];

/** Every rule that a text alone can break. */
export const ALL_TEXT_RULES = [
  ...[...TEXT_RULES, ...MULTIVARIANT_RULES, ...MEDIA_RULES, ...VERSION_RULES, ...PRESENTATION_RULES],
] as const;

export interface JudgedPlaylist {
  readonly playlist: Playlist;
  /** Undefined where the text is a multivariant playlist, or none at all. */
  readonly media: MediaPlaylist | undefined;
  readonly multivariant: MultivariantPlaylist | undefined;
  readonly violations: readonly Violation[];
}

/** Reads `content` and judges it by itself. A delta update is judged as it came. */
export function judgePlaylist(content: Buffer | string, place: Place, options?: ReadOptions): JudgedPlaylist {
  const playlist = readPlaylist(content, place.url, options);
  const isMedia = playlist.kind === 'media' || playlist.kind === 'mixed';
  const media = isMedia ? readMediaPlaylist(playlist) : undefined;
  const multivariant = playlist.kind === 'multivariant' ? readMultivariantPlaylist(playlist) : undefined;
  return {
    ...{ playlist, media, multivariant },
    violations: [
      ...violationsOf(TEXT_RULES, playlist, place),
      ...(media ? violationsOf(MEDIA_RULES, media, place) : []),
      ...(multivariant ? violationsOf(MULTIVARIANT_RULES, multivariant, place) : []),
    ],
  };
}

export const judgeChange = (change: Change, place: Place): Violation[] => violationsOf(VERSION_RULES, change, place);

export const judgePresentation = (presentation: Presentation, place: Place): Violation[] =>
  violationsOf(PRESENTATION_RULES, presentation, place);
