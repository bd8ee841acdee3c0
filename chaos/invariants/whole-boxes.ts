/** Whether bytes are whole top-level boxes, and a chunk's data is all there (ISO/IEC 14496-12 4.2). PURE. */

const HEADER_BYTES = 8;

/** What is wrong with an init segment, a part or a segment; undefined when nothing is. */
export function brokenBoxes(bytes: Buffer, kind: 'init' | 'media'): string | undefined {
  const types: string[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes.length - at < HEADER_BYTES) return `${bytes.length - at} bytes after ${list(types)} are no box`;
    const size = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (!/^[ -~]{4}$/.test(type) || size < HEADER_BYTES) return `no box begins at byte ${at}, after ${list(types)}`;
    if (at + size > bytes.length) return `${type} at byte ${at} says ${size} bytes, and ${bytes.length - at} are there`;
    types.push(type);
    at += size;
  }
  return kind === 'init' ? wrongInit(types) : wrongMedia(types);
}

function wrongInit(types: readonly string[]): string | undefined {
  return types[0] === 'ftyp' && types.includes('moov') ? undefined : `an init segment of ${list(types)}`;
}

/** Every moof is followed by its mdat, and there is one. */
function wrongMedia(types: readonly string[]): string | undefined {
  const chunks = types.filter((type) => type === 'moof' || type === 'mdat');
  const paired = chunks.every((type, index) => type === (index % 2 === 0 ? 'moof' : 'mdat'));
  return chunks.length > 0 && chunks.length % 2 === 0 && paired ? undefined : `media of ${list(types)}`;
}

const list = (types: readonly string[]): string => (types.length === 0 ? 'nothing' : types.slice(-6).join(', '));
