/** Which protocol version a playlist's tags and attributes need (rfc8216bis 8). PURE. */
import type { Playlist, Tag } from '../playlist.js';

interface Need {
  readonly version: number;
  readonly because: string;
}

const lineNeeds = ({ name, line, value, attributes }: Tag, iFramesOnly: boolean): Need[] => {
  const has = (attribute: string): boolean => attributes.has(attribute);
  const need = (version: number, what: string): Need => ({ version, because: `${what} in line ${line}` });
  switch (name) {
    case 'EXTINF':
      return /^\d*\.\d/.test(value ?? '') ? [need(3, 'an EXTINF with a fraction')] : [];
    case 'EXT-X-BYTERANGE':
      return [need(4, 'EXT-X-BYTERANGE')];
    case 'EXT-X-I-FRAMES-ONLY':
      return [need(4, 'EXT-X-I-FRAMES-ONLY')];
    case 'EXT-X-MAP':
      return [need(iFramesOnly ? 5 : 6, 'EXT-X-MAP')];
    case 'EXT-X-KEY':
      return [
        ...(has('IV') ? [need(2, 'IV')] : []),
        ...(has('KEYFORMAT') || has('KEYFORMATVERSIONS') ? [need(5, 'KEYFORMAT')] : []),
        ...(attributes.get('METHOD')?.value === 'SAMPLE-AES' ? [need(5, 'SAMPLE-AES')] : []),
      ];
    case 'EXT-X-MEDIA':
      return attributes.get('INSTREAM-ID')?.value.startsWith('SERVICE') ? [need(7, 'a SERVICE INSTREAM-ID')] : [];
    case 'EXT-X-DEFINE':
      return [has('QUERYPARAM') ? need(11, 'QUERYPARAM') : need(8, 'EXT-X-DEFINE')];
    case 'EXT-X-SKIP':
      return [has('RECENTLY-REMOVED-DATERANGES') ? need(10, 'a skip of date ranges') : need(9, 'EXT-X-SKIP')];
    default:
      return [];
  }
};

/** What it needs, the highest version first. */
export function neededVersion({ tags }: Playlist): Need[] {
  const iFramesOnly = tags.some(({ name }) => name === 'EXT-X-I-FRAMES-ONLY');
  const required = tags.flatMap((tag) =>
    [...tag.attributes.keys()]
      .filter((attribute) => attribute.startsWith('REQ-'))
      .map((attribute) => ({ version: 12, because: `${attribute} in line ${tag.line}` })),
  );
  return [...tags.flatMap((tag) => lineNeeds(tag, iFramesOnly)), ...required].sort((a, b) => b.version - a.version);
}
