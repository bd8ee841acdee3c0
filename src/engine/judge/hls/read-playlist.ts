/** Reads the text of a playlist line by line (rfc8216bis 4): tags, URIs, and everything that is not as it must be. PURE. */
import { readAttributeList, type Attribute } from './attribute-list.js';
import { lineText, type Fault, type FaultKind, type Playlist, type Tag, type UriLine } from './playlist.js';
import { TAGS } from './tag-table.js';
import { attributeFault, tagValueFault } from './value-forms.js';

export interface ReadOptions {
  /** What the multivariant playlist defined, for EXT-X-DEFINE:IMPORT. */
  readonly imports?: ReadonlyMap<string, string>;
}

const TAG_NAME = /^#(EXT[^:\s]*)(?::(.*))?$/;
const KNOWN_IN_ANY_CASE: ReadonlyMap<string, string> = new Map(
  Object.keys(TAGS).map((name) => [name.toLowerCase(), name]),
);

const URI_ATTRIBUTES: ReadonlySet<string> = new Set(['URI', 'SERVER-URI']);

/** Reads a playlist of either kind. Never throws: what it cannot read is in `faults`. */
export function readPlaylist(content: Buffer | string, url: string, options: ReadOptions = {}): Playlist {
  return new Reader(url, options).read(content);
}

class Reader {
  private readonly faults: Fault[] = [];
  private readonly tags: Tag[] = [];
  private readonly uris: UriLine[] = [];
  private readonly variables = new Map<string, string>();

  constructor(
    private readonly url: string,
    private readonly options: ReadOptions,
  ) {}

  read(content: Buffer | string): Playlist {
    const lines = this.decode(content).split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    lines.forEach((text, index) => this.readLine(index + 1, text));
    const scopes = new Set(this.tags.map(({ name }) => TAGS[name]?.scope));
    const isMultivariant = scopes.has('multivariant');
    const isMedia = (['media', 'segment', 'metadata'] as const).some((scope) => scopes.has(scope));
    const version = Number(this.tags.find(({ name }) => name === 'EXT-X-VERSION')?.value ?? 1);
    return {
      ...{ url: this.url, lines, tags: this.tags, uris: this.uris, faults: this.faults, variables: this.variables },
      kind: isMultivariant ? (isMedia ? 'mixed' : 'multivariant') : isMedia ? 'media' : 'empty',
      version: Number.isNaN(version) ? 1 : version,
    };
  }

  private fault(kind: FaultKind, evidence: string): void {
    this.faults.push({ kind, evidence });
  }

