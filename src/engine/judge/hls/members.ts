/** Which media playlists a multivariant playlist lists, and which variant streams each may be played in. PURE. */
import type { MediaPlaylist, MultivariantPlaylist, VariantStream } from './playlist.js';
import type { Member } from './rules/index.js';
import { text } from './tag-values.js';

/** A media playlist that is listed, not yet read. */
export interface ListedPlaylist {
  /** Its URL without what all have in common: for evidence. */
  readonly name: string;
  readonly url: string;
  /** `VARIANT`, or the TYPE of its EXT-X-MEDIA. */
  readonly type: string;
  readonly variants: readonly VariantStream[];
}

/** One entry a URL, variants first. I-frame playlists are left out. */
export function listedPlaylists({ variants, renditions, source }: MultivariantPlaylist): ListedPlaylist[] {
  const found = new Map<string, ListedPlaylist>();
  const add = (url: string, type: string, used: readonly VariantStream[]): void => {
    const known = found.get(url);
    const all = [...new Set([...(known?.variants ?? []), ...used])];
    found.set(url, { name: nameOf(url, source.url), url, type: known?.type ?? type, variants: all });
  };
  for (const variant of variants) if (variant.url !== undefined) add(variant.url, 'VARIANT', [variant]);
  for (const { url, type, groupId } of renditions) {
    if (url === undefined) continue;
    add(
      url,
      type,
      variants.filter(({ tag }) => text(tag, type) === groupId),
    );
  }
  return [...found.values()];
}

export const memberOf = (listed: ListedPlaylist, playlist: MediaPlaylist): Member => ({ ...listed, playlist });

/** `720p/playlist.m3u8` of `http://host/demo/720p/playlist.m3u8`, seen from `http://host/demo/playlist.m3u8`. */
function nameOf(url: string, base: string): string {
  const folder = base.split('?')[0]!.replace(/[^/]*$/, '');
  return url.startsWith(folder) ? url.slice(folder.length) : url;
}
