/** Attribute lists to the letter (rfc8216bis 4.2): what cannot be read is told, never thrown. PURE. */

export interface Attribute {
  /** Without the quotes. */
  readonly value: string;
  readonly quoted: boolean;
}

export interface AttributeFault {
  readonly kind: 'attribute-syntax' | 'attribute-once';
  readonly evidence: string;
}

export interface AttributeList {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly faults: readonly AttributeFault[];
}

const NAME = /^[A-Z0-9-]+$/;

/** Reads `NAME=value,NAME="quoted value"`. A name said twice keeps its first value. */
export function readAttributeList(text: string): AttributeList {
  const attributes = new Map<string, Attribute>();
  const faults: AttributeFault[] = [];
  const syntax = (evidence: string): void => void faults.push({ kind: 'attribute-syntax', evidence });
  let at = 0;
  while (at < text.length || (at > 0 && text.at(at - 1) === ',')) {
    const equals = text.indexOf('=', at);
    const comma = text.indexOf(',', at);
    if (equals < 0 || (comma >= 0 && comma < equals)) {
      const end = comma < 0 ? text.length : comma;
      syntax(`'${text.slice(at, end)}' is not NAME=value`);
      if (comma < 0) break;
      at = comma + 1;
      continue;
    }
    const written = text.slice(at, equals);
    const name = written.trim();
    if (written !== name) syntax(`white space around the name ${name}`);
    if (!NAME.test(name)) syntax(`'${name}' is not an attribute name: only A-Z, 0-9 and - are allowed`);
    const value = readValue(text, equals + 1, name, syntax);
    if (attributes.has(name)) faults.push({ kind: 'attribute-once', evidence: `${name} is said twice` });
    else attributes.set(name, value.attribute);
    at = value.next;
  }
  if (text === '') syntax('the attribute list is empty');
  return { attributes, faults };
}

function readValue(
  text: string,
  start: number,
  name: string,
  syntax: (evidence: string) => void,
): { attribute: Attribute; next: number } {
  if (/^\s*"/.test(text.slice(start))) {
    const open = text.indexOf('"', start);
    if (open !== start) syntax(`white space before the value of ${name}`);
    const close = text.indexOf('"', open + 1);
    if (close < 0) {
      syntax(`the quoted-string of ${name} has no end`);
      return { attribute: { value: text.slice(open + 1), quoted: true }, next: text.length };
    }
    const comma = text.indexOf(',', close);
    const end = comma < 0 ? text.length : comma;
    if (close + 1 !== end) syntax(`'${text.slice(close + 1, end)}' after the quoted-string of ${name}`);
    return { attribute: { value: text.slice(open + 1, close), quoted: true }, next: comma < 0 ? end : comma + 1 };
  }
  const comma = text.indexOf(',', start);
  const end = comma < 0 ? text.length : comma;
  const written = text.slice(start, end);
  const value = written.trim();
  if (written !== value) syntax(`white space around the value of ${name}`);
  if (value === '') syntax(`${name} has no value`);
  if (value.includes('"')) syntax(`a double quote inside the unquoted value of ${name}`);
  return { attribute: { value, quoted: false }, next: comma < 0 ? end : comma + 1 };
}