  private decode(content: Buffer | string): string {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      this.fault('encoding', 'the bytes are not UTF-8');
      text = bytes.toString('utf8');
    }
    if (!text.startsWith('\uFEFF')) return text;
    this.fault('encoding', 'the text begins with a Byte Order Mark');
    return text.slice(1);
  }

  private readLine(line: number, text: string): void {
    if (text === '') return;
    const control = /\p{Cc}/u.exec(hasTabs(text) ? text.replaceAll('\t', '') : text)?.[0];
    if (control !== undefined) {
      const code = control.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
      this.fault('control-character', `line ${line} contains U+${code}`);
    }
    if (text.normalize('NFC') !== text) this.fault('not-normalised', lineText(line, text));
    if (!text.startsWith('#')) return this.readUri(line, text);
    const match = TAG_NAME.exec(text);
    const known = KNOWN_IN_ANY_CASE.get(/^#(ext[^:\s]*)/i.exec(text)?.[1]?.toLowerCase() ?? '');
    if (known !== undefined && known !== match?.[1]) {
      return this.fault('tag-case', `${lineText(line, text)} is a comment; the tag is #${known}`);
    }
    if (match) this.readTag(line, text, match[1]!, match[2]);
  }

  private readUri(line: number, text: string): void {
    const uri = text.trim();
    if (uri !== text) this.fault('white-space', `${lineText(line, text)}: white space around the URI`);
    if (uri === '') return;
    const replaced = this.replaceVariables(uri, line);
    this.uris.push({ line, uri: replaced });
    this.checkUri(line, text, replaced);
  }

  private checkUri(line: number, text: string, uri: string): void {
    if (!URL.canParse(uri, this.url)) this.fault('uri', `${lineText(line, text)}: '${uri}' cannot be resolved`);
  }

  private readTag(line: number, text: string, name: string, value: string | undefined): void {
    const form = TAGS[name];
    if (/\s$/.test(text) && name !== 'EXTINF')
      this.fault('white-space', `${lineText(line, text)}: white space at its end`);
    const trimmed = name === 'EXTINF' ? value : value?.trimEnd();
    const wrong = form && tagValueFault(trimmed, form);
    if (wrong !== undefined) this.fault('tag-value', `${lineText(line, text)}: ${wrong}`);
    const attributes =
      form?.value === 'attributes' && trimmed !== undefined
        ? this.readAttributes(line, text, name, trimmed)
        : new Map<string, Attribute>();
    this.tags.push({ name, line, text, value: trimmed, attributes });
    if (name === 'EXT-X-DEFINE') this.define(line, text, attributes);
  }

  private readAttributes(line: number, text: string, name: string, value: string): Map<string, Attribute> {
    const { attributes, faults } = readAttributeList(value);
    for (const { kind, evidence } of faults) this.fault(kind, `${lineText(line, text)}: ${evidence}`);
    const forms = TAGS[name]!.attributes;
    const read = new Map<string, Attribute>();
    for (const [attributeName, attribute] of attributes) {
      const form = formOf(name, attributeName);
      const isVariable = attribute.quoted || form === 'hex';
      const replaced = isVariable ? { ...attribute, value: this.replaceVariables(attribute.value, line) } : attribute;
      read.set(attributeName, replaced);
      if (URI_ATTRIBUTES.has(attributeName) && replaced.value !== '') this.checkUri(line, text, replaced.value);
      const wrong = form && attributeFault(attributeName, replaced, form);
      if (wrong !== undefined) this.fault('attribute-value', `${lineText(line, text)}: ${wrong}`);
    }
    for (const [required, { required: isRequired }] of Object.entries(forms)) {
      if (isRequired && !attributes.has(required)) {
        this.fault('attribute-missing', `${lineText(line, text)}: ${required} is missing`);
      }
    }
    return read;
  }

  /** 4.3: a reference to a variable that no line above defines is a parsing error. */
  private replaceVariables(text: string, line: number): string {
    return text.replace(/\{\$([a-zA-Z0-9_-]+)\}/g, (reference, name: string) => {
      const value = this.variables.get(name);
      if (value === undefined) this.fault('variable', `line ${line}: ${reference} is not defined above`);
      return value ?? reference;
    });
  }

  private define(line: number, text: string, attributes: ReadonlyMap<string, Attribute>): void {
    const wrong = (evidence: string): void => this.fault('variable', `${lineText(line, text)}: ${evidence}`);
    const kinds = ['NAME', 'IMPORT', 'QUERYPARAM'].filter((kind) => attributes.has(kind));
    if (kinds.length !== 1) return wrong('exactly one of NAME, IMPORT and QUERYPARAM expected');
    const name = attributes.get(kinds[0]!)!.value;
    const value = this.valueOf(kinds[0]!, name, attributes);
    if (this.variables.has(name)) return wrong(`${name} is defined twice`);
    if (value === undefined) return wrong(`${name} has no value to take`);
    this.variables.set(name, value);
  }

  private valueOf(kind: string, name: string, attributes: ReadonlyMap<string, Attribute>): string | undefined {
    if (kind === 'NAME') return attributes.get('VALUE')?.value;
    if (kind === 'IMPORT') return this.options.imports?.get(name);
    return URL.canParse(this.url) ? (new URL(this.url).searchParams.get(name) ?? undefined) : undefined;
  }
}

/** 4.4.5.2: the one attribute whose value is delimited by tabs. */
const hasTabs = (text: string): boolean => text.includes('RECENTLY-REMOVED-DATERANGES=');

/** The form an attribute must have; CLOSED-CAPTIONS and X- attributes may have several, and are not looked at. */
const formOf = (tag: string, attribute: string) => TAGS[tag]?.attributes[attribute]?.form;
