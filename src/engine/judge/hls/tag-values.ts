/** What an attribute of a tag says. PURE. */
import type { Tag } from './playlist.js';

export const text = (tag: Tag, name: string): string | undefined => tag.attributes.get(name)?.value;

/** A number that can be read as one, quoted or not; what is malformed has become a fault already. */
export function number(tag: Tag, name: string): number | undefined {
  const value = text(tag, name);
  return value !== undefined && /^-?(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : undefined;
}

export const yes = (tag: Tag, name: string): boolean => text(tag, name) === 'YES';

/** RFC 3986 5.2; undefined where there is no URI or none that makes sense. */
export function resolveUri(uri: string | undefined, base: string): string | undefined {
  return uri !== undefined && uri !== '' && URL.canParse(uri, base) ? new URL(uri, base).href : undefined;
}
