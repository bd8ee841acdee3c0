/** XML, as much of it as an MPD needs: elements with attributes, always escaped. PURE. */

export type XmlAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element on lines of its own, its children indented. Undefined attributes are left out. */
export function element(name: string, attributes: XmlAttributes, children: readonly string[] = []): string {
  const told = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([attribute, value]) => ` ${attribute}="${escape(String(value))}"`)
    .join('');
  if (children.length === 0) return `<${name}${told}/>`;
  const body = children.join('\n').replace(/^/gm, '  ');
  return `<${name}${told}>\n${body}\n</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
