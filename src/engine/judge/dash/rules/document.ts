/** The rules of the text: well-formed XML of one root, and the schema (XML 1.0, ISO/IEC 23009-1 annex B). PURE. */
import type { Rule } from '../../rule.js';
import { DASH_NAMESPACE, type Mpd } from '../mpd.js';
import { isOfType } from '../schema-types.js';
import { elementType, type ElementType } from '../structure.js';
import type { XmlDocument, XmlElement } from '../xml-tree.js';

export const DOCUMENT_RULES: readonly Rule<XmlDocument>[] = [
  {
    id: 'dash.well-formed',
    clause: 'XML 1.0 2.1',
    severity: 'error',
    text: 'An MPD is well-formed XML.',
    check: ({ problems }) => problems,
  },
  {
    id: 'dash.root',
    clause: 'ISO/IEC 23009-1 5.2.2',
    severity: 'error',
    text: 'The root is MPD, in the namespace of DASH.',
    check: ({ root }) =>
      !root || (root.name === 'MPD' && root.namespace === DASH_NAMESPACE)
        ? []
        : [`${root.name} in ${root.namespace === '' ? 'no namespace' : root.namespace}`],
  },
];

/** Every element of DASH with its type; what is below an unknown one is nobody's. */
function* typed(element: XmlElement, type: ElementType): Generator<{ element: XmlElement; type: ElementType }> {
  yield { element, type };
  for (const child of ownChildren(element)) {
    const row = type.children.find(({ name }) => name === child.name);
    if (row) yield* typed(child, elementType(row.type));
  }
}

/** Elements of other namespaces may stand anywhere. */
const ownChildren = ({ children }: XmlElement): XmlElement[] =>
  children.filter(({ namespace }) => namespace === DASH_NAMESPACE);

const ofElements =
  (check: (element: XmlElement, type: ElementType) => readonly string[]): Rule<Mpd>['check'] =>
  ({ root }) =>
    [...typed(root, elementType('MPD'))].flatMap(({ element, type }) =>
      check(element, type).map((found) => `${element.path}: ${found}`),
    );

export const SCHEMA_RULES: readonly Rule<Mpd>[] = [
  {
    id: 'dash.element-known',
    clause: 'ISO/IEC 23009-1 annex B',
    severity: 'warning',
    text: 'Elements in the namespace of DASH are those of its schema, where it has them.',
    check: ofElements((element, { children }) =>
      ownChildren(element)
        .filter(({ name }) => !children.some((row) => row.name === name))
        .map(({ name }) => `no ${name} here`),
    ),
  },
  {
    id: 'dash.element-order',
    clause: 'ISO/IEC 23009-1 annex B',
    severity: 'error',
    text: 'Elements stand in the order of the schema.',
    check: ofElements((element, { children }) => {
      const known = ownChildren(element)
        .map(({ name }) => ({ name, at: children.findIndex((row) => row.name === name) }))
        .filter(({ at }) => at >= 0);
      const late = known.findIndex(({ at }, index) => index > 0 && at < known[index - 1]!.at);
      return late < 0 ? [] : [`${known[late]!.name} after ${known[late - 1]!.name}`];
    }),
  },
  {
    id: 'dash.element-count',
    clause: 'ISO/IEC 23009-1 annex B',
    severity: 'error',
    text: 'Elements are there as often as the schema says.',
    check: ofElements((element, { children }) =>
      children.flatMap(({ name, least, most }) => {
        const count = ownChildren(element).filter((child) => child.name === name).length;
        return count < least || count > most
          ? [`${count} ${name}, ${least === 0 ? 'at most' : 'at least'} 1 expected`]
          : [];
      }),
    ),
  },
  {
    id: 'dash.attribute-known',
    clause: 'ISO/IEC 23009-1 annex B',
    severity: 'warning',
    text: 'Attributes are those of the schema; others have a namespace of their own.',
    check: ofElements((element, { attributes }) =>
      [...element.attributes.keys()].filter((name) => !attributes.has(name)).map((name) => `no @${name} here`),
    ),
  },
  {
    id: 'dash.attribute-required',
    clause: 'ISO/IEC 23009-1 annex B',
    severity: 'error',
    text: 'Attributes that the schema requires are there.',
    check: ofElements((element, { attributes }) =>
      [...attributes]
        .filter(([name, { required }]) => required && !element.attributes.has(name))
        .map(([name]) => `no @${name}`),
    ),
  },
  {
    id: 'dash.attribute-type',
    clause: 'ISO/IEC 23009-1 annex B',
    severity: 'error',
    text: 'Values are of the type that the schema gives them.',
    check: ofElements((element, { attributes }) =>
      [...element.attributes].flatMap(([name, value]) => {
        const row = attributes.get(name);
        return row && !isOfType(value, row.type) ? [`@${name} "${value.slice(0, 60)}" is no ${row.type}`] : [];
      }),
    ),
  },
  {
    id: 'dash.text-type',
    clause: 'ISO/IEC 23009-1 annex B',
    severity: 'error',
    text: 'Text stands only where the schema has it, and is of the type it has there.',
    check: ofElements(({ text }, type) => {
      if (text === '') return [];
      if (type.text === undefined) return [`text "${text.slice(0, 40)}"`];
      return isOfType(text, type.text) ? [] : [`"${text.slice(0, 60)}" is no ${type.text}`];
    }),
  },
];
