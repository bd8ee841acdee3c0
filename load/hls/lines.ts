/** The syntax that both kinds of playlist share (rfc8216bis 4.1, 4.2). */

/** Tags and URIs, without comments and blank lines. Throws when this is no playlist. */
export function linesOf(text: string): string[] {
  if (!text.startsWith('#EXTM3U')) throw new Error('no playlist: it does not start with #EXTM3U');
  return text.split(/\r?\n/).filter((line) => line !== '' && (!line.startsWith('#') || line.startsWith('#EXT')));
}

/** The name of a tag, with its #. */
export function tagOf(line: string): string {
  const colon = line.indexOf(':');
  return colon < 0 ? line : line.slice(0, colon);
}

const ATTRIBUTE = /([A-Z0-9-]+)=(?:"([^"]*)"|([^,]*))/g;

/** The attributes of a tag; undefined when it is not the tag asked for. */
export function attributesOf(line: string, tag?: string): ReadonlyMap<string, string> | undefined {
  if (tag !== undefined && !line.startsWith(tag)) return undefined;
  const list = line.slice(line.indexOf(':') + 1);
  return new Map(Array.from(list.matchAll(ATTRIBUTE), ([, name, quoted, plain]) => [name!, quoted ?? plain ?? '']));
}
