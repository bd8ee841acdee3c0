/** The multivariant playlist in a playlist's lines (rfc8216bis 4.4.6). PURE. */
import type { MultivariantPlaylist, Playlist, RenditionTag, Tag, VariantStream } from './playlist.js';
import { resolveUri, text } from './tag-values.js';

export function readMultivariantPlaylist(source: Playlist): MultivariantPlaylist {
  return {
    source,
    variants: source.tags.filter(({ name }) => name === 'EXT-X-STREAM-INF').map((tag) => variant(tag, source)),
    renditions: source.tags.filter(({ name }) => name === 'EXT-X-MEDIA').map((tag) => rendition(tag, source)),
  };
}

/** 4.4.6.2: its URI is the next line; comments, blank lines and unknown tags may stand between. */
function variant(tag: Tag, source: Playlist): VariantStream {
  const next = source.uris.find(({ line }) => line > tag.line);
  const other = source.tags.find(({ name, line }) => name === 'EXT-X-STREAM-INF' && line > tag.line);
  const uri = next && (!other || next.line < other.line) ? next.uri : undefined;
  return { tag, uri, url: resolveUri(uri, source.url) };
}

function rendition(tag: Tag, source: Playlist): RenditionTag {
  return {
    tag,
    type: text(tag, 'TYPE') ?? '',
    groupId: text(tag, 'GROUP-ID') ?? '',
    name: text(tag, 'NAME') ?? '',
    url: resolveUri(text(tag, 'URI'), source.url),
  };
}
