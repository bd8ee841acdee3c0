/** What a player takes from a multivariant playlist (rfc8216bis 4.4.6). */
import { attributesOf, linesOf } from './lines.js';

export interface Variant {
  readonly url: URL;
  readonly bandwidth: number;
  /** The audio that goes with it, when that is a playlist of its own. */
  readonly audio: URL | undefined;
}

export const isMultivariant = (text: string): boolean => /^#EXT-X-STREAM-INF:/m.test(text);

/** Throws when this is no playlist or has no variant. */
export function parseMultivariant(text: string, base: URL): Variant[] {
  const lines = linesOf(text);
  const audio = new Map<string, URL>();
  for (const line of lines) {
    const attributes = attributesOf(line, '#EXT-X-MEDIA:');
    if (attributes?.get('TYPE') !== 'AUDIO' || !attributes.has('URI')) continue;
    const group = attributes.get('GROUP-ID') ?? '';
    if (!audio.has(group) || attributes.get('DEFAULT') === 'YES')
      audio.set(group, new URL(attributes.get('URI')!, base));
  }
  const variants = lines.flatMap((line, index) => {
    const attributes = attributesOf(line, '#EXT-X-STREAM-INF:');
    const uri = lines.slice(index + 1).find((later) => !later.startsWith('#'));
    if (!attributes || uri === undefined) return [];
    return {
      url: new URL(uri, base),
      bandwidth: Number(attributes.get('BANDWIDTH') ?? 0),
      audio: audio.get(attributes.get('AUDIO') ?? ''),
    };
  });
  if (variants.length === 0) throw new Error('a multivariant playlist without variants');
  return variants;
}
