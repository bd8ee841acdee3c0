/** XML as a tree that keeps the order of elements, with namespaces resolved. Broken XML is said, not thrown. PURE. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';

export interface XmlElement {
  /** Local name. */
  readonly name: string;
  readonly namespace: string;
  /** Attributes without a prefix, decoded, in document order; those with one are left out. */
  readonly attributes: ReadonlyMap<string, string>;
  /** It stands for something at another place: xlink:href. */
  readonly isRemote: boolean;
  readonly children: readonly XmlElement[];
  /** Its own text, decoded, without white space around it. */
  readonly text: string;
  /** For evidence: `Period[1]/AdaptationSet[0]`; ids where there are. */
  readonly path: string;
}

export interface XmlDocument {
  readonly root: XmlElement | undefined;
  readonly problems: readonly string[];
}

type Node = Readonly<Record<string, unknown>>;
const ATTRIBUTES = ':@';
const TEXT = '#text';
const XLINK = 'http://www.w3.org/1999/xlink';
const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Entities are decoded here and not by the parser, so that a document cannot declare its own and grow without bounds. */
const parser = new XMLParser({
  ...{ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', processEntities: false },
  ...{ parseTagValue: false, parseAttributeValue: false, ignoreDeclaration: true, ignorePiTags: true },
});

export function readXml(text: string): XmlDocument {
  const valid = XMLValidator.validate(text);
  if (valid !== true) return { root: undefined, problems: [`line ${valid.err.line}: ${valid.err.msg}`] };
  let nodes: readonly Node[];
  try {
    nodes = parser.parse(text) as readonly Node[];
  } catch (error) {
    return { root: undefined, problems: [error instanceof Error ? error.message : String(error)] };
  }
  const problems: string[] = [];
  const roots = nodes.filter((node) => nameOf(node) !== TEXT);
  if (roots.length !== 1) problems.push(`${roots.length} root elements`);
  const [first] = roots;
  return { root: first && elementOf(first, new Map([['', '']]), '', problems), problems };
}

function elementOf(node: Node, outer: ReadonlyMap<string, string>, path: string, problems: string[]): XmlElement {
  const raw = Object.entries((node[ATTRIBUTES] ?? {}) as Record<string, string>);
  const spaces = new Map(outer);
  for (const [name, value] of raw) {
    if (name === 'xmlns') spaces.set('', value);
    else if (name.startsWith('xmlns:')) spaces.set(name.slice(6), value);
  }
  const [prefix, name] = split(nameOf(node));
  const namespace = spaces.get(prefix);
  if (namespace === undefined) problems.push(`prefix ${prefix} of ${name} is not declared`);
  const plain = raw.filter(([key]) => key !== 'xmlns' && !key.includes(':'));
  const isRemote = raw.some(([key]) => key.endsWith(':href') && spaces.get(split(key)[0]) === XLINK);
  const attributes = new Map(plain.map(([key, value]) => [key, decoded(value, problems)]));
  const nodes = node[nameOf(node)] as readonly Node[];
  const counts = new Map<string, number>();
  const children = nodes
    .filter((child) => nameOf(child) !== TEXT)
    .map((child) => elementOf(child, spaces, childPath(path, child, counts), problems));
  const text = nodes.filter((child) => nameOf(child) === TEXT).map((child) => String(child[TEXT]));
  return {
    ...{ name, namespace: namespace ?? '', attributes, isRemote, children, path: path || name },
    text: decoded(text.join('').trim(), problems),
  };
}

function childPath(path: string, child: Node, counts: Map<string, number>): string {
  const [, name] = split(nameOf(child));
  const index = counts.get(name) ?? 0;
  counts.set(name, index + 1);
  const { id } = (child[ATTRIBUTES] ?? {}) as { id?: string };
  return `${path && `${path}/`}${name}[${id === undefined ? index : `@id=${id}`}]`;
}

const nameOf = (node: Node): string => Object.keys(node).find((key) => key !== ATTRIBUTES) ?? '';

function split(qualified: string): [prefix: string, name: string] {
  const colon = qualified.indexOf(':');
  return colon < 0 ? ['', qualified] : [qualified.slice(0, colon), qualified.slice(colon + 1)];
}

function decoded(text: string, problems: string[]): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|[^;&\s]*);/gi, (whole, name: string) => {
    if (name.startsWith('#')) {
      const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
      if (code > 0 && code <= 0x10_ffff) return String.fromCodePoint(code);
    }
    const known = PREDEFINED[name];
    if (known === undefined) problems.push(`entity ${whole} is not declared`);
    return known ?? whole;
  });
}

export const childrenNamed = ({ children, namespace }: XmlElement, name: string): XmlElement[] =>
  children.filter((child) => child.name === name && child.namespace === namespace);

/** All elements below, in document order. */
export function* descendants(element: XmlElement): Generator<XmlElement> {
  for (const child of element.children) {
    yield child;
    yield* descendants(child);
  }
}
