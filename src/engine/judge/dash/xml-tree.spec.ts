import { describe, expect, it } from 'vitest';
import { readXml } from './xml-tree.js';

describe('reading XML', () => {
  it('decodes entities in values and text, and knows namespaces by their names', () => {
    const { root, problems } = readXml(
      '<?xml version="1.0"?><a xmlns="urn:a" xmlns:b="urn:b" url="?x=1&amp;y=2" b:hidden="1">&#65;&#x42;<b:c/><![CDATA[ & ]]></a>',
    );
    expect(problems).toEqual([]);
    expect([...root!.attributes]).toEqual([['url', '?x=1&y=2']]);
    expect(root!.namespace).toBe('urn:a');
    expect(root!.children.map(({ name, namespace }) => [name, namespace])).toEqual([['c', 'urn:b']]);
    expect(root!.text).toMatch(/^AB/);
  });

  it('does not let a document declare entities of its own', () => {
    const declared = `<!DOCTYPE a [${Array.from({ length: 9 }, (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`).join('')}]>`;
    const { problems } = readXml(`${declared}<a>&l9;</a>`);
    expect(problems).toEqual(['entity &l9; is not declared']);
  });

  it('says what is wrong, and where', () => {
    expect(readXml('<a>\n<b></a>').problems[0]).toMatch(/^line 2: /);
    expect(readXml('').problems).toHaveLength(1);
    expect(readXml('<a x="1" x="2"/>').problems[0]).toContain("'x' is repeated");
    expect(readXml('<a/><b/>').problems).toEqual(['2 root elements']);
  });
});
