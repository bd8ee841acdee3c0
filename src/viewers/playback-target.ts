/** What a viewer asked for, read from the address alone. PURE. */
import { parseMediaName, STREAM_ID } from '../engine/storage/index.js';

export const TARGET_KINDS = ['playlist', 'manifest', 'init', 'segment', 'part'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface PlaybackTarget {
  readonly streamId: string;
  readonly kind: TargetKind;
  readonly protocol: 'hls' | 'dash' | undefined;
  /** Undefined for what is about all renditions. */
  readonly rendition: string | undefined;
  /** The value of the query's `CMCD`, decoded. */
  readonly cmcd: string;
}

/** `/{id}/…`, `/streams/{id}/…`, and either behind `/signed/{expires}/{token}`. */
const ADDRESS =
  /^(?:\/signed\/[^/?]+\/[^/?]+)?(?:\/streams)?\/([^/?]+)\/(?:([a-z0-9][a-z0-9_-]{0,31})\/)?([^/?]+)(?:\?(.*))?$/;
const CMCD_PARAMETER = /(?:^|&)CMCD=([^&]*)/i;

/** Undefined for what is no playback address. `address`: path and query as the client sent them. */
export function playbackTarget(address: string): PlaybackTarget | undefined {
  const found = ADDRESS.exec(address);
  if (!found) return undefined;
  const [, streamId = '', rendition, file = '', query = ''] = found;
  const what = whatIs(file, rendition);
  if (!what || !STREAM_ID.test(streamId)) return undefined;
  return { streamId, rendition, ...what, cmcd: decoded(CMCD_PARAMETER.exec(query)?.[1] ?? '') };
}

function whatIs(file: string, rendition: string | undefined): Pick<PlaybackTarget, 'kind' | 'protocol'> | undefined {
  if (file.endsWith('.m3u8')) return { kind: rendition === undefined ? 'manifest' : 'playlist', protocol: 'hls' };
  if (file.endsWith('.mpd')) return rendition === undefined ? { kind: 'manifest', protocol: 'dash' } : undefined;
  const media = rendition === undefined ? undefined : parseMediaName(file);
  if (!media) return undefined;
  if (media.kind === 'timed') return { kind: 'segment', protocol: 'dash' };
  const isTransportStream = media.kind === 'segment' && media.format === 'mpegts';
  return { kind: media.kind, protocol: isTransportStream || media.kind === 'part' ? 'hls' : undefined };
}

/** A part is counted by the playlist that named it, and a held playlist once a segment; nginx has the same rule. */
export const isCounted = (address: string): boolean =>
  !/_HLS_part=[1-9]/.test(address) && !/^[^?]*\/\d+\.\d+\.m4s(?:\?|$)/.test(address);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
}
